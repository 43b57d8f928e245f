"""The folder of agreements: the examples load and do what the demo needs; nothing broken ever loads."""

import random
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.coverage import Scope
from policies.decide import may_release, tables_for
from policies.folder import EXAMPLES, SUMS, load_agreements, read_agreement, read_sums
from policies.parties import PartyKind
from policies.reading import PolicyError
from policies.references import Known
from tests.policies.scenario import classification, law, real_datasets

DAY = date(2026, 11, 22)
MUNICIPALITIES = {"sodertalje": "0181", "huddinge": "0126", "orebro": "1880", "helsingborg": "1283", "vasteras": "1980"}
FILES = {entry.name: entry.read_bytes() for entry in EXAMPLES.iterdir()}
OPEN = {"polisens-handelser", "bra-anmalda-brott"}
REPORTED = {f"sodertalje-{what}" for what in ("rapporter-deso", "handelser-deso", "upprepade-platser")}


def known(areas: tuple[str, ...] | None = None) -> Known:
    return Known(real_datasets(), classification(), areas)


@cache
def examples() -> AgreementSet:
    return load_agreements(known(tuple(MUNICIPALITIES.values())))


def readable(party: str, kind: PartyKind, purpose: str = "lagesbild") -> set[str]:
    asks = Ask(party=party, party_kind=kind, role="reader", purpose=purpose, table="", on=DAY)
    return {table.id for table in tables_for(asks, examples(), law(), real_datasets(), classification())}


@pytest.mark.parametrize("party", MUNICIPALITIES)
def test_each_municipality_reads_its_own_tables_and_the_open_ones(party: str) -> None:
    own = {f"{party}-{what}" for what in ("anmalda-brott", "storningar", "raddningsinsatser")}
    assert readable(party, "municipality") == own | OPEN | (REPORTED if party == "sodertalje" else set())
    assert readable(party, "municipality", "nationell-jamforelse") == OPEN | {"nationell-anmalda-brott"}


def test_police_and_rescue_read_what_each_municipality_does() -> None:
    tables = {
        f"{party}-{what}" for party in MUNICIPALITIES for what in ("anmalda-brott", "storningar", "raddningsinsatser")
    }
    assert readable("polisen", "police") == tables | OPEN | REPORTED
    assert readable("bostadsbolaget", "other") == OPEN | REPORTED
    assert readable("raddningstjansten", "rescue") == tables | OPEN


def test_bra_compares_and_the_auditor_reads_no_table_but_open_ones() -> None:
    assert readable("bra", "national", "nationell-jamforelse") == OPEN | {"nationell-anmalda-brott"}
    assert readable("granskaren", "auditor", "granskning") == OPEN
    assert readable("nagon", "other", "") == OPEN


def test_every_example_table_may_be_released_and_shows_something() -> None:
    for agreement in examples():
        for table in agreement.tables:
            scope = Scope(agreement, table, real_datasets()[table.dataset], classification(), law().at(DAY))
            assert may_release(scope), table.id
            assert all(scope.leaves(level) for level in table.area_levels), table.id


