"""What it costs to know who asks: its share of a small pull's CPU, with and without what is remembered.

    python bench/auth/measure.py [--pulls 400]

A small pull is one page of 18 cells as JSON, on SQLite, in this process, trail entry and its sync to disk included.
Seconds are of CPU, so that whatever else the machine does counts little.
"""

import argparse
import json
import logging
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from api import app as every_door  # noqa: E402 -- the checkout's, found through the line above
from api import errands  # noqa: E402
from auth.access_keys import new_access_key  # noqa: E402
from auth.dpop import check_proof  # noqa: E402
from auth.keys import FOLDER, PUBLIC, load_keys, load_public  # noqa: E402
from auth.remembered import RememberingReader  # noqa: E402
from auth.secrets import verify_secret  # noqa: E402
from auth.tokens import Issuer, Reader  # noqa: E402
from intake.areas_builtin import sverige  # noqa: E402
from intake.areas_store import store_areas  # noqa: E402
from settings import Place  # noqa: E402
from store.allowance import Allowance, Allowances  # noqa: E402
from store.migrate import migrate  # noqa: E402
from store.once import Once  # noqa: E402
from store.sessions import ReferenceSession, open_engine, transaction  # noqa: E402
from tests.api.house import ISSUER, NOW, SECRET, SECRET_HASH, House, furnish  # noqa: E402
from tests.api.keyholder import KeyHolder, register  # noqa: E402
from tests.api.shelf import TABLE, approve, put  # noqa: E402
from tests.api.visitor import Visitor  # noqa: E402

RESULTS = ROOT / "bench" / "results"
OTHERWISE = count(100)
"""Each question another: the same again is answered from memory, without asking who it is."""
PULL = f"/samsyn/v1/tables/{TABLE}/cells"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pulls", type=int, default=400)
    pulls = parser.parse_args().pulls
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        house = furnished(Path(folder) / "home")
        found = {"parts": parts(house), "pulls": shares(house, pulls)}
    tell(found, pulls)


def furnished(home: Path) -> House:
    place = Place(home)
    home.mkdir(mode=0o700)
    owner = open_engine(place, "owner")
    migrate(owner)
    house = furnish(place)
    with transaction(owner) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    owner.dispose()
    put(place, approve(place))
    house.clock.now = datetime.now(UTC)
    return house


def parts(house: House) -> dict[str, float]:
    """Microseconds of CPU of each thing by itself."""
    keys, at = house.place.keys / FOLDER, house.clock()
    token = Issuer(ISSUER, load_keys(keys)[0]).issue(client="c", scope="tables", jti=uuid4().hex, now=at)
    plain, remembering = Reader(ISSUER, load_public(keys / PUBLIC)), RememberingReader(ISSUER, keys / PUBLIC)
    holder = KeyHolder(house, "c")
    proof = holder.proof("GET", PULL, token)
    allowances = Allowances(house.place.home / "bench")
    engine = open_engine(house.place, "puller", writes="parties")
    once, access_key = Once(engine), new_access_key()
    found = {
        "token verified": each(lambda: plain.read(token, at), 500),
        "token remembered": each(lambda: remembering.read(token, at), 5000),
        "DPoP proof verified": each(lambda: check_proof(proof, "GET", ISSUER + PULL, at, token), 500),
        "shown once remembered (SQLite)": each(lambda: once.first("proof", "k", uuid4().hex, at), 300),
        "access key compared": each(lambda: access_key.opens("0" * 64), 5000),
        "share taken": each(lambda: allowances.spend("client c", Allowance(1e6, 1e6), at), 5000),
        "secret verified (argon2id)": each(lambda: verify_secret(SECRET, SECRET_HASH), 20),
    }
    engine.dispose()
    allowances.close()
    return found


def each(act: Callable[[], object], times: int) -> float:
    act()
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for _ in range(times):
            act()
        best = min(best, (time.process_time() - begun) / times)
    return round(best * 1e6, 1)


def shares(house: House, pulls: int) -> dict[str, dict[str, float]]:
    """The share of a small pull's CPU that goes to knowing who asks."""
    why = {"Samsyn-Purpose": "lagesbild"}
    bearer = house.bearer("huddinge-reader") | why
    found = {}
    with Visitor(every_door.app(house.place, ISSUER)) as door:
        found["Bearer, remembered"] = share(door, lambda: bearer, pulls)
        with forgetting(door, house.place):
            found["Bearer, nothing remembered"] = share(door, lambda: bearer, pulls)
        holder = register(house, "huddinge-reader")
        token = holder.token(door, bound=True)
        found["DPoP, remembered"] = share(door, lambda: holder.bound("GET", PULL, token) | why, pulls)
    return found


@contextmanager
def forgetting(door: Visitor, home: Place) -> Iterator[None]:
    """As if nothing were remembered: each token verified, each registration read."""
    reception = door.app.state.reception
    reading, recent = reception.tokens.read, reception.register.recent
    plain = Reader(ISSUER, load_public(home.keys / FOLDER / PUBLIC))
    reception.tokens.read = plain.read
    reception.register.recent = lambda name, _: reception.register.look_up(name)
    yield
    reception.tokens.read, reception.register.recent = reading, recent


def share(door: Visitor, headers: Callable[[], dict[str, str]], pulls: int) -> dict[str, float]:
    door_of: Any = errands  # whose admission is timed from outside
    spent, admit = [0.0], door_of.admit

    def timed(request: Request, *given: Any) -> Any:  # noqa: ANN401 -- passed on
        begun = time.thread_time()
        try:
            return admit(request, *given)
        finally:
            spent[0] += time.thread_time() - begun

    assert door.get(PULL, headers=headers()).status_code == 200
    made = [headers() for _ in range(pulls)]
    door_of.admit = timed
    begun = time.process_time()
    for each_headers in made:
        assert door.get(f"{PULL}?limit={next(OTHERWISE)}", headers=each_headers).status_code == 200
    whole = time.process_time() - begun
    door_of.admit = admit
    return {
        "pull, CPU ms": round(whole / pulls * 1e3, 2),
        "who asks, CPU ms": round(spent[0] / pulls * 1e3, 3),
        "share, %": round(spent[0] / whole * 100, 1),
    }


def tell(found: dict[str, Any], pulls: int) -> None:
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    (RESULTS / "auth.json").write_text(json.dumps({**about, "pulls": pulls, **found}, indent=1) + "\n")
    lines = [
        "# What it costs to know who asks",
        "",
        f"{about['date']}, {about['machine']}; `python bench/auth/measure.py --pulls {pulls}`.",
        "Seconds are of CPU, on a machine that other work shared. A small pull is one page of 18 cells as JSON, its",
        "trail entry included, and nobody asked the same before. The caller's own work is in the same process and is",
        "counted with the pull, so the shares are lower bounds.",
        "",
        "| one | µs of CPU |",
        "|---|---|",
        *(f"| {name} | {value:,.1f} |" for name, value in found["parts"].items()),
        "",
        "| a small pull | CPU ms | of it to know who asks, ms | share |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['pull, CPU ms']} | {row['who asks, CPU ms']} | {row['share, %']} % |"
            for name, row in found["pulls"].items()
        ),
        "",
    ]
    (RESULTS / "auth.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
