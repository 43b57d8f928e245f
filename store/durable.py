"""A small file that is replaced whole and survives a power cut once the call returns."""

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Put a content under its name, or leave what was there: never a half of it."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
