"""How often reports that lie near are joined wrongly, or missed, by how many incidents there are.

    python -m bench.pseudonyms.linking

Two sources report incidents of one area and group, drawn at random over a year. What only one of them reported and is
joined all the same is wrongly joined; what both reported, the second a day later at most, and is not joined is missed.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random

from intake.reports_joining import joined
from policies.agreement import LinkRule
from policies.period import period_of
from store.vault_reports import Row

PARTS = ("natt", "morgon", "dag", "kvall")
DAYS = 364


def rule(periods: int) -> LinkRule:
    return LinkRule.model_validate(
        {
            "dataset": "d",
            "by": ("near",),
            "periods": periods,
            "words": {"sv": "nära", "en": "near"},
            "uncertainty": {"wrongly_joined": 0.0, "missed": 0.0, "on": "not measured yet"},
        }
    )


def together(rows: list[Row], periods: int) -> int:
    counted: Counter[str] = Counter()
    for (who, _), number in joined(rows, rule(periods), {"k": "g"}, "iso-week").items():
        counted[who] += number
    return counted["a+b"]


def report(who: str, number: int, day: int, part: str) -> Row:
    period = str(period_of(date(2025, 12, 29) + timedelta(days=day), "iso-week"))
    return Row("d", who, f"{who}{number}", "e", number, None, None, None, period, "A", "k", part, "{}", "{}", "x")


def measured(rate: float, periods: int, areas: int = 200) -> tuple[float, float]:
    """Shares wrongly joined and missed, at so many incidents of each source a week and part of the day."""
    chance = Random(1)  # noqa: S311 -- the same figures every time
    wrong = missed = 0
    number = round(rate * DAYS / 7 * len(PARTS))
    for _ in range(areas):
        apart = [
            report(who, n + 10**6 * (who == "b"), chance.randrange(DAYS), chance.choice(PARTS))
            for who in "ab"
            for n in range(number)
        ]
        wrong += together(apart, periods)
        common = [(n, chance.randrange(DAYS), chance.choice(PARTS)) for n in range(number)]
        both = [report("a", n, day, part) for n, day, part in common]
        both += [report("b", n + 10**6, day + (chance.random() < 0.2), part) for n, day, part in common]
        missed += number - together(both, periods)
    return wrong / (areas * number), missed / (areas * number)


def main() -> None:
    print("| incidents of each source | periods | wrongly joined | missed |")
    print("|---|---|---|---|")
    for rate in (0.02, 0.1, 0.5):
        for periods in (0, 1):
            wrong, missed = measured(rate, periods)
            print(f"| {rate} | {periods} | {wrong:.2f} | {missed:.2f} |")


if __name__ == "__main__":
    main()
