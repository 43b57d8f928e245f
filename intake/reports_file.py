"""Reports of a file as they would rest, column by column under the names they came with."""

import json

import polars as pl

from intake.reports_plan import Plan
from intake.reports_treating import ROLES, Treatment, tokens
from pseudonyms.keyring import Epoch


class Treated:
    """Gives batches as they may leave.

    Args:
        recipient: for whom pseudonyms are translated, and sealed fields left out; None: as the vault would keep them.
    """

    def __init__(self, plan: Plan, treatment: Treatment, epoch: Epoch, recipient: str | None) -> None:
        self._plan = plan
        self._treatment = treatment
        self._epoch = epoch
        self._recipient = recipient

    def frame(self, batch: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
        """A checked batch: roles, what is counted, what is kept, and what is sealed."""
        known = self._treatment.known(batch).now
        named = {role: name for role in ROLES if (name := self._plan.of_role(role))}
        roles = [known[role].alias(name) for role, name in named.items()]
        kept = _unpacked(self._treatment.kept(batch), self._plan.kept)
        columns = [*roles, *counted.cast(pl.String).get_columns(), *kept]
        if self._recipient is not None:
            return pl.DataFrame([self._translated(column) for column in columns])
        sealed = self._treatment.sealed(batch, known["report"].to_list())
        return pl.DataFrame([*columns, *_unpacked(sealed, tuple(self._plan.treated("seal")))])

    def _translated(self, values: pl.Series) -> pl.Series:
        """A column of pseudonyms as one recipient is to know them; any other stays."""
        column = self._plan.columns.get(values.name)
        if column is None or column.treatment != "pseudonymise":
            return values
        key = self._epoch.key_for(self._recipient or "", column.domain or "", column.field or values.name)
        return tokens(values, key).alias(values.name)


def _unpacked(objects: list[str], names: tuple[str, ...]) -> list[pl.Series]:
    """JSON objects as columns of text."""
    rows = [json.loads(each) for each in objects]
    return [pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names]
