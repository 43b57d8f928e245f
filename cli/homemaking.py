"""Making a home: its folder, its shape, its keys and the areas of the program. Done twice, it is done once."""

import os
from collections.abc import Iterator

from auth.keys import FOLDER, make_key, read_passphrase
from auth.rotation import tidy
from auth.sealing import make_seal
from cli.opening import now
from intake.area import Areas
from intake.areas_builtin import bra, sverige
from intake.areas_store import store_areas
from intake.reports_keys import make_keys
from release.cell_key import FOLDER as CELL_KEY
from release.cell_key import make_cell_key, read_cell_key
from settings import Place, key_passphrase_file
from store import trail_key
from store.migrate import migrate
from store.sessions import ReferenceSession, open_engine, transaction
from store.trail_key import make_log_key

OWNER_ONLY = 0o077
"""The umask under which a home is made: what lies in it is its owner's alone."""


def make_home(where: Place, origin: str) -> Iterator[str]:
    """Make a home step by step, saying each step before it is taken; `origin` is what its log calls itself."""
    os.umask(OWNER_ONLY)
    where.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield "Making the database"
    engine = open_engine(where, "owner")
    migrate(engine)
    engine.dispose()
    yield "Making keys"
    folder, passphrase = where.keys / FOLDER, read_passphrase(key_passphrase_file())
    if not folder.exists():
        make_key(folder, now(), passphrase)
    tidy(folder, now(), passphrase)
    make_seal(where.keys)
    log = where.keys / trail_key.FOLDER
    if not log.exists():
        make_log_key(log, origin)
    if read_cell_key(where.keys / CELL_KEY) is None:
        make_cell_key(where.keys / CELL_KEY)
    make_keys(where.keys, now().date())
    yield "Drawing län, kommuner and Brå's areas"
    _store(where, sverige())
    _store(where, bra())


def _store(where: Place, areas: Areas) -> None:
    engine = open_engine(where, "operator", writes="reference")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), areas, now())
    engine.dispose()
