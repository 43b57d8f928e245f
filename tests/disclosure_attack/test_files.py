"""`samsyn protect` and `samsyn attack` on files."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner, Result

from cli.attack import attack_file
from cli.errors import Stop
from cli.protect import protect_file

DIMS = {"sex": {"all": ["f", "m"], "f": ["f"], "m": ["m"]}, "area": {"town": ["a", "b"], "a": ["a"], "b": ["b"]}}
INNER = "sex,area,freq\nf,a,3\nf,b,7\nm,a,8\nm,b,12\n"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    app = typer.Typer()
    app.command("protect")(protect_file)
    app.command("attack")(attack_file)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dims.json").write_text(json.dumps(DIMS))
    (tmp_path / "inner.csv").write_text(INNER)

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--dims", "dims.json"])

    return call


def refusal(done: Result) -> str:
    """The one line that the command stops with."""
    assert done.exit_code == 1
    assert isinstance(done.exception, Stop), done.exception
    assert "\n" not in done.exception.message
    return done.exception.message


def released(name: str, cells: Mapping[tuple[str, str], int | None]) -> None:
    """A released table; None is a withheld cell."""
    lines = [f"{s},{a},{'' if v is None else v},{'TRUE' if v is None else 'FALSE'}" for (s, a), v in cells.items()]
    Path(name).write_text("\n".join(["sex,area,value,suppressed", *lines]) + "\n")


def square(f_a: int, f_b: int, m_a: int, m_b: int) -> dict[tuple[str, str], int | None]:
    return {
        ("all", "town"): f_a + f_b + m_a + m_b,
        ("all", "a"): f_a + m_a,
        ("all", "b"): f_b + m_b,
        ("f", "town"): f_a + f_b,
        ("m", "town"): m_a + m_b,
        ("f", "a"): f_a,
        ("f", "b"): f_b,
        ("m", "a"): m_a,
        ("m", "b"): m_b,
    }


CORNERS = [("f", "a"), ("f", "b"), ("m", "a"), ("m", "b")]


def hiding(
    cells: Mapping[tuple[str, str], int | None], hidden: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int | None]:
    return {cell: None if cell in hidden else value for cell, value in cells.items()}


def test_intervals_of_one_table(run: Run) -> None:
    released("out.csv", hiding(square(3, 7, 8, 12), CORNERS))
    done = run("attack", "out.csv", "--out", "intervals.csv", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"withheld": 4, "recovered": 0, "exact": 4, "reading": "same"}
    assert Path("intervals.csv").read_text().splitlines() == [
        "sex,area,lo,hi,exact",
        "f,a,1,9,TRUE",
        "f,b,1,9,TRUE",
        "m,a,2,10,TRUE",
        "m,b,10,18,TRUE",
    ]


def test_an_interval_without_an_end_is_left_empty(run: Run) -> None:
    released("out.csv", {("f", "a"): None, ("f", "b"): 2})
    assert run("attack", "out.csv", "--out", "intervals.csv").exit_code == 0
    assert Path("intervals.csv").read_text().splitlines()[1:] == ["f,a,1,,TRUE"]


def test_two_tables_of_the_same_counts_are_subtracted(run: Run) -> None:
    whole = square(3, 7, 8, 12)
    released("one.csv", hiding(whole, CORNERS))
    released("two.csv", {("f", "b"): 7})
    done = run("attack", "one.csv", "two.csv", "--out", "intervals.csv", "--json")
    assert json.loads(done.stdout)["recovered"] == 4
    assert Path("intervals.csv").read_text().splitlines()[1] == "one.csv,f,a,3,3,TRUE"


def test_growth_between_two_tables_is_bounded(run: Run) -> None:
    released("old.csv", square(10, 20, 30, 40))
    released("new.csv", hiding(square(12, 20, 31, 49), CORNERS))
    done = run("attack", "old.csv", "new.csv", "--out", "i.csv", "--increments", "growth.csv", "--json")
    assert json.loads(done.stdout)["reading"] == "grown"
    growth = pl.read_csv("growth.csv").filter(sex="f", area="a")
    assert growth.select("lo", "hi").rows() == [(0, 2)]


def test_new_leaves_leave_the_others_unchanged(run: Run) -> None:
    before, after = square(3, 0, 8, 0), square(3, 7, 8, 12)
    released("old.csv", before)
    released("new.csv", hiding(after, CORNERS))
    done = run("attack", "old.csv", "new.csv", "--out", "i.csv", "--json")
    assert json.loads(done.stdout) == {"withheld": 4, "recovered": 4, "exact": 4, "reading": "new"}


def test_own_counts_narrow_the_intervals(run: Run) -> None:
    released("out.csv", hiding(square(3, 7, 8, 12), CORNERS))
    Path("known.csv").write_text("sex,area,freq\nf,a,2\nf,b,7\n")
    assert run("attack", "out.csv", "--known", "known.csv", "--out", "i.csv").exit_code == 0
    assert Path("i.csv").read_text().splitlines()[1:3] == ["f,a,2,3,TRUE", "f,b,7,8,TRUE"]


def test_a_mark_may_hide_a_zero_if_so_said(run: Run) -> None:
    released("out.csv", hiding(square(1, 1, 1, 1), CORNERS))
    assert json.loads(run("attack", "out.csv", "--out", "i.csv", "--json").stdout)["recovered"] == 4
    done = run("attack", "out.csv", "--out", "i.csv", "--json", "--zeros-withheld")
    assert json.loads(done.stdout)["recovered"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sex,area,value\nf,a,3\n", "column 'suppressed' is missing"),
        ("sex,area,value,suppressed\nx,a,3,FALSE\n", "row 2, column sex: 'x'; must be a code"),
        ("sex,area,value,suppressed\nf,a,3,TRUE\n", "column value: '3'; must be empty where suppressed is TRUE"),
        ("sex,area,value,suppressed\nf,a,,FALSE\n", "must be a count where suppressed is FALSE"),
        ("sex,area,value,suppressed\nf,a,3,no\n", "column suppressed: 'no'; must be TRUE or FALSE"),
        ("sex,area,value,suppressed\nf,a,3.5,FALSE\n", "column value: '3.5'; must be a whole number"),
        ("sex,area,value,suppressed\nf,a,-1,FALSE\n", "column value: '-1'; must be a whole number, 0 or more"),
        ("sex,area,value,suppressed\nf,a,3,FALSE\nf,a,3,FALSE\n", "row 3 says sex f, area a a second time"),
        ("", "cannot be read as CSV"),
    ],
)
def test_a_faulty_released_table_is_refused_in_one_line(run: Run, text: str, said: str) -> None:
    Path("out.csv").write_text(text)
    done = run("attack", "out.csv", "--out", "i.csv")
    assert said in refusal(done)


@pytest.mark.parametrize(
    ("dims", "said"),
    [
        ("{", "not JSON"),
        ("[]", "must be"),
        ('{"sex": {"f": "f"}}', "must be"),
        ('{"sex": {"f": ["f"]}, "sex": {"m": ["m"]}}', "'sex' is given twice"),
        ('{"value": {"f": ["f"]}}', "cannot be called 'value'"),
        ('{"sex": {"all": ["f", "f"]}}', "twice"),
        ('{"sex": {"all": []}}', "sums no leaf"),
    ],
)
def test_faulty_dimensions_are_refused_in_one_line(run: Run, dims: str, said: str) -> None:
    Path("dims.json").write_text(dims)
    done = run("protect", "inner.csv", "--out", "out.csv", "--method", "round")
    assert said in refusal(done)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sex,freq\nf,1\n", "column 'area' is missing"),
        ("sex,area,n\nf,a,1\n", "column 'freq' is missing"),
        ("sex,area,freq\nall,a,1\n", "row 2, column sex: 'all'; must be a leaf"),
        ("sex,area,freq\nf,a,1\nf,b,\n", "row 3, column freq: None; must be a whole number"),
        ("sex,area,freq\nf,a,1\nf,a,2\n", "a second time"),
    ],
)
def test_faulty_inner_counts_are_refused_in_one_line(run: Run, text: str, said: str) -> None:
    Path("inner.csv").write_text(text)
    done = run("protect", "inner.csv", "--out", "out.csv", "--method", "round")
    assert said in refusal(done)
    assert not Path("out.csv").exists()


def test_counts_that_fall_are_read_as_revised_either_way(run: Run) -> None:
    released("old.csv", square(10, 20, 30, 40))
    released("new.csv", square(10, 20, 30, 39))
    done = run("attack", "old.csv", "new.csv", "--out", "i.csv", "--increments", "changes.csv", "--json")
    assert json.loads(done.stdout)["reading"] == "revised"
    changes = pl.read_csv("changes.csv")
    assert changes.filter(sex="m", area="b").select("lo", "hi").rows() == [(-1, -1)]


def test_a_small_revision_of_a_shown_figure_is_withheld(run: Run) -> None:
    released("old.csv", square(10, 20, 30, 40))
    Path("inner.csv").write_text("sex,area,freq\nf,a,10\nf,b,20\nm,a,30\nm,b,39\n")
    assert run("protect", "inner.csv", "--out", "new.csv", "--earlier", "old.csv").exit_code == 0
    told = pl.read_csv("new.csv")
    assert told.filter(sex="m", area="b")["suppressed"].to_list() == [True]
    assert told.filter(sex="f", area="a")["value"].to_list() == [10]
    # Nothing that is shown says that anything changed, so that the attacker takes the old figure for the new one.
    done = run("attack", "old.csv", "new.csv", "--out", "i.csv", "--json")
    assert json.loads(done.stdout)["reading"] == "same"
    assert pl.read_csv("i.csv").filter(sex="m", area="b").select("lo", "hi").rows() == [(40, 40)]


def test_rounding_a_file_keeps_it_additive(run: Run) -> None:
    done = run("protect", "inner.csv", "--out", "out.csv", "--method", "round", "--json")
    said = json.loads(done.stdout)
    assert (said["cells"], said["primary"], said["secondary"]) == (9, 0, 0)
    out = {(s, a): v for s, a, v, _ in pl.read_csv("out.csv").rows()}
    assert out["f", "a"] in (0, 5)
    assert out["all", "town"] == sum(out[cell] for cell in CORNERS)


def test_cell_keys_give_the_same_file_twice_and_need_a_key(run: Run) -> None:
    Path("key").write_bytes(bytes(range(40)))
    for name in ("one.csv", "two.csv"):
        assert run("protect", "inner.csv", "--out", name, "--method", "cellkey", "--key-file", "key").exit_code == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert "needs --key-file" in refusal(run("protect", "inner.csv", "--out", "x.csv", "--method", "cellkey"))
    Path("key").write_bytes(b"short")
    done = run("protect", "inner.csv", "--out", "x.csv", "--method", "cellkey", "--key-file", "key")
    assert "5 bytes" in refusal(done)


def test_an_unknown_method_is_refused(run: Run) -> None:
    assert "suppress, round, cellkey" in refusal(run("protect", "inner.csv", "--out", "x.csv", "--method", "swap"))


def marks(name: str) -> dict[tuple[str, str], bool]:
    rows = pl.read_csv(name, infer_schema=False).rows()
    assert all((mark == "TRUE") == (value is None) for _, _, value, mark in rows)
    return {(sex, area): mark == "TRUE" for sex, area, _, mark in rows}


def test_a_suppressed_file_holds_against_the_attack(run: Run) -> None:
    done = run("protect", "inner.csv", "--out", "out.csv", "--json")
    said = json.loads(done.stdout)
    assert (said["cells"], said["primary"], said["secondary"]) == (9, 1, 3)
    assert marks("out.csv") == {cell: cell in CORNERS for cell in square(0, 0, 0, 0)}
    assert json.loads(run("attack", "out.csv", "--out", "i.csv", "--json").stdout)["recovered"] == 0


def test_inner_counts_may_be_packed_and_leave_zeros_out(run: Run) -> None:
    Path("inner.csv.gz").write_bytes(gzip.compress(b"freq,area,sex\n30,a,f\n"))
    assert run("protect", "inner.csv.gz", "--out", "out.csv").exit_code == 0
    assert pl.read_csv("out.csv").filter(sex="m", area="town").rows() == [("m", "town", 0, False)]


def test_growth_since_an_earlier_file_stays_hidden(run: Run) -> None:
    Path("inner.csv").write_text("sex,area,freq\nf,a,10\nf,b,20\nm,a,30\nm,b,40\n")
    assert run("protect", "inner.csv", "--out", "old.csv").exit_code == 0
    Path("inner.csv").write_text("sex,area,freq\nf,a,12\nf,b,27\nm,a,36\nm,b,49\n")
    assert run("protect", "inner.csv", "--out", "new.csv", "--earlier", "old.csv").exit_code == 0
    assert marks("new.csv")["f", "a"]
    run("attack", "old.csv", "new.csv", "--out", "i.csv", "--increments", "growth.csv")
    growth = pl.read_csv("growth.csv").filter(pl.col("lo") == pl.col("hi"), pl.col("lo") > 0, pl.col("hi") < 5)
    assert growth.is_empty()


def test_the_remainder_beside_own_counts_is_withheld(run: Run) -> None:
    Path("known.csv").write_text("sex,area,freq\nm,b,10\nf,b,1\n")
    assert run("protect", "inner.csv", "--out", "out.csv", "--known", "known.csv").exit_code == 0
    assert marks("out.csv")["m", "b"]
    done = run("attack", "out.csv", "--out", "i.csv", "--known", "known.csv", "--json")
    assert json.loads(done.stdout)["recovered"] == 0


def test_an_own_part_above_the_whole_is_refused(run: Run) -> None:
    Path("known.csv").write_text("sex,area,freq\nm,b,13\n")
    done = run("protect", "inner.csv", "--out", "out.csv", "--known", "known.csv")
    assert "sex m, area b: the own part is 13, the whole is 12" in refusal(done)


def test_what_no_marks_can_protect_is_refused_and_nothing_is_written(run: Run) -> None:
    released("old.csv", square(3, 20, 30, 40))
    Path("inner.csv").write_text("sex,area,freq\nf,b,20\nm,a,30\nm,b,40\n")
    assert "f a change 1 in revision 1 (recovered)" in refusal(
        run("protect", "inner.csv", "--out", "x.csv", "--earlier", "old.csv")
    )
    assert not Path("x.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "round", "--key-file", "key"), "--key-file has no meaning"),
        (("--method", "round", "--known", "known.csv"), "--earlier and --known have no meaning"),
    ],
)
def test_options_without_a_meaning_are_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in refusal(run("protect", "inner.csv", "--out", "x.csv", *words))
