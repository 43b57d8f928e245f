"""Sends a file of reports to a home, and says how many rows are kept so far: a process that a test can kill."""

import sys
import time
from pathlib import Path

from settings import Place
from tests.reports.premises import Premises

if __name__ == "__main__":
    premises = Premises(Place(Path(sys.argv[1])))

    def told(rows: int) -> None:
        print(f"kept {rows}", flush=True)
        time.sleep(0.5)

    premises.send(Path(sys.argv[2]).read_bytes(), told=told)
