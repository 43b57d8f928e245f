"""Killed at any moment: what was acknowledged is there once, the rest can be sent again, and the trail still fits."""

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from release.reading import load_rules
from settings import Place
from store.sessions import open_engine
from tests.journeys.service import Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys")]

PUSHES = 200
KILLS = 5
DATASET = "kommunens-storningar"


@dataclass
class Ledger:
    """What a client knows: what it sent under which key, and which receipts it was given."""

    bodies: dict[str, str]
    receipts: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> list[str]:
        return [key for key in self.bodies if key not in self.receipts]


def one_cell_each() -> Ledger:
    """Deliveries of one row, no two of the same cell, from weeks before the demo's own."""
    categories = load_rules().datasets[DATASET].categories
    cells = [(category, f"2022-W{week:02d}") for week in range(1, 53) for category in categories][:PUSHES]
    lines = [f"area,category,period,count\n0181,{category},{week},{n}\n" for n, (category, week) in enumerate(cells)]
    return Ledger({f"kill-{number}": line for number, line in enumerate(lines)})


def push_what_is_left(demo: Service, ledger: Ledger) -> None:
    """Push until the service is gone or nothing is left."""
    with httpx.Client(base_url=f"{demo.url}/samsyn/v1", timeout=30) as client:
        try:
            client.headers["Authorization"] = f"Bearer {demo.token('sodertalje-publisher')}"
            for key in ledger.left:
                headers = {"Idempotency-Key": key, "Content-Type": "text/csv"}
                answer = client.post(f"/datasets/{DATASET}/deliveries", content=ledger.bodies[key], headers=headers)
                assert answer.status_code == 201, answer.text
                ledger.receipts[key] = answer.json()["deliveryId"]
        except httpx.TransportError:
            return  # killed: what was on its way has no receipt, and is sent again


def test_what_was_acknowledged_survives_kill_9_once(demo: Service) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance, ledger = random.Random(seed), one_cell_each()  # noqa: S311 -- a moment, not a secret
    for _ in range(KILLS):
        pushing = threading.Thread(target=push_what_is_left, args=(demo, ledger))
        pushing.start()
        time.sleep(chance.uniform(0.3, 1.5))
        demo.stop(signal.SIGKILL)
        pushing.join()
        (demo.home / "demo.json").unlink()
        demo.start()
    push_what_is_left(demo, ledger)
    assert not ledger.left
    assert kept_once(demo, ledger)
    assert "Everything fits" in demo.samsyn("trail", "verify")
    assert open_intents(demo) == []


def kept_once(demo: Service, ledger: Ledger) -> bool:
    """Whether every cell and every receipt of the ledger is in the vault, once, and nothing else of its keys."""
    sent = {tuple(body.splitlines()[1].split(",")) for body in ledger.bodies.values()}
    rows = ask(
        demo,
        "SELECT area, category, period, count FROM vault.event_count WHERE period LIKE '2022-%'"
        " AND dataset = 'kommunens-storningar' AND publisher = 'sodertalje'",
    )
    cells = {(area, category, period, str(count)) for area, category, period, count in rows}
    deliveries = ask(demo, "SELECT key, delivery_id FROM vault.idempotency_key WHERE key LIKE 'kill-%'")
    kept = ask(
        demo,
        "SELECT id FROM vault.delivery WHERE id IN (SELECT delivery_id FROM vault.idempotency_key"
        " WHERE key LIKE 'kill-%')",
    )
    assert len(rows) == len(sent) == len(kept) == len(deliveries) == PUSHES
    assert cells == sent
    return dict(deliveries) == ledger.receipts


def open_intents(demo: Service) -> list[tuple[Any, ...]]:
    """Intents that no outcome answers, and requests with more than one outcome."""
    return ask(
        demo,
        "SELECT request_id FROM trail.entry GROUP BY request_id"
        " HAVING sum(kind = 'intent') <> sum(kind = 'outcome') OR sum(kind = 'outcome') > 1",
    )


def ask(demo: Service, question: str) -> list[tuple[Any, ...]]:
    engine = open_engine(Place(demo.home), "owner")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(question))]
    engine.dispose()
    return rows
