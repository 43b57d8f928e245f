"""What each category weighs in a municipality's area index: its own file, or one where all weigh alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, FiniteFloat

from policies.reading import Line, Strict, read

BUILT_IN: Traversable = files("policies") / "weights"
ALIKE: Final = "lika"
_UNNAMED: Final = 1.0


@dataclass(frozen=True)
class Weights:
    """A set of weights.

    Attributes:
        id: the file's name: a party's id, or `lika`.
        by_category: weights of the categories that are named; the others weigh 1.
        decided_by: who set them, in words.
    """

    id: str
    version: int
    valid_from: date
    decided_by: str
    by_category: Mapping[str, float]

    def of(self, category: str) -> float:
        """What a category weighs."""
        return self.by_category.get(category, _UNNAMED)


Weight = Annotated[FiniteFloat, Field(ge=0)]


class _File(Strict):
    version: int = Field(ge=1)
    valid_from: date
    decided_by: Line
    weights: dict[str, Weight]


def read_weights(data: bytes, name: str) -> Weights:
    """The weights that the file `name` holds.

    Raises:
        PolicyError: it is not of its shape, or a weight is below 0.
    """
    said = read(data, name, _File)
    by_category = MappingProxyType(dict(said.weights))
    return Weights(name.removesuffix(".toml"), said.version, said.valid_from, said.decided_by, by_category)


def weights_for(party: str, folder: Traversable = BUILT_IN) -> Weights:
    """A party's own weights, or those where all weigh alike.

    Raises:
        PolicyError: its file does not hold.
    """
    own = folder / f"{party}.toml"
    found = own if own.is_file() else folder / f"{ALIKE}.toml"
    return read_weights(found.read_bytes(), found.name)
