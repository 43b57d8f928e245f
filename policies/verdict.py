"""What `decide` answers: a permit with its terms, or a refusal with every reason. Values, never exceptions.

A permit is true and a refusal is false, so `if verdict:` reads as it should, and a refusal can still reach the trail.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from policies.reading import Cite
from policies.terms import Method, PeriodUnit


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way, in both languages, and the rule it follows from."""

    rule: str
    sentence_sv: str
    sentence_en: str
    cite: Cite

    def sentence(self, lang: Literal["sv", "en"]) -> str:
        """The sentence in one language."""
        return self.sentence_sv if lang == "sv" else self.sentence_en


class Terms(NamedTuple):
    """How what is permitted must be given: the method and the bounds it is given within.

    `smallest_cell` is for normal categories and `smallest_sensitive_cell` for sensitive ones; these and
    `rounding_base` are in events, the stricter of the law's and the agreement's;
    `delay_days` count from the end of a period. `last` is None while the agreement lasts.
    """

    method: Method
    area_levels: tuple[str, ...]
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    category_levels: tuple[str, ...]
    period_unit: PeriodUnit
    first: str
    last: str | None
    delay_days: int
    smallest_cell: int
    smallest_sensitive_cell: int
    rounding_base: int


@dataclass(frozen=True, slots=True)
class SecrecyTransferred:
    """The secrecy that follows the figures to the recipient (OSL 11 kap. 4 §), named in every answer."""

    source: str
    provisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes: under this version of this agreement, on these grounds, on these terms."""

    agreement: str
    version: int
    digest: str
    table: str
    dataset: str
    terms: Terms
    grounds: tuple[str, ...]
    cites: tuple[Cite, ...]
    secrecy_transferred: SecrecyTransferred | None

    @property
    def legal_grounds(self) -> tuple[str, ...]:
        """The grounds by code and every provision behind the permit, as the trail keeps them."""
        return (*self.grounds, *map(str, self.cites))

    def __bool__(self) -> bool:
        """A permit is true."""
        return True


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, and everything that would have to change before it could be yes."""

    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        """A refusal is false."""
        return False

    @property
    def cites(self) -> tuple[Cite, ...]:
        """The provisions behind the reasons, each once, in order."""
        return tuple(dict.fromkeys(reason.cite for reason in self.reasons))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules behind the reasons, each once, in order."""
        return tuple(dict.fromkeys(reason.rule for reason in self.reasons))


Verdict = Permit | Refusal
