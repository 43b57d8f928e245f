"""How a command stops: one clear line on stderr and a non-zero status."""


class Stop(Exception):  # noqa: N818 -- read aloud where it is raised: raise Stop("…")
    """A command cannot go on; the message says what was wrong and what would be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
