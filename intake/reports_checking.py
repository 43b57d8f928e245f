"""Whether reports can be taken: every fault of a batch, and of a sound one what is counted of each report."""

import numpy as np
import polars as pl

from intake import reports_time
from intake.delivery_fault import Faults
from intake.reports_fault import add_rows
from intake.reports_plan import Plan
from intake.reports_reading import ROW
from intake.sweref import to_degrees
from policies.dataset_columns import IDENTIFIERS, Column
from pseudonyms.detect import personal_numbers, warned_about
from pseudonyms.normal import normalise
from pseudonyms.tokens import is_pseudonym

COUNTED = ("period", "day_part", "area", "category")
"""What is counted of a report."""
_ALIKE = ("phone", "organisation-number")
"""Types written in ten digits too; their values never rest in clear."""
_MEASURED = ("time", "latitude", "longitude", "northing", "easting")


class Checker:
    """Checks the batches of one delivery.

    Attributes:
        warnings: how many values of a kept column seem to hold a name or an e-mail address, by column and kind.
    """

    def __init__(self, plan: Plan, faults: Faults) -> None:
        self._plan = plan
        self._faults = faults
        self._seen: list[pl.DataFrame] = []
        self.warnings: dict[tuple[str, str], int] = {}

    def check(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The columns of `COUNTED` of each report; where a fault was found they say nothing."""
        for name, column in self._plan.columns.items():
            self._check_column(batch, name, column)
        counted = pl.DataFrame([*self._time(batch), self._area(batch), self._category(batch)])
        self._remember(batch)
        return counted

    def finish(self) -> None:
        """Name the reports that stand more than once in the whole delivery."""
        if self._seen:
            every = pl.concat(self._seen)
            again = every.filter(~pl.col("hash").is_first_distinct())
            self._say("report-twice", again[ROW], self._plan.report)

    def _check_column(self, batch: pl.DataFrame, name: str, column: Column) -> None:
        values = batch[name]
        if column.treatment == "refuse":
            self._say("refused", batch.filter(values.is_not_null())[ROW], name)
        elif column.treatment != "drop" and not column.optional:
            self._say("missing-value", batch.filter(values.is_null())[ROW], name)
        if column.type not in (*_MEASURED, "category", "area", "pseudonym") and not _may_be_personal(column):
            self._say("personal-number", batch.filter(self._personal(values, column))[ROW], name)
        if column.treatment in ("pseudonymise", "seal"):
            self._check_form(batch, name, column)
        if column.values:
            strange = values.is_not_null() & ~values.is_in(column.values)
            self._say("unknown-code", batch.filter(strange)[ROW], name, names=", ".join(column.values))
        elif column.treatment == "keep" and column.type == "text":
            for kind, rows in warned_about(values).items():
                self.warnings[name, kind] = self.warnings.get((name, kind), 0) + rows

    def _personal(self, values: pl.Series, column: Column) -> pl.Series:
        """Where a personal number may stand; a telephone number that could be read as one is a telephone number."""
        if column.type in _ALIKE:
            alike = normalise(values, column.type, self._plan.today)
            values = values.set(alike.is_not_null(), None)
        return personal_numbers(values)

    def _check_form(self, batch: pl.DataFrame, name: str, column: Column) -> None:
        values = batch[name]
        if column.type in IDENTIFIERS:
            unread = values.is_not_null() & normalise(values, column.type, self._plan.today).is_null()
        else:
            unread = pl.Series([value is not None and not is_pseudonym(value) for value in values], dtype=pl.Boolean)
        self._say("malformed", batch.filter(unread)[ROW], name, type=column.type)

    def _time(self, batch: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        name = self._plan.of_type("time") or ""
        expected = self._plan.expected
        told = reports_time.when(batch[name])
        unread = batch[name].is_not_null() & told["day"].is_null()
        self._say("malformed-time", batch.filter(unread)[ROW], name)
        last = min(expected.newest.last, expected.today)
        outside = told["day"].is_not_null() & ~reports_time.within(told["day"], expected.first.first, last)
        self._say("outside-span", batch.filter(outside)[ROW], name, first=expected.first.first, last=last)
        part = "day-part" in self._plan.columns[name].to
        hours = told["hour"] if part else pl.Series("hour", [None] * len(told), dtype=pl.Int64)
        return (
            reports_time.period(told["day"], expected.unit).alias("period"),
            reports_time.day_part(hours).alias("day_part"),
        )

    def _area(self, batch: pl.DataFrame) -> pl.Series:
        if self._plan.point is None:
            name = self._plan.of_type("area") or ""
            area = batch[name]
        else:
            name = self._plan.point[0]
            area = self._area_of_point(batch, *self._plan.point)
        foreign = area.is_not_null() & ~area.is_in(self._plan.expected.areas)
        unknown = foreign & ~area.is_in(list(self._plan.expected.foreign_areas))
        self._say("outside-areas", batch.filter(unknown)[ROW], name)
        self._say("foreign-area", batch.filter(foreign & ~unknown)[ROW], name)
        return area.alias("area")

    def _area_of_point(self, batch: pl.DataFrame, east: str, north: str, metres: bool) -> pl.Series:  # noqa: FBT001 -- of `point`
        pair = [batch[name].str.strip_chars().cast(pl.Float64, strict=False) for name in (east, north)]
        for name, value in zip((east, north), pair, strict=True):
            self._say("malformed-coordinate", batch.filter(batch[name].is_not_null() & ~_finite(value))[ROW], name)
        points = np.column_stack([value.fill_null(float("nan")).to_numpy() for value in pair])
        if metres:
            points = to_degrees(points)
        area = self._plan.places.at(points[:, 0], points[:, 1])
        nowhere = area.is_null() & _finite(pair[0]) & _finite(pair[1])
        self._say("outside-areas", batch.filter(nowhere)[ROW], east)
        return area

    def _category(self, batch: pl.DataFrame) -> pl.Series:
        name = self._plan.of_type("category") or ""
        column, known = self._plan.columns[name], self._plan.expected.categories
        code = batch[name]
        if column.codes:
            written = {key.casefold(): value for key, value in column.codes.items()}
            plain = code.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
            code = plain.replace_strict(written, default=None, return_dtype=pl.String)
        unknown = batch[name].is_not_null() & ~code.is_in(list(known)).fill_null(value=False)
        self._say("unknown-code", batch.filter(unknown)[ROW], name, names=", ".join(column.codes or known))
        return code.alias("category")

    def _remember(self, batch: pl.DataFrame) -> None:
        """A hash of each report's own number, so that one that stands twice is found without keeping the numbers."""
        name = self._plan.report
        kind = self._plan.columns[name].type
        number = normalise(batch[name], kind, self._plan.today) if kind in IDENTIFIERS else batch[name]
        known = pl.DataFrame({ROW: batch[ROW], "hash": number.hash()}).filter(number.is_not_null())
        self._seen.append(known)

    def _say(self, code: str, rows: pl.Series, column: str, **details: object) -> None:
        if len(rows):
            add_rows(self._faults, code, rows.to_list(), column, **details)


def _may_be_personal(column: Column) -> bool:
    return column.type == "personal-number" and column.treatment in ("pseudonymise", "seal")


def _finite(values: pl.Series) -> pl.Series:
    return values.is_finite().fill_null(value=False)
