"""How a command stops: one clear line on stderr and a status by which a script can tell what to do next."""

from enum import IntEnum


class Status(IntEnum):
    """How a command ended, in the numbers of sysexits.h where it has them."""

    ERROR = 1
    FAULTY = 65
    """What was sent is wrong: sending it again will not help."""
    UNREACHABLE = 69
    """The service gave no answer."""
    LATER = 75
    """Not done yet and not lost: run the command again later."""
    REFUSED = 77
    """The service does not let this client do it."""


class Stop(Exception):  # noqa: N818 -- read aloud where it is raised: raise Stop("…")
    """A command cannot go on; the message says what was wrong and what would be right."""

    def __init__(self, message: str, status: Status = Status.ERROR) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
