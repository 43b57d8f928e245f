"""The one classification of events that everyone who shares figures here counts by.

A tree of groups over leaves, and beside it themes: groups that add the same leaves up another way. A leaf says
how sensitive a count of it is and where its definition comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

from policies.classification_file import Section, Sensitivity, Source, read_files

SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)  # from the mildest to the strictest
Language = Literal["sv", "en"]
BUILT_IN: Traversable = files("policies") / "classification"


class UnknownCode(LookupError):  # noqa: N818 - read aloud where it is raised
    """A code that the classification does not have."""


@dataclass(frozen=True)
class Group:
    """A code that others add up to.

    Attributes:
        parent: the group it is part of; None for the top of a section and for a theme.
        members: the codes directly below it, leaves or groups.
        theme: it adds leaves up another way than the tree does, and may overlap other groups.
    """

    code: str
    sv: str
    en: str
    parent: str | None
    members: tuple[str, ...]
    theme: bool


@dataclass(frozen=True)
class Leaf:
    """A code that events are counted under; `group` is its one place in the tree."""

    code: str
    sv: str
    en: str
    group: str
    sensitivity: Sensitivity
    source: Source


Row = TypeVar("Row", Group, Leaf)


@dataclass(frozen=True)
class Classification:
    """Leaves and groups by code, in the order of the files; `digest` is the sha256 of those files."""

    id: str
    sv: str
    en: str
    leaves: Mapping[str, Leaf]
    groups: Mapping[str, Group]
    digest: str

    def leaf(self, code: str) -> Leaf:
        """The leaf with this code; UnknownCode if there is none."""
        return _found(self.leaves, code, "leaf")

    def group(self, code: str) -> Group:
        """The group with this code; UnknownCode if there is none."""
        return _found(self.groups, code, "group")

    def leaves_of(self, code: str) -> tuple[str, ...]:
        """The leaves that `code` adds up, each once: a leaf adds up itself, a group all below it."""
        if code in self.leaves:
            return (code,)
        return tuple(dict.fromkeys(leaf for part in self.group(code).members for leaf in self.leaves_of(part)))

    def parent(self, code: str) -> str | None:
        """The group that `code` is part of in the tree; None at the top and for a theme."""
        return self.leaves[code].group if code in self.leaves else self.group(code).parent

    def label(self, code: str, lang: Language) -> str:
        """The name of a leaf or group in Swedish or English."""
        named = self.leaves.get(code) or self.group(code)
        return named.sv if lang == "sv" else named.en

    def sensitivity(self, code: str) -> Sensitivity:
        """How sensitive a count of `code` is: for a group, as its strictest leaf."""
        return max((self.leaves[leaf].sensitivity for leaf in self.leaves_of(code)), key=SENSITIVITIES.index)

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The groups that no other holds: one for each section of the tree, and the themes."""
        return tuple(code for code, group in self.groups.items() if group.parent is None)


def load_classification(folder: Traversable = BUILT_IN) -> Classification:
    """The classification whose files lie in `folder`.

    Raises:
        PolicyError: the files do not hold; each fault with file and line.
    """
    read = read_files(folder)
    return Classification(
        id=read.scheme.id,
        sv=read.scheme.sv,
        en=read.scheme.en,
        leaves=MappingProxyType(_leaves(read.sections)),
        groups=MappingProxyType(_groups(read.sections)),
        digest=read.digest,
    )


def _found(rows: Mapping[str, Row], code: str, kind: str) -> Row:
    try:
        return rows[code]
    except KeyError:
        raise UnknownCode(f"the classification has no {kind} {code!r}") from None


def _leaves(sections: Sequence[Section]) -> dict[str, Leaf]:
    return {
        code: Leaf(code, row.sv, row.en, row.group, row.sensitivity, section.sources[row.source])
        for section in sections
        for code, row in section.leaves.items()
    }


def _groups(sections: Sequence[Section]) -> dict[str, Group]:
    rows = {code: row for section in sections for code, row in section.groups.items()}
    below = {code: list(row.members or ()) for code, row in rows.items()}
    for section in sections:
        for code, leaf in section.leaves.items():
            below[leaf.group].append(code)
    for code, row in rows.items():
        if row.parent is not None:
            below[row.parent].append(code)
    return {
        code: Group(code, row.sv, row.en, row.parent, tuple(below[code]), theme=row.members is not None)
        for code, row in rows.items()
    }
