"""Deliveries that a crash left announced and untold are settled before the door opens: was it kept, or was it not?"""

from datetime import timedelta
from typing import Final

from api.logs import logger
from api.reception import Reception
from audit.entry import Operation
from intake.receive import Receiver
from store.trail import TrailUnavailable
from store.trail_intents import OpenIntent, settle

LONGEST_REQUEST: Final = timedelta(minutes=5)
"""No request lives longer; an intent that is older has been left behind by a crash."""


def settle_deliveries(reception: Reception, receiver: Receiver, *, alone: bool) -> None:
    """Tell the outcome of every delivery whose intent was left open.

    If the trail does not answer they stay open, and are settled at the next start; nothing is taken in meanwhile.

    Args:
        alone: no other process takes deliveries to this home, so every open intent is a crash's, however young.
    """
    now = reception.clock()
    before = now if alone else now - LONGEST_REQUEST

    def was_kept(intent: OpenIntent) -> bool | None:
        delivery = intent.fields.get("delivery")
        return receiver.has_kept(delivery) if intent.operation is Operation.COLLECT and delivery else None

    try:
        settled = settle(reception.trail_reads, reception.trail, was_kept, before=before, now=now)
    except TrailUnavailable as error:
        logger().error("open intents not settled", reason=str(error))
    else:
        if settled:
            logger().info("settled deliveries left open", count=len(settled))
