"""Notebooks that once differed when they were cut, one for each cause."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from programs import read_program
from shells import Shells
from verdicts import Outcome, Verdict, judge

CASES = Path(__file__).parent / "cases"


def read_cases(name: str) -> dict[str, str]:
    """The notebooks of a file by their titles (`=== title`)."""
    parts = re.split(r"^=== (.+)\n", (CASES / name).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# Each shows the same cut and whole.
EQUAL = read_cases("equal.txt")
# Each is refused, with the code that its title ends with.
REFUSED = read_cases("refused.txt")


def run(text: str, shells: Shells, order: int) -> Verdict:
    return judge(read_program(text, order=(order,)), shells)


@pytest.mark.parametrize("order", [0, 5])
@pytest.mark.parametrize("title", EQUAL)
def test_it_shows_the_same(title: str, order: int, shells: Shells) -> None:
    verdict = run(EQUAL[title], shells, order)
    assert verdict.outcome is Outcome.EQUAL, f"{EQUAL[title]}\n{verdict}"


@pytest.mark.parametrize("title", REFUSED)
def test_it_is_refused(title: str, shells: Shells) -> None:
    verdict = run(REFUSED[title], shells, 0)
    assert verdict.outcome is Outcome.REFUSED, f"{REFUSED[title]}\n{verdict}"
    codes = {diagnostic.code for diagnostic in verdict.diagnostics}
    assert title[-6:-1] in codes, f"{verdict}"
