"""The public log: what an outsider fetches holds together, and says nothing of who read what."""

import pytest

from api import log, token
from audit import checkpoint
from audit.entry import Operation
from audit.tree import Frontier, leaf_hash
from store.trail_key import FOLDER, read_verifier_key
from store.trail_reading import TrailReader
from tests.api.conftest import Open
from tests.api.house import SECRET, House
from tests.api.visitor import Visitor

FORM = {"grant_type": "client_credentials", "client_id": "huddinge-reader", "client_secret": SECRET}


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    return open_door(token.fittings(house.settings), lambda reception, _: log.fittings(reception))


def fill(house: House, door: Visitor, entries: int) -> None:
    for _ in range(entries):
        assert door.post("/samsyn/v1/oauth2/token", data=FORM).status_code == 200
    reader = TrailReader(door.app.state.reception.trail_reads)
    assert reader.index_of(house.trail(Operation.TOKEN)[-1].entry_id, wait_seconds=10) == entries - 1


def test_an_outsider_puts_the_root_together_from_the_entries(house: House, door: Visitor) -> None:
    assert door.get("/log/checkpoint").status_code == 404
    fill(house, door, 3)
    answer = door.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    signed = checkpoint.read(answer.text, read_verifier_key(house.place.keys / FOLDER))
    assert signed.size == 3
    bundle = door.get("/log/tile/entries/000.p/3")
    assert bundle.headers["cache-control"] == "public, max-age=31536000, immutable"
    leaves = []
    left = bundle.content
    while left:
        length = int.from_bytes(left[:2])
        leaves.append(left[2 : 2 + length])
        left = left[2 + length :]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert door.get("/log/tile/0/000.p/3").content == b"".join(hashes)
    assert Frontier().extend(hashes)[0].root == signed.root
    assert b"huddinge" not in bundle.content


@pytest.mark.parametrize(
    "path", ["0/000", "0/000.p/9", "8/0/000", "0/0", "entries/001", "0/000.p/0", "0/000.p/256", ""]
)
def test_a_tile_that_is_not_published_is_not_found(house: House, door: Visitor, path: str) -> None:
    fill(house, door, 1)
    answer = door.get(f"/log/tile/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_public_log_is_read_only(door: Visitor) -> None:
    assert door.post("/log/checkpoint").headers["allow"] == "GET, HEAD"
    assert door.get("/log/checkpoint?size=1").status_code == 400
