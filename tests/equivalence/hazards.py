"""Notebooks written for one hazard each, with what is expected of them when they are cut.

A file holds a header and cells (`# %%`, `# %% [tags]`). In the header, `expect:` is one of
`equal`, `refused NB501 at cell 3: words` (the message or its hint has all the words), and
`fails loudly: words`. `known:` tells what goes wrong as yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from programs import Program

FOLDER = Path(__file__).parent / "hazards"
BESIDE = FOLDER / "beside"

_ROLES = {"parameters", "imports", "functions", "setup", "skip", "pipeline-parameters"}
_HEAVY = re.compile(
    r"^\s*(?:import|from) (torch|sklearn|matplotlib|PIL|scipy|xgboost|lightgbm|polars)\b", re.M
)

Cells = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Hazard:
    """A notebook and what is expected of its cuts.

    Attributes:
        outcome: `equal`, `refused` or `loud`, when every cell is a step of its own.
        code: the finding that refuses it.
        cell: the code cell that is named, counted from 1.
        words: what the message says.
        known: what goes wrong as yet; empty where nothing does.
    """

    name: str
    cells: Cells
    outcome: str
    code: str = ""
    cell: int = 0
    words: tuple[str, ...] = ()
    known: str = ""

    @property
    def heavy(self) -> bool:
        """It imports a library that takes long to import."""
        return any(_HEAVY.search(source) for source, _ in self.cells)

    @property
    def cut(self) -> bool:
        """It says itself where its steps begin."""
        return any(tag.startswith("step:") for _, tags in self.cells for tag in tags)


def read_hazards() -> dict[str, Hazard]:
    """All of them, by name."""
    return {path.stem: read_hazard(path) for path in sorted(FOLDER.glob("*.py"))}


def read_hazard(path: Path) -> Hazard:
    """Read one file."""
    header, *parts = ("\n" + path.read_text(encoding="utf-8").strip("\n")).split("\n# %%")
    cells = []
    for part in parts:
        head, _, source = part.partition("\n")
        tags = tuple(head.strip(" []").split())
        cells.append((source.strip("\n"), tags))
    expected = re.search(
        r"^# expect: (?:(equal)|(refused) (NB\d+) at cell (\d+): (.+)|fails (loud)ly: (.+))$",
        header,
        re.M,
    )
    assert expected, f"{path.name} does not say what is expected"
    equal, refused, code, cell, said, loud, cause = expected.groups()
    known = re.search(r"^# known: (.+)$", header, re.M)
    return Hazard(
        path.stem,
        tuple(cells),
        equal or refused or loud,
        code or "",
        int(cell or 0),
        tuple(word.strip() for word in (said or cause or "").split(",") if word.strip()),
        known[1] if known else "",
    )


def cut_everywhere(hazard: Hazard) -> Program:
    """Every cell a step of its own."""
    starts = {index for index, _ in enumerate(hazard.cells)}
    return _cut(hazard, starts)


def cut_at_random(hazard: Hazard, seed: int) -> Program:
    """Steps that begin at random cells and run in any order that their edges permit."""
    random = Random(f"{hazard.name} {seed}")
    share = random.choice((0.25, 0.4, 0.5))
    starts = {index for index, _ in enumerate(hazard.cells) if random.random() < share}
    order = tuple(random.randint(0, 5) for _ in range(4))
    if random.random() < 0.5:
        starts.add(0)
    return _cut(hazard, starts, order)


def _cut(hazard: Hazard, starts: set[int], order: tuple[int, ...] = ()) -> Program:
    cells = []
    for index, (source, tags) in enumerate(hazard.cells):
        begins = index in starts and not hazard.cut and not _ROLES.intersection(tags)
        cells.append((source, (*tags, f"step:s{index + 1}") if begins else tags))
    return Program(tuple(cells), order=order, beside=BESIDE)
