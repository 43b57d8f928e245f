"""The cases as a page for a lawyer: each question with the answer as it is worded, in Swedish and English.

python -m tests.policies.pages > docs/cases.md
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policies.verdict import Permit, Verdict
from tests.policies.scenario import agreement, answer, ask, datasets

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


def cases(file: Path) -> list[dict[str, Any]]:
    """The cases of one file."""
    held: list[dict[str, Any]] = tomllib.loads(file.read_text())["cases"]
    return held


def answered(case: dict[str, Any]) -> Verdict:
    """What `decide` answers to a case."""
    held = agreement(case.get("agreement", {}), **case.get("table", {}))
    return answer(ask(**case.get("ask", {})), held, datasets(**case.get("data", {})))


def page() -> str:
    """All cases as Markdown."""
    parts = [
        "<!-- Generated: python -m tests.policies.pages > docs/cases.md -->",
        "# Fall / Cases",
        "Varje svar är till för en jurist att bekräfta. / Every answer is for a jurist to confirm.",
    ]
    for file in FILES:
        heading = file.read_text().splitlines()[0].removeprefix("# ")
        parts += [f"## {heading}", *(_told(case) for case in cases(file))]
    return "\n\n".join(parts) + "\n"


def _told(case: dict[str, Any]) -> str:
    return "\n".join([f"**{case['title']}**: {case['question']}", "", *_answer(answered(case))])


def _answer(verdict: Verdict) -> Iterator[str]:
    if isinstance(verdict, Permit):
        follows = verdict.secrecy_transferred
        grounds = ", ".join(verdict.grounds) or "egna uppgifter / its own figures"
        yield f"- Ja / Yes: {grounds}"
        if follows:
            yield f"- Sekretess följer med / secrecy follows: {follows.source}, {', '.join(follows.provisions)}"
        return
    for reason in verdict.reasons:
        yield f"- Nej / No: {reason.sentence_sv} / {reason.sentence_en} (`{reason.rule}`, {reason.cite})"


if __name__ == "__main__":
    sys.stdout.write(page())
