"""The same program on PostgreSQL: made, pushed to, released, pulled from, audited."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PostgresServer, free_port
from tests.journeys.service import Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys on PostgreSQL")]

TABLE = "huddinge-storningar"


@pytest.fixture(scope="module")
def service(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("demo on PostgreSQL") / "home"
    service = Service(home, free_port(), postgres.create("demo"))
    service.start()
    yield service
    assert service.stop() == 0, service.written()


def test_a_count_goes_all_the_way(service: Service, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("area,category,period,count\n0126,storning-klotter,2024-W10,31\n")
    say = ("push", mine, "--dataset", "kommunens-storningar", "--client", "huddinge-publisher", "--json")
    receipt = json.loads(service.samsyn(*say))
    assert receipt["added"] == 1
    assert isinstance(receipt["logIndex"], int)
    assert json.loads(service.samsyn(*say))["unchanged"] == 1
    released = json.loads(service.samsyn("release", "run", "--table", TABLE, "--json"))
    assert released[0]["state"] == "released"
    rows = service.samsyn("pull", TABLE, "--client", "huddinge-reader", "--category", "storning-klotter").splitlines()
    assert "0126,storning-klotter,2024-W10,2024-03-04,31,shown" in rows


def test_another_party_is_told_nothing_and_the_trail_everything(service: Service) -> None:
    assert service.get("orebro-reader", f"/tables/{TABLE}/cells").status_code == 404
    log = service.get("granskaren-auditor", f"/log-entries?table={TABLE}&decision=deny").json()["logEntries"]
    assert [entry["party"] for entry in log] == ["orebro"]
    assert "Everything fits" in service.samsyn("trail", "verify")
