"""What the trail is told beside an answer, not before it: where waiting for it would tell the caller something."""

from concurrent.futures import ThreadPoolExecutor

from api.logs import logger
from audit.entry import Entry
from store.trail import TrailUnavailable, TrailWriter


class Later:
    """Tells the trail in order, one entry at a time; `close` waits until all is told."""

    def __init__(self) -> None:
        self._teller = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sign-in")

    def tell(self, trail: TrailWriter, entry: Entry) -> None:
        """Tell the trail, soon."""
        self._teller.submit(_told, trail, entry)

    def close(self) -> None:
        """Wait until everything is told."""
        self._teller.shutdown()


def _told(trail: TrailWriter, entry: Entry) -> None:
    try:
        trail.append(entry)
    except TrailUnavailable as error:
        logger().error("a refused sign-in is not in the trail", request=entry.request_id, reason=str(error))
