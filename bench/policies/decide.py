"""How long one decision takes among 500 agreements, by kind of ask: microseconds of processor time, not of waiting.

python bench/policies/decide.py
"""

import sys
from datetime import date
from functools import partial
from importlib.resources import files
from statistics import median
from time import process_time
from timeit import repeat
from typing import Any

from policies.agreement import parse_agreement
from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.classification import load_classification
from policies.dataset import load_datasets
from policies.decide import decide
from policies.law import load_law

AGREEMENTS = 500
LIMIT = 50.0
PLAIN: dict[str, Any] = {
    "party": "kommun-77",
    "party_kind": "municipality",
    "role": "reader",
    "purpose": "lagesbild",
    "table": "kommun-77-anmalda-brott",
    "on": date(2026, 11, 22),
}
ASKS: dict[str, dict[str, Any]] = {
    "the whole table": {},
    "a leaf, a level and a period": {
        "category": "anmald-misshandel-utomhus",
        "area_level": "kommun",
        "period": "2026-W07",
    },
    "a sum of 64 leaves": {"category": "anmald"},
    "refused: a sensitive leaf": {"category": "anmald-mord-drap"},
    "refused: everything wrong": {"role": "operator", "purpose": "", "area_level": "deso", "period": "2026"},
    "refused: an outsider": {"party": "orebro"},
}


def many() -> AgreementSet:
    """The example of Södertälje under 500 names."""
    example = (files("policies") / "agreements" / "sodertalje.toml").read_bytes()
    copies = (example.replace(b"sodertalje", b"kommun-%d" % number) for number in range(AGREEMENTS))
    return AgreementSet.of(parse_agreement(copy, "copy.toml") for copy in copies)


def main() -> int:
    """Print the figures; the status is 1 if a median is over the limit."""
    classification = load_classification()
    rest = (many(), load_law(), load_datasets(classification), classification)
    medians = []
    for name, differs in ASKS.items():
        question = partial(decide, Ask(**{**PLAIN, **differs}), *rest)
        each = [seconds * 1e3 for seconds in repeat(question, timer=process_time, number=1000, repeat=15)]
        medians.append(median(each))
        print(f"{name:32} {median(each):6.1f} µs   (best {min(each):.1f}, worst {max(each):.1f})")
    return int(max(medians) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
