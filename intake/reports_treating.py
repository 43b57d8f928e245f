"""Reports as they may rest: identifiers as pseudonyms, sealed fields sealed, all else coarser or gone.

Treatment happens in memory, batch by batch, before anything is written anywhere.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from intake.reports_plan import Plan
from policies.dataset_columns import IDENTIFIERS, Column
from pseudonyms.keyring import Epoch
from pseudonyms.normal import normalise
from pseudonyms.seal import Sealer
from pseudonyms.tokens import Tokenizer

ROLES = ("report", "link", "place")


@dataclass(frozen=True)
class Known:
    """A batch by what its reports are found again by.

    Attributes:
        now: pseudonyms under the current epoch's key, by role; null where a report has none.
        before: the same under the key of the epoch before, while both match; empty otherwise.
    """

    now: pl.DataFrame
    before: pl.DataFrame


class Treatment:
    """Treats the batches of one delivery.

    Args:
        epochs: those whose keys match on the day, the current one first.
        sealer: of this delivery's own data key.
    """

    def __init__(self, plan: Plan, epochs: Sequence[Epoch], sealer: Sealer) -> None:
        self._plan = plan
        self._epochs = epochs
        self._sealer = sealer

    @property
    def epoch(self) -> str:
        """The epoch that pseudonyms are made in."""
        return self._epochs[0].id

    def known(self, batch: pl.DataFrame) -> Known:
        """The pseudonyms of a batch's roles, of those whose column it has, under every key that matches."""
        held = {role: name if (name := self._plan.of_role(role)) in batch.columns else None for role in ROLES}
        normal = {role: self._normal(batch, name) if name else None for role, name in held.items()}

        def under(epoch: Epoch) -> pl.DataFrame:
            return pl.DataFrame(
                {
                    role: self._tokens(values, epoch, name)
                    for role, values in normal.items()
                    if values is not None and (name := held[role])
                }
            )

        now = under(self._epochs[0])
        before = under(self._epochs[1]) if len(self._epochs) > 1 else pl.DataFrame()
        return Known(now, before)

    def kept(self, batch: pl.DataFrame) -> list[str]:
        """Of each report, the other columns that rest, as a JSON object."""
        names = self._plan.kept
        if not names:
            return ["{}"] * batch.height
        columns = [self._resting(batch, name, self._plan.columns[name]).alias(name) for name in names]
        return pl.DataFrame(columns).to_struct("kept").struct.json_encode().to_list()

    def sealed(self, batch: pl.DataFrame, reports: Sequence[str]) -> list[str]:
        """Of each report, its sealed fields as a JSON object; `reports` are the pseudonyms they are bound to."""
        columns: Mapping[str, Column] = self._plan.treated("seal")
        fields: list[list[str]] = [[] for _ in reports]
        for name, column in columns.items():
            values = self._spelled(batch, name, column).to_list()
            places = [place for place, value in enumerate(values) if value is not None]
            bound = ((reports[place], str(values[place])) for place in places)
            for place, sealed in zip(places, self._sealer.seal(self._plan.dataset.id, name, bound), strict=True):
                fields[place].append(f'"{name}":"{b64encode(sealed).decode()}"')
        return ["{" + ",".join(each) + "}" for each in fields]

    def _spelled(self, batch: pl.DataFrame, name: str, column: Column) -> pl.Series:
        """What is sealed: a number in its one spelling, text as it was written."""
        return batch[name] if column.type == "text" else normalise(batch[name], column.type, self._plan.today)

    def _resting(self, batch: pl.DataFrame, name: str, column: Column) -> pl.Series:
        if column.treatment == "keep":
            return batch[name]
        return pl.Series(self._tokens(self._normal(batch, name), self._epochs[0], name), dtype=pl.String)

    def _normal(self, batch: pl.DataFrame, name: str) -> pl.Series:
        kind = self._plan.columns[name].type
        return normalise(batch[name], kind, self._plan.today) if kind in IDENTIFIERS else batch[name]

    def _tokens(self, values: pl.Series, epoch: Epoch, name: str) -> pl.Series:
        column = self._plan.columns[name]
        return tokens(values, epoch.key(column.domain or "", column.field or name))


def tokens(values: pl.Series, key: bytes) -> pl.Series:
    """The pseudonyms of a column under one key; null stays null."""
    told = values.drop_nulls()
    made = pl.Series(Tokenizer(key).many(told), dtype=pl.String)
    if len(told) == len(values):
        return made
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(values))
    return empty.scatter(values.is_not_null().arg_true(), made)
