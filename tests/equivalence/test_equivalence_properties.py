"""A notebook cut into steps anywhere shows what it shows when it is run whole, or says why not."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from programs import Program, programs, read_program
from reduction import reduce
from shells import Shells
from verdicts import Outcome, judge

EXAMPLES = int(os.environ.get("NBFLOW_EXAMPLES", "150"))
SEEN: Counter[str] = Counter()
LOST = """
# %% tags=step:a
x = 1
# %% tags=step:b prev:a
x = 2
# %% tags=step:c prev:a
print(x)
"""


@pytest.mark.xdist_group("equivalence")
@pytest.mark.timeout(120 + EXAMPLES)
@settings(
    max_examples=EXAMPLES,
    derandomize="NBFLOW_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # `reduce` makes a failing program small, statement by statement
    suppress_health_check=list(HealthCheck),
)
@given(program=programs())
def test_a_notebook_cut_anywhere_never_differs_silently(shells: Shells, program: Program) -> None:
    verdict = judge(program, shells)
    SEEN[str(verdict.outcome)] += 1
    SEEN.update({d.code for d in verdict.diagnostics if verdict.outcome is Outcome.REFUSED})
    if not verdict.holds:

        def same(one: Program) -> bool:
            other = judge(one, shells)
            return (other.outcome, other.valid) == (verdict.outcome, verdict.valid)

        small = reduce(program, same)
        pytest.fail(f"{small}\n\n{judge(small, shells)}", pytrace=False)


@pytest.mark.xdist_group("equivalence")
@pytest.mark.skipif(EXAMPLES < 100, reason="needs a hundred examples to say anything")
def test_most_generated_notebooks_run_as_pipelines_and_show_the_same() -> None:
    total = sum(SEEN[str(outcome)] for outcome in Outcome)
    if total < EXAMPLES:
        pytest.skip("the property test has not run to its end in this process")
    assert SEEN[str(Outcome.EQUAL)] >= 0.7 * total, dict(SEEN.most_common())
    assert SEEN[str(Outcome.LOUD)] <= 0.1 * total, dict(SEEN.most_common())
    assert SEEN[str(Outcome.UNSTABLE)] <= 0.02 * total, dict(SEEN.most_common())


def test_a_lost_change_is_found_and_told(shells: Shells) -> None:
    program = read_program(LOST)
    verdict = judge(program, shells)
    assert verdict.outcome is Outcome.WARNED, str(verdict)
    assert [difference.cell for difference in verdict.differences] == ["cell-2"]


def test_a_failing_program_is_made_small() -> None:
    program = read_program(LOST.replace("x = 2", "x = 2\ny = 3\nif y:\n    y = 4"))
    small = reduce(program, lambda one: "x = 2" in str(one))
    assert str(small).startswith("# %%\nx = 2\n# parameters")
