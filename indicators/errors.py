"""What the arithmetic of signals cannot work with."""


class SignalError(Exception):
    """Counts, weeks or settings that give no signal; the message says which and what would be right."""
