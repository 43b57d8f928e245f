"""Documents to write in every format: one that holds each status, and any that hypothesis thinks of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from formats.document import Code, Document
from formats.table import EMPTY, STATUSES, CellTable, cells

Row = tuple[str, str, str, int | None, str]

ROWS: Sequence[Row] = (
    ("0181", "klotter", "2026-W07", 12, "shown"),
    ("0181", "klotter", "2026-W08", None, "withheld"),
    ("0181", "=cmd|' /C calc'!A0", "2026-W07", 0, "rounded"),
    ("0126", "klotter", "2026-W07", 8, "perturbed"),
    ("0126", "klotter", "2026-W08", None, "missing"),
)
GEOMETRY = {"0181": '{"type":"Point","coordinates":[17.6,59.2]}', "0126": None}
EVIL = '=HYPERLINK("http://evil.example";"klicka")'


def document(rows: Sequence[Row] = ROWS) -> Document:
    """A document of these cells; its labels and notes begin as a formula would."""
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    table = cells(*columns)
    return of_cells(table)


def of_cells(table: CellTable) -> Document:
    codes = {
        name: {code: Code(code, "leaf", None, {"sv": f"={name} {code}", "en": f"+{code}"}) for code in own}
        for name in ("area", "category", "period")
        if (own := list(dict.fromkeys(table.frame[name].to_list()))) is not None
    }
    return Document(
        table="huddinge-storningar",
        href="http://127.0.0.1:8000/samsyn/v1/tables/huddinge-storningar",
        title={"sv": 'Störningar, "veckovis"', "en": "Disturbances"},
        cells=table,
        codes=codes,
        labels={
            "area": {"sv": "Område", "en": "Area"},
            "category": {"sv": "Kategori", "en": "Category"},
            "period": {"sv": "Period", "en": "Period"},
        },
        notes={"sv": [EVIL, "rad två"], "en": [EVIL, "line two"]},
        method={"kind": "suppress", "words": {"sv": "Små antal döljs", "en": "Small counts are withheld"}},
        source={"text": "Huddinge kommun", "href": None},
        terms={"sv": "Enligt överenskommelsen", "en": "Under the agreement"},
        agreement="huddinge",
        secrecy_transferred={"source": "polisen", "provision": "osl-18-1"},
        release="release-1",
        released_at=datetime(2026, 11, 17, 6, tzinfo=UTC),
        known_on=date(2026, 11, 17),
        geometry=GEOMETRY,
    )


def _row(area: int, category: int, period: str, count: int, status: str) -> Row:
    return f"{area:04d}", f"kategori-{category}", period, None if status in EMPTY else count, status


ANY_ROWS = st.lists(
    st.builds(
        _row,
        st.integers(0, 20),
        st.integers(0, 9),
        st.sampled_from(["2026-W07", "2026-W08", "2025-W52"]),
        st.integers(0, 2**40),
        st.sampled_from(STATUSES),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:3],
)
