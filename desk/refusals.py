"""Why a step may not be taken."""

from typing import Final

from policies.reading import Words

OTHERS: Final = "others"
"""The code of a refusal because the agreement is between others; an outsider is told no more than that."""


class Refused(Exception):  # noqa: N818 - an answer rather than an error; the sentence is for the one who asked
    """A step that the life of the version does not allow now.

    Attributes:
        code: the same for every refusal of its kind, for the trail.
        words: why, in both languages.
    """

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words


class UnknownVersionError(LookupError):
    """There is no such version; the message says what was looked for."""
