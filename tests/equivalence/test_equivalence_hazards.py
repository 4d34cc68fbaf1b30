"""Notebooks written for one hazard each, cut everywhere and at random places."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hazards import BESIDE, Hazard, cut_at_random, cut_everywhere, read_hazards
from programs import Program
from shells import Shells, failure
from verdicts import Outcome, Verdict, judge, run_whole

CUTS = int(os.environ.get("NBFLOW_CUTS", "1"))
HAZARDS = read_hazards()
CASES = [
    pytest.param(
        hazard,
        id=name,
        marks=[pytest.mark.xfail(reason=hazard.known)] if hazard.known else [],
    )
    for name, hazard in HAZARDS.items()
]


def cuts(hazard: Hazard) -> Iterator[tuple[str, Program]]:
    yield "everywhere", cut_everywhere(hazard)
    seen = set()
    for seed in range(0 if hazard.cut else CUTS):
        program = cut_at_random(hazard, seed)
        if str(program) not in seen:
            yield f"at random, seed {seed}", program
        seen.add(str(program))


def assert_refused(hazard: Hazard, verdict: Verdict) -> None:
    """Refused before the run, with the right cell, variable, type and fix."""
    place = f"cell-{hazard.cell - 1}"
    found = [one for one in verdict.diagnostics if (one.code, one.cell) == (hazard.code, place)]
    assert found, f"{hazard.code} is not at cell {hazard.cell}\n{verdict}"
    said = [f"{one.message} {one.hint}" for one in found]
    assert any(all(word in text for word in hazard.words) for text in said), said
    assert all(one.hint for one in found), "no fix is named"


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("hazard", CASES)
def test_a_hazard_cut_anywhere_shows_the_same_or_says_why_not(
    hazard: Hazard, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = "heavy_shells" if hazard.heavy else "shells"
    shells: Shells = request.getfixturevalue(name)
    whole = run_whole(Program(hazard.cells, beside=BESIDE), shells, tmp_path / "whole", tmp_path)
    assert failure(whole) is None, failure(whole)
    for place, program in cuts(hazard):
        verdict = judge(program, shells, expected=whole)
        told = f"cut {place}:\n{program}\n{verdict}"
        everywhere = place == "everywhere"
        if verdict.outcome is Outcome.EQUAL:
            assert hazard.outcome == "equal" or not everywhere, told
        elif verdict.outcome is Outcome.REFUSED and hazard.outcome == "refused":
            if everywhere:
                assert_refused(hazard, verdict)
            codes = {one.code for one in verdict.diagnostics}
            assert hazard.code in codes, told
        else:
            assert verdict.outcome is Outcome.LOUD, told
            assert hazard.outcome == "loud", told
            assert all(word in verdict.cause for word in hazard.words), told
