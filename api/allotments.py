"""How much each caller gets: one share for each client and one for each address, the same in every worker.

Whoever has had their share is told to wait, and for how long. The trail hears of it once a minute.
"""

from datetime import datetime
from typing import Final

from api.problems import TooManyRequests
from api.strangers import Strangers
from settings import Edge
from store.allowance import Allowance, Allowances

TOKENS: Final = Allowance(5.0, 300.0)
"""New tokens for one client, which last ten minutes each."""


class Allotments:
    """The shares of known clients and of addresses."""

    def __init__(self, allowances: Allowances, strangers: Strangers, edge: Edge) -> None:
        self._allowances = allowances
        self._strangers = strangers
        self._client = Allowance(*edge.client_rate)
        self._address = Allowance(*edge.address_rate)

    def for_address(self, address: str, at: datetime) -> None:
        """Take one of an address's share.

        Raises:
            TooManyRequests: there is none left.
        """
        self._take(f"address {address}", self._address, at, "an address asked too often")

    def for_client(self, client: str, at: datetime) -> None:
        """Take one of a client's share.

        Raises:
            TooManyRequests: there is none left.
        """
        self._take(f"client {client}", self._client, at, f"client {client} asked too often")

    def for_tokens(self, client: str, at: datetime) -> None:
        """Take one of the tokens that a client may be given.

        Raises:
            TooManyRequests: there is none left.
        """
        self._take(f"tokens {client}", TOKENS, at, f"client {client} asked for tokens too often")

    def _take(self, name: str, allowance: Allowance, at: datetime, told: str) -> None:
        seconds = self._allowances.spend(name, allowance, at)
        if seconds:
            self._strangers.tell(told)
            raise TooManyRequests.after(seconds)
