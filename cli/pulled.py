"""Telling an operator who has had what was withdrawn, so that they can be told."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from store.trail_readers import Reader


def tell_readers(readers: Sequence[Reader]) -> None:
    """List those who have pulled what is gone; nothing when nobody has."""
    if not readers:
        return
    columns = [Column(heading, overflow="fold") for heading in ("party", "client", "table", "release")]
    listing = Table(*columns, "readings", "last", title="Have pulled it and must be told")
    for reader in readers:
        client = reader.client or "(erased)"
        listing.add_row(reader.party, client, reader.table, reader.release, str(reader.readings), reader.last)
    Console().print(listing)
