"""What a kernel holds beside variables: it shows the same whole and cut, or a step says why."""

import re
from pathlib import Path

import pytest
from programs import read_program
from verdicts import Outcome, judge

CASES = Path(__file__).parent / "cases"


def read_cases(name):
    """The notebooks of a file by their titles (`=== title`)."""
    parts = re.split(r"^=== (.+)\n", (CASES / name).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


EQUAL = read_cases("equal.txt")
# Each fails at run time; the title is in the cause.
LOUD = read_cases("loud.txt")


@pytest.mark.parametrize("title", EQUAL)
def test_it_crosses(title, shells):
    verdict = judge(read_program(EQUAL[title], order=(0,)), shells)
    assert verdict.outcome is Outcome.EQUAL, f"{verdict}"


@pytest.mark.parametrize("cause", LOUD)
def test_it_fails_with_its_cause_and_a_way_out(cause, shells):
    verdict = judge(read_program(LOUD[cause], order=(0,)), shells)
    assert verdict.outcome is Outcome.LOUD, f"{verdict}"
    assert f"{cause} when step 'a' ends" in verdict.cause
    assert "Help: " in verdict.cause
