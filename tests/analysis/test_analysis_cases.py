"""Small notebooks in text, each with its edges, definitions and findings."""

from pathlib import Path

import pytest
from analysis_text import Case, analysed, cases, show

FOLDER = Path(__file__).parent / "cases"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case.title}")
    for path in sorted(FOLDER.glob("*.txt"))
    for case in cases(path)
]


@pytest.mark.parametrize("case", CASES)
def test_a_notebook_means_what_its_case_says(case: Case) -> None:
    found = show(analysed(case.notebook, language=case.language))
    assert tuple(found) == case.expected


def test_there_are_enough_cases() -> None:
    titles = [param.id for param in CASES]
    assert len(titles) == len(set(titles))
    assert len(titles) >= 150
