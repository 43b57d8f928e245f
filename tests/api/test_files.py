"""Tables as files: parts by range, what is known already, codings, and that every one of these is a logged reading."""

import gzip
from functools import partial

import httpx
import pytest

from api import pull
from api.cells import FORMATS
from api.kept import KeptFiles
from settings import PullSettings
from tests.api.conftest import Open
from tests.api.house import ISSUER, House
from tests.api.shelf import TABLE, approve, put
from tests.api.visitor import Visitor
from tests.formats.readers import READERS

CELLS = f"/samsyn/v1/tables/{TABLE}/cells"
FILES = sorted(set(FORMATS) - {"json"})


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    put(house.place, approve(house.place))
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(house: House, door: Visitor, query: str = "", method: str = "GET", **headers: str) -> httpx.Response:
    sent = {"Accept-Encoding": "identity", "Samsyn-Purpose": "lagesbild"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return door.request(method, f"{CELLS}{query}", headers=house.bearer("huddinge-reader") | sent)


def test_every_format_agrees_with_every_other_through_the_door(house: House, door: Visitor) -> None:
    told = {name: set(read(ask(house, door, f"?format={name}&limit=10000").content)) for name, read in READERS.items()}
    assert told["csv"] == told["json"]
    assert {name for name in told if told[name] != told["csv"]} == set()
    assert len(told["csv"]) == 18


@pytest.mark.parametrize("name", FILES)
def test_the_parts_of_a_file_make_the_file(house: House, door: Visitor, name: str) -> None:
    whole = ask(house, door, f"?format={name}")
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(whole.content)
    first = ask(house, door, f"?format={name}", range="bytes=0-9")
    rest = ask(house, door, f"?format={name}", range="bytes=10-")
    end = ask(house, door, f"?format={name}", range="bytes=-7")
    assert [first.status_code, rest.status_code, end.status_code] == [206, 206, 206]
    assert first.content + rest.content == whole.content
    assert end.content == whole.content[-7:]
    assert first.headers["content-range"] == f"bytes 0-9/{size}"
    assert first.headers["etag"] == whole.headers["etag"]


def test_a_range_past_the_end_says_how_long_the_file_is(house: House, door: Visitor) -> None:
    size = len(ask(house, door, "?format=csv").content)
    refused = ask(house, door, "?format=csv", range=f"bytes={size}-")
    assert refused.status_code == 416
    assert refused.headers["content-range"] == f"bytes */{size}"
    assert refused.json()["type"].endswith("range-not-satisfiable")


@pytest.mark.parametrize("header", ["bytes=0-1,4-5", "bytes=9-3", "lines=0-3", "bytes=x"])
def test_a_range_that_does_not_bind_gets_the_whole(house: House, door: Visitor, header: str) -> None:
    assert ask(house, door, "?format=csv", range=header).status_code == 200


def test_a_part_of_another_file_is_not_joined_to_this_one(house: House, door: Visitor) -> None:
    whole = ask(house, door, "?format=csv")
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    for condition, status in ((tag, 206), (date, 206), ('"another"', 200), ("Sun, 01 Jan 2023 00:00:00 GMT", 200)):
        assert ask(house, door, "?format=csv", range="bytes=0-3", if_range=condition).status_code == status


def test_a_filtered_file_has_no_parts(house: House, door: Visitor) -> None:
    answer = ask(house, door, "?format=csv&category=total", range="bytes=0-3")
    assert answer.status_code == 200
    assert "accept-ranges" not in answer.headers


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coding_has_a_tag_of_its_own_and_the_same_content(house: House, door: Visitor, coding: str) -> None:
    plain = ask(house, door, "?format=parquet")
    packed = ask(house, door, "?format=parquet", accept_encoding=coding)
    assert packed.headers["content-encoding"] == coding
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.content == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.headers["cache-control"].startswith("private")


def test_the_better_coding_is_taken_unless_another_weighs_more(house: House, door: Visitor) -> None:
    for sent, coding in (("gzip, zstd", "zstd"), ("gzip, zstd;q=0.5", "gzip"), ("identity, gzip;q=0.1", None)):
        answer = ask(house, door, "?format=csv", accept_encoding=sent)
        assert answer.headers.get("content-encoding") == coding


def test_what_is_known_by_tag_or_date_is_not_sent_again(house: House, door: Visitor) -> None:
    first = ask(house, door, "?format=csv")
    by_tag = ask(house, door, "?format=csv", if_none_match=first.headers["etag"])
    by_date = ask(house, door, "?format=csv", if_modified_since=first.headers["last-modified"])
    before = ask(house, door, "?format=csv", if_modified_since="Sun, 01 Jan 2023 00:00:00 GMT")
    assert [by_tag.status_code, by_date.status_code, before.status_code] == [304, 304, 200]
    other = ask(house, door, "?format=csv", if_none_match='"x"', if_modified_since=first.headers["last-modified"])
    assert other.status_code == 200, "a tag is asked before a date"


def test_head_parts_and_what_is_known_are_readings(house: House, door: Visitor) -> None:
    tag = ask(house, door, "?format=csv").headers["etag"]
    ask(house, door, "?format=csv", "HEAD")
    ask(house, door, "?format=csv", range="bytes=0-9")
    ask(house, door, "?format=csv", if_none_match=tag)
    said = [entry.other for entry in house.trail() if (entry.other or {}).get("table") == TABLE]
    assert [one["note"] for one in said if one] == ["csv", "csv", "csv bytes 0-9 of 996", "304"]
    assert [one["method"] for one in said if one] == ["GET", "HEAD", "GET", "GET"]


def test_head_tells_the_length_and_sends_nothing(house: House, door: Visitor) -> None:
    whole, head = ask(house, door, "?format=xlsx"), ask(house, door, "?format=xlsx", "HEAD")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_file_leads_to_what_is_said_of_it(house: House, door: Visitor) -> None:
    link = ask(house, door, "?format=csv").headers["link"]
    assert 'rel="describedby"; type="application/csvm+json"' in link
    assert 'rel="terms-of-service"' in link


def test_a_file_is_written_once_and_what_is_kept_is_bounded() -> None:
    written: list[str] = []

    def write(name: str) -> tuple[bytes]:
        written.append(name)
        return (name.encode() * 10,)

    files = KeptFiles(most=25, largest=20)
    assert [files.file("a", "identity", lambda: write("a")) for _ in range(2)] == [b"a" * 10] * 2
    assert written == ["a"]
    for name in "bcd":
        files.file(name, "identity", partial(write, name))
    files.file("a", "identity", lambda: write("a"))
    assert written == ["a", "b", "c", "d", "a"]


def test_a_file_too_large_to_keep_is_streamed_whole() -> None:
    files = KeptFiles(most=100, largest=5)
    pieces = files.file("a", "gzip", lambda: iter([b"abc", b"def", b"ghi"]))
    assert not isinstance(pieces, bytes)
    assert gzip.decompress(b"".join(pieces)) == b"abcdefghi"
