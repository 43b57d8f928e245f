"""Inner loops as machine code, kept beside the source so that only a first run pays for the translation."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def compiled(loop: Loop) -> Loop:
    """The same function, compiled on first call; the compiled form is cached on disk where that is possible."""
    return cast("Loop", numba.njit(cache=True, nogil=True)(loop))
