"""How a command stops: one clear line on stderr and a non-zero status."""

import click


class Stop(click.ClickException):
    """A command cannot go on; the message says what was wrong and what would be right."""

    exit_code = 1
