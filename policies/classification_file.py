"""The files of a classification, read strictly: what each may say, and that every code they name exists once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import Field

from policies.reading import Href, Id, Line, Loc, PolicyError, Strict, key_lines, line_of, read

Sensitivity = Literal["open", "normal", "sensitive"]
HEAD = "scheme.toml"


class Source(Strict):
    """Where a leaf's definition comes from."""

    text: Line
    href: Href


class GroupRow(Strict):
    """A group: part of `parent`, or with `members` a theme that adds up codes from anywhere."""

    sv: Line
    en: Line
    parent: Id | None = None
    members: tuple[Id, ...] | None = None


class LeafRow(Strict):
    """A leaf in its one group; `source` names one of the section's sources."""

    sv: Line
    en: Line
    group: Id
    sensitivity: Sensitivity
    source: Id


class Section(Strict):
    """One file: its groups and leaves by code."""

    groups: dict[Id, GroupRow] = Field(default_factory=dict)
    leaves: dict[Id, LeafRow] = Field(default_factory=dict)
    sources: dict[Id, Source] = Field(default_factory=dict)


class Scheme(Strict):
    """The head of a classification: its id, its name, and its section files in order."""

    id: Id
    sv: Line
    en: Line
    sections: tuple[Line, ...]


@dataclass(frozen=True)
class Files:
    """A whole classification as its files say it; `digest` is the sha256 over their bytes in order."""

    scheme: Scheme
    sections: tuple[Section, ...]
    digest: str


def read_files(folder: Traversable) -> Files:
    """Read `scheme.toml` in `folder` and the sections it names.

    Raises:
        PolicyError: a file is missing or not of its shape, or its codes do not hold together; each fault with
            file and line.
    """
    head = _bytes(folder, HEAD)
    scheme = read(head, HEAD, Scheme)
    raw = {name: _bytes(folder, name) for name in scheme.sections}
    sections = {name: read(data, name, Section) for name, data in raw.items()}
    places = {name: key_lines(data.decode()) for name, data in raw.items()}
    if faults := [
        f"{name}, line {line_of(loc, places[name])}: {'.'.join(map(str, loc))}: {told}"
        for name, loc, told in _faults(sections)
    ]:
        raise PolicyError("\n".join(faults))
    digest = sha256(b"\0".join((head, *raw.values()))).hexdigest()
    return Files(scheme, tuple(sections.values()), digest)


def _bytes(folder: Traversable, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise PolicyError(f"{name}: no such file in the folder of the classification") from None


def _faults(sections: Mapping[str, Section]) -> Iterator[tuple[str, Loc, str]]:
    groups = {code: row for section in sections.values() for code, row in section.groups.items()}
    leaves = {code for section in sections.values() for code in section.leaves}
    used = {row.group for section in sections.values() for row in section.leaves.values()}
    used |= {row.parent for row in groups.values() if row.parent}
    seen: set[str] = set()
    for name, section in sections.items():
        for kind, codes in (("groups", list(section.groups)), ("leaves", list(section.leaves))):
            yield from ((name, (kind, code), "this code stands twice") for code in codes if code in seen)
            seen.update(codes)
        for code, group in section.groups.items():
            told = _group_fault(code, group, groups, leaves, used)
            yield from ((name, ("groups", code), sentence) for sentence in told)
        for code, leaf in section.leaves.items():
            told = _leaf_fault(leaf, groups, section)
            yield from ((name, ("leaves", code), sentence) for sentence in told)


def _group_fault(
    code: str, row: GroupRow, groups: Mapping[str, GroupRow], leaves: set[str], used: set[str]
) -> Iterator[str]:
    if row.members is None:
        if row.parent is not None and not _in_tree(row.parent, groups):
            yield f"its parent {row.parent!r} is no group of the tree"
        elif _circles(code, groups):
            yield "it is its own ancestor"
        if code not in used:
            yield "nothing belongs to it; give it leaves or take it away"
        return
    if row.parent is not None or not row.members:
        yield "a theme has members and no parent"
    for member in row.members:
        if member not in leaves and not _in_tree(member, groups):
            yield f"its member {member!r} is neither a leaf nor a group of the tree"


def _leaf_fault(row: LeafRow, groups: Mapping[str, GroupRow], section: Section) -> Iterator[str]:
    if not _in_tree(row.group, groups):
        yield f"its group {row.group!r} is no group of the tree"
    if row.source not in section.sources:
        yield f"its source {row.source!r} is not among the sources of this file"


def _in_tree(code: str, groups: Mapping[str, GroupRow]) -> bool:
    return code in groups and groups[code].members is None


def _circles(code: str, groups: Mapping[str, GroupRow]) -> bool:
    above = groups[code].parent
    for _ in groups:
        if above is None or above not in groups:
            return False
        above = groups[above].parent
    return True
