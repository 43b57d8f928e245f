"""Area schemes into the database."""

from dataclasses import asdict
from datetime import datetime

from intake.area import Areas
from models.reference import Area, AreaScheme
from store.reference import put_scheme
from store.sessions import ReferenceSession


def store_areas(session: ReferenceSession, scheme: Areas, at: datetime) -> bool:
    """Put a scheme in place of what it held before; False if the very same areas were there already."""
    head = AreaScheme(id=scheme.id, title=scheme.title, source=scheme.source, digest=scheme.digest, imported_at=at)
    return put_scheme(session, head, [Area(**asdict(area)) for area in scheme.areas])