def test_each_municipality_has_its_own_area_and_circle() -> None:
    for agreement in examples():
        if agreement.id in MUNICIPALITIES:
            assert {table.areas for table in agreement.tables} == {(MUNICIPALITIES[agreement.id],)}
            assert agreement.circle == (agreement.id, "polisen", "raddningstjansten")


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def seal(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files with sums written anew, as someone would who approved what they now say."""
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()) if name != SUMS)
    return {**files, SUMS: sums.encode()}


def flip(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :]


def lose_line(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def double_line(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = dice.randrange(len(lines))
    return b"".join([*lines[: place + 1], *lines[place:]])


def swap_lines(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    one, two = dice.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def change_number(data: bytes, dice: random.Random) -> bytes:
    places = [found.start() for found in re.finditer(rb"\d", data)]
    place = dice.choice(places)
    return data[:place] + b"%d" % ((data[place] - 48 + dice.randrange(1, 10)) % 10) + data[place + 1 :]


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip,
    lose_line,
    double_line,
    swap_lines,
    cut,
    change_number,
)


def corrupted(dice: random.Random) -> dict[str, bytes]:
    """The examples with one thing wrong, whether in a file or in the folder."""
    files = dict(FILES)
    name = dice.choice(sorted(files))
    what = dice.randrange(10)
    if what == 0:
        del files[name]
    elif what == 1:
        files[f"x-{name}"] = files.pop(name)
    elif what == 2:
        files["extra.toml"] = files[name]
    elif what == 3:
        other = dice.choice(sorted(files.keys() - {name}))
        files[name], files[other] = files[other], files[name]
    else:
        files[name] = dice.choice(CHANGES)(files[name], dice)
    return files


def test_no_corruption_of_a_folder_loads_silently(tmp_path: Path) -> None:
    dice = random.Random(20261122)  # noqa: S311 - the same corruptions every time
    tried = 0
    while tried < 500:
        files = corrupted(dice)
        if {name: data.strip() for name, data in files.items()} == {name: data.strip() for name, data in FILES.items()}:
            continue
        tried += 1
        folder = write(tmp_path / str(tried), files)
        with pytest.raises(PolicyError, match="line "):
            load_agreements(known(), folder)


SLIPS = (
    (r"^(\w+) = ", r"\1x = "),
    (r'^dataset = "([a-z]+)-', r'dataset = "\1-x'),
    (r"^(\w+) = .*\n", ""),
    (r"\d{4}-\d{2}-\d{2}", "2026-02-30"),
    (r"^version = 1", "version = 0"),
    (r'"kommun"', '"kommun2"'),
    (r'"suppress"', '"suppres"'),
    (r'"2024-W01"', '"2019-W01"'),
    (r'"01(\d\d)"', r'"99\1"'),
    (r"\[\[tables\]\]", "[[table]]"),
    (r"\[record\]", "[records]"),
)


def test_no_slip_of_the_pen_loads_even_when_it_was_approved(tmp_path: Path) -> None:
    """Beside the digests, the reading itself is strict: sealed anew, the same slips are still named."""
    dice = random.Random(7)  # noqa: S311 - the same slips every time
    optional = re.compile(r"^(own_knowledge|joins|lawful_basis|branch|public|\[|#|$)")
    for tried in range(150):
        name = dice.choice([name for name in sorted(FILES) if name != SUMS])
        pattern, new = dice.choice(SLIPS)
        text = FILES[name].decode()
        places = [found for found in re.finditer(pattern, text, re.MULTILINE) if not optional.match(found[0])]
        places = [found for found in places if "email" not in found[0]]
        if not places:
            continue
        place = dice.choice(places)
        slipped = text[: place.start()] + place.expand(new) + text[place.end() :]
        folder = write(tmp_path / str(tried), seal({**FILES, name: slipped.encode()}))
        with pytest.raises(PolicyError):
            load_agreements(known(tuple(MUNICIPALITIES.values())), folder)


def fault(tmp_path: Path, files: dict[str, bytes]) -> str:
    with pytest.raises(PolicyError) as raised:
        load_agreements(known(tuple(MUNICIPALITIES.values())), write(tmp_path / "folder", files))
    return str(raised.value)


def slip(tmp_path: Path, old: str, new: str) -> str:
    text = FILES["sodertalje.toml"].decode()
    assert old in text
    return fault(tmp_path, seal({**FILES, "sodertalje.toml": text.replace(old, new, 1).encode()}))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'dataset = "polisens-anmalda-brott"',
            'dataset = "brott"',
            "tables.0.dataset: 'brott' is no dataset; there are bostadsbolagets-rapporter, bra-anmalda-brott, ",
        ),
        (
            'dataset = "kommunens-storningar"',
            'dataset = "bra-anmalda-brott"',
            "tables.1.dataset: none of those who publish bra-anmalda-brott (bra) is a party",
        ),
        (
            'area_levels = ["kommun"]',
            'area_levels = ["deso"]',
            "tables.0.area_levels: 'deso' is no level of polisens-anmalda-brott; it has riket, lan, kommun",
        ),
        (
            'areas = ["0181"]',
            'areas = ["9999"]',
            "tables.0.areas: '9999' is no area; write a code of the area scheme, or *",
        ),
        ('categories = ["*"]', 'categories = ["x"]', "tables.0.categories: 'x' is no category of handelser-2026"),
        (
            'categories = ["*"]',
            'categories = ["notis"]',
            "tables.0.categories: 'notis' is no category of polisens-anmalda-brott",
        ),
        (
            'period_unit = "iso-week"\nfirst = "2024-W01"',
            'period_unit = "day"\nfirst = "2024-01-01"',
            "tables.0.period_unit: polisens-anmalda-brott is counted by iso-week, which does not add up to day",
        ),
        (
            'period_unit = "iso-week"\nfirst = "2024-W01"',
            'period_unit = "year"\nfirst = "2024"',
            "which does not add up to year",
        ),
        (
            'first = "2024-W01"',
            'first = "2019-W52"',
            "tables.0.first: polisens-anmalda-brott begins in 2020-W01; 2019-W52 lies before that",
        ),
        (
            'dataset = "kommunens-storningar" }',
            'dataset = "x" }',
            "tables.1.own_knowledge: 'x' is no dataset; there are bostadsbolagets-rapporter, bra-anmalda-brott",
        ),
        (
            'provisions = ["osl-35-1"]',
            'provisions = ["osl-35-1", "osl-18-2"]',
            "grounds.1.provisions: no dataset here falls under osl-18-2; leave it out",
        ),
        (
            "# The police's",
            '[[denials]]\nwhat = { categories = ["x"] }\nreason = { sv = "a", en = "b" }\n# The',
            "denials.0.what: 'x' is no category of handelser-2026",
        ),
        (
            "# The police's",
            '[[denials]]\nwhat = { area_levels = ["deso"] }\nreason = { sv = "a", en = "b" }\n# The',
            "denials.0.what: 'deso' is a level that no table here grants",
        ),
        (
            'joins = ["sodertalje-storningar"',
            'joins = ["borta"',
            "sodertalje: sodertalje-anmalda-brott joins 'borta', which no agreement here grants",
        ),
    ],
)
def test_what_an_agreement_names_must_be_there(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in slip(tmp_path, old, new)


def test_a_name_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    line = FILES["sodertalje.toml"].decode().splitlines().index('dataset = "polisens-anmalda-brott"') + 1
    told = slip(tmp_path, 'dataset = "polisens-anmalda-brott"', 'dataset = "brott"').splitlines()
    assert [each.split(": ")[1] for each in told] == [
        "grounds.0.provisions",
        "grounds.1.provisions",
        "tables.0.dataset",
    ]
    assert told[2].startswith(f"sodertalje.toml, line {line}: tables.0.dataset: 'brott' is no dataset; there are")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('areas = ["0181"]', 'areas = ["*"]'),
        ('area_levels = ["kommun"]', 'area_levels = ["riket", "lan", "kommun"]'),
        ('categories = ["*"]', 'categories = ["anmald-12-kap", "anmald-misshandel-utomhus", "tema-grovt-vald"]'),
        ('period_unit = "iso-week"\nfirst = "2024-W01"', 'period_unit = "quarter"\nfirst = "2020-Q1"'),
        ('period_unit = "iso-week"\nfirst = "2024-W01"', 'period_unit = "iso-year"\nfirst = "2020"'),
        ('first = "2024-W01"', 'first = "2020-W01"'),
        (
            "# The police's",
            '[[denials]]\nwhat = { categories = ["anmald-12-kap", "anmald"] }\nreason = { sv = "a", en = "b" }\n# The',
        ),
        ("# The police's", '[[denials]]\nwhat = { area_levels = ["kommun"] }\nreason = { sv = "a", en = "b" }\n# The'),
    ],
)
def test_what_is_there_may_be_named(tmp_path: Path, old: str, new: str) -> None:
    text = FILES["sodertalje.toml"].decode()
    changed = seal({**FILES, "sodertalje.toml": text.replace(old, new, 1).encode()})
    assert load_agreements(known(tuple(MUNICIPALITIES.values())), write(tmp_path / "folder", changed))


def test_codes_of_areas_are_checked_only_against_areas_one_has() -> None:
    data = FILES["sodertalje.toml"].replace(b'"0181"', b'"9999"')
    assert read_agreement(data, "a.toml", known()).tables[0].areas == ("9999",)
    with pytest.raises(PolicyError, match="'9999' is no area"):
        read_agreement(data, "a.toml", known(("0181",)))


def test_a_level_below_kommun_is_one_of_a_dataset_counted_there() -> None:
    text = FILES["sodertalje.toml"].decode()
    deso = text.replace(
        'dataset = "polisens-anmalda-brott"\narea_levels = ["kommun"]',
        'dataset = "polisens-anmalda-brott-deso"\narea_levels = ["kommun", "deso"]',
    )
    assert read_agreement(deso.encode(), "a.toml", known()).tables[0].area_levels == ("kommun", "deso")


def test_an_agreement_is_read_only_as_it_was_approved() -> None:
    data = FILES["sodertalje.toml"]
    assert read_agreement(data, "a.toml", known(), sha256(data).hexdigest()).digest == sha256(data).hexdigest()
    with pytest.raises(PolicyError, match="restore those bytes"):
        read_agreement(data + b"\n", "a.toml", known(), sha256(data).hexdigest())


def test_files_and_sums_must_be_the_same(tmp_path: Path) -> None:
    told = fault(tmp_path, {**FILES, "ny.toml": FILES["orebro.toml"]})
    assert told == "ny.toml, line 1: this file is not in SHA256SUMS; write SHA256SUMS anew when all parties approve"


def test_a_folder_within_the_folder_is_strange_too(tmp_path: Path) -> None:
    folder = write(tmp_path / "agreements", FILES)
    (folder / "orebro").mkdir()
    with pytest.raises(PolicyError, match="orebro, line 1: this file is not in SHA256SUMS"):
        load_agreements(known(), folder)


def test_a_file_that_is_gone_is_missed(tmp_path: Path) -> None:
    gone = {name: data for name, data in FILES.items() if name != "orebro.toml"}
    assert fault(tmp_path, gone).startswith("orebro.toml, line 1: this file is in SHA256SUMS but not in the folder")


@pytest.mark.parametrize(
    ("sums", "told"),
    [
        (b"", "SHA256SUMS, line 1: this file is missing or empty; write it with sha256sum *.toml"),
        (b"abc  a.toml\n", "SHA256SUMS, line 1: write one line a file, in order, as sha256sum *.toml does"),
        (b"%b  a.toml\n%b  a.toml\n" % (b"0" * 64, b"1" * 64), "SHA256SUMS, line 2: write one line a file"),
        (b"%b  b.toml\n%b  a.toml\n" % (b"0" * 64, b"1" * 64), "SHA256SUMS, line 2: write one line a file, in order"),
        (b"\xff", "SHA256SUMS, line 1: write one line a file"),
    ],
)
def test_sums_are_written_as_sha256sum_does(sums: bytes, told: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(told)):
        read_sums(sums)


def test_sums_are_read_by_file() -> None:
    assert read_sums(b"%b  a.toml\n%b  b-2.toml\n" % (b"0" * 64, b"a" * 64)) == {
        "a.toml": "0" * 64,
        "b-2.toml": "a" * 64,
    }
