"""Lists on the screen: an id is never cut, and what goes to a file or a pipe is as wide as it needs to be."""

from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 400
"""Columns of a list that goes to no terminal."""


def listing(*columns: str) -> Table:
    """A list with these columns; what does not fit goes on in the next line."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def show(table: Table) -> None:
    """Print a list on standard output."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    console.print(table)
