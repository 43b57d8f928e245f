"""Several processes that make tables safe: one for each processor, none of which outlives the run."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final, TypeVar

from release.outcome import Alone, Crew

Done = TypeVar("Done")

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What keeps a library from using all processors in each process."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def crew(size: int) -> Iterator[Crew]:
    """So many processes, or this one where that is one."""
    if size <= 1:
        yield Alone()
        return
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(size, get_context("spawn"), _go_with, (os.getpid(),)) as pool:
        try:
            yield _Several(pool, size)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Several:
    """The processes."""

    def __init__(self, pool: ProcessPoolExecutor, size: int) -> None:
        self._pool, self.size = pool, size

    def submit(self, job: Callable[[], Done], /) -> Future[Done]:
        """Have a job done by the next that is free."""
        return self._pool.submit(job)


def _go_with(parent: int) -> None:
    """End when the run ends, however it does: a killed one cannot tell its processes."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
