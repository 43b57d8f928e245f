"""The demo's invented counts, delivered as any others: validated, announced in the trail, kept, told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from api.expectations import Expectations
from audit.entry import Kind, Operation
from cli.demo_counts import Invented, deliveries
from cli.errors import Stop
from cli.opening import Opened, new_id
from intake.delivery_expectation import Limits
from intake.delivery_refusals import Refused
from intake.receive import Incoming, Receiver
from policies.dataset import Dataset
from release.reading import Rules


def push_all(home: Opened, rules: Rules, at: datetime) -> Iterator[Invented]:
    """Deliver every invented count; gives each delivery as it is kept."""
    receiver = Receiver(home.engine("vault"), home.engine())
    expectations = Expectations(rules.datasets, rules.classification, home.engine(), Limits())
    datasets: Sequence[Dataset] = tuple(rules.datasets.values())
    for invented in deliveries(datasets, at.date()):
        _push(home, receiver, expectations, invented, at)
        yield invented


def _push(home: Opened, receiver: Receiver, expectations: Expectations, invented: Invented, at: datetime) -> None:
    request_id = new_id()
    incoming = Incoming(
        dataset=invented.dataset,
        publisher=invented.publisher,
        client=f"{invented.publisher}-publisher",
        key=f"demo-{at:%Y%m%d}",
        body=invented.body,
        media_type="text/csv",
        coverage=invented.coverage,
        request_id=request_id,
        at=at,
    )

    def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        who = {"party": invented.publisher, "client": incoming.client, "role": "publisher"}
        home.note(operation, kind, **{**who, **said, "request_id": request_id})

    expected = expectations.of(invented.dataset, invented.publisher, at.date())
    if expected is None:
        raise Stop(f"{invented.publisher} publishes no {invented.dataset}: the demo and the datasets disagree")
    try:
        receiver.receive(incoming, expected, note)
    except Refused as refusal:
        raise Stop(f"the demo's own counts were refused: {refusal.for_the_trail}") from None
