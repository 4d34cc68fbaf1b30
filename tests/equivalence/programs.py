"""Notebooks that hypothesis builds: statements that run top to bottom, cut into steps anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import statements_classes
import statements_code
import statements_hidden
import statements_odd
import statements_tables
import statements_values
import statements_world
from hypothesis import strategies as st
from templates import FILES, HOLE, POOLS, PRELUDES, SEEDS, Template

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

THEMES = {
    "numbers": statements_values.NUMBERS,
    "lists": statements_values.LISTS,
    "dicts": statements_values.DICTS,
    "aliases": statements_values.ALIASES,
    "arrays": statements_tables.ARRAYS,
    "frames": statements_tables.FRAMES,
    "functions": statements_code.FUNCTIONS,
    "closures": statements_code.CLOSURES,
    "hidden": statements_hidden.HIDDEN,
    "shared": statements_hidden.SHARED,
    "classes": statements_classes.CLASSES,
    "random": statements_world.RANDOM,
    "files": statements_world.FILES,
    "settings": statements_world.SETTINGS,
    "odd": statements_odd.ODD,
    "uncrossable": statements_odd.UNCROSSABLE,
}
_WORDS = ("ab", "cd", "xyz", "q")
_PARAMETERS = (
    ("alpha", "int", "alpha = 3", 8),
    ("word", "str", 'word = "007"', "O'Brien {{ x }}"),
    ("ratio", "float", "ratio: float = 0.5  # a share", 0.25),
    ("sizes", "list", "sizes = [1, 2]", [5, 6, 7]),
    ("options", "dict", 'options = {"a": 1}', {"b": 2}),
    ("maybe", "any", "maybe = None", "x"),
)


@dataclass(frozen=True)
class Program:
    """A notebook to be run whole and cut.

    Attributes:
        cells: source and tags of each code cell.
        parameters: values given to the run.
        order: picks among the steps that may run next, one number a step.
        beside: a folder whose files lie beside the notebook.
    """

    cells: tuple[tuple[str, tuple[str, ...]], ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    beside: Path | None = None

    def notebook(self) -> dict[str, Any]:
        """The notebook as nbformat's dictionary."""
        return {
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{index}",
                    "metadata": {"tags": list(tags)},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
                for index, (source, tags) in enumerate(self.cells)
            ],
            "metadata": {
                "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }

    def __str__(self) -> str:
        parts = [
            f"# %% tags={' '.join(tags)}\n{source}" if tags else f"# %%\n{source}"
            for source, tags in self.cells
        ]
        return "\n".join([*parts, f"# parameters: {self.parameters}, order: {self.order}"])


def read_program(text: str, **options: Any) -> Program:
    """Read a program as `str` writes it: cells begin with `# %%` and perhaps `tags=…`."""
    cells = []
    for part in ("\n" + text.strip("\n")).split("\n# %%")[1:]:
        head, _, source = part.partition("\n")
        tags = head.partition("tags=")[2].split()
        cells.append((source.rstrip("\n"), tuple(tags)))
    return Program(tuple(cells), **options)


@dataclass
class _World:
    """What is surely there at this point of the program being built."""

    random: Random
    kinds: dict[str, str] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)

    def pick(self, choices: Sequence[Any]) -> Any:
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def bound(self, kind: str, *, free: bool = False) -> list[str]:
        names = [name for name, now in self.kinds.items() if now == kind]
        return [name for name in names if not (free and name in self.pinned)]

    def possible(self, template: Template) -> bool:
        if not self.things.issuperset(template.needs):
            return False
        return all(self.fits(sign, kind) for sign, kind, _ in HOLE.findall(template.text))

    def fits(self, sign: str, kind: str) -> bool:
        """There is something for this hole."""
        if kind in {"n", "w"}:
            return True
        if kind == "file":
            return sign == "+" or bool(self.files)
        if sign == "+":
            return bool(self.candidates(kind))
        return bool(self.bound(kind, free=sign == "-"))

    def candidates(self, kind: str) -> list[str]:
        """Names that a statement may bind to this kind."""
        return [
            name for name in POOLS[kind] if name not in self.pinned or self.kinds.get(name) == kind
        ]

    def write(self, template: Template) -> str:
        """The statement with its holes filled; the world as it is afterwards."""
        filled: dict[tuple[str, str, str], str] = {}
        after: dict[str, str | None] = {}
        for hole in dict.fromkeys(HOLE.findall(template.text)):
            filled[hole] = self.fill(hole, filled, after)
        if template.pins:
            self.pinned |= {name for name in filled.values() if name in self.kinds}
            self.pinned |= {name for name, kind in after.items() if kind}
        for name, kind in after.items():
            if kind is None:
                self.kinds.pop(name, None)
            else:
                self.kinds[name] = kind
        self.things.update(template.gives)

        def text(match: Any) -> str:
            sign, kind, digit = match.groups()
            if kind == "n":
                return str(self.random.randint(0, 9))
            return filled[(sign, kind, digit)]

        return HOLE.sub(text, template.text)

    def fill(
        self,
        hole: tuple[str, str, str],
        filled: dict[tuple[str, str, str], str],
        after: dict[str, str | None],
    ) -> str:
        sign, kind, _ = hole
        if kind == "n":
            return ""
        if kind == "w":
            return str(self.pick(_WORDS))
        if kind == "file":
            name = str(self.pick(FILES if sign == "+" else sorted(self.files)))
            if sign == "-":
                self.files.discard(name)
            elif sign == "+":
                self.files.add(name)
            return name
        if sign == "+":
            taken = [name for (s, k, _), name in filled.items() if s == "+" and k == kind]
            free = [name for name in self.candidates(kind) if name not in taken]
            name = str(self.pick(free or self.candidates(kind)))
            after[name] = kind
            return name
        # a function that means another one shall not call itself
        others = [name for name in self.bound(kind, free=sign == "-") if name not in after]
        name = str(self.pick(others or self.bound(kind, free=sign == "-")))
        if sign == "-":
            after[name] = None
        return name


def programs() -> st.SearchStrategy[Program]:
    """Programs for hypothesis. It picks the seed; `reduce` makes a failing one small."""
    return st.randoms(use_true_random=True).map(build_program)


def build_program(random: Random) -> Program:
    """A program that is valid when run top to bottom, with tags at random places."""
    world = _World(random)
    templates = _weighted([*statements_values.NUMBERS, *statements_values.LISTS], few=True)
    for name in random.sample(sorted(THEMES), random.randint(1, 3)):
        templates += _weighted(THEMES[name])
    head: list[tuple[str, tuple[str, ...]]] = []
    parameters = _parameters(world, head) if world.chance(35) else {}
    cells = ["\n".join(_opening(world))]
    late: list[str] | None = [] if world.chance(60) else None
    for _ in range(random.randint(2, 11)):
        cells += _cell(world, templates, late)
    if late:
        seeds = [line for line in late if "import" not in line]
        cells[0] = "\n".join([*seeds, cells[0]])
        imports = "\n".join(line for line in late if "import" in line)
        head.insert(0, (imports, ("imports",) if world.chance(40) else ()))
    order = tuple(random.randint(0, 5) for _ in range(4))
    return Program((*head, *_cut(world, cells)), parameters, order)


def _weighted(templates: Sequence[Template], *, few: bool = False) -> list[Template]:
    found = [template for template in templates for _ in range(template.weight)]
    return found[::3] if few else found * 2


def _opening(world: _World) -> list[str]:
    world.kinds.update(a="int", xs="list", s="str")
    return [f"a = {world.random.randint(0, 9)}", "xs = [3, 1, 2]", 's = "abc"']


def _parameters(world: _World, head: list[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    chosen = world.random.sample(_PARAMETERS, world.random.randint(1, 4))
    head.append(("\n".join(line for _, _, line, _ in chosen), ("parameters",)))
    world.kinds.update({name: kind for name, kind, _, _ in chosen})
    return {name: value for name, _, _, value in chosen if world.chance(50)}


def _cell(world: _World, templates: list[Template], late: list[str] | None) -> list[str]:
    """A cell, or two where a cell magic has to be the first line of its own."""
    lines: list[str] = []
    apart: list[str] = []
    for _ in range(world.random.randint(1, 3)):
        template = world.pick([one for one in templates if world.possible(one)])
        _prepare(world, template, late if late is not None else lines)
        text = world.write(template)
        (apart if text.startswith("%%") else lines).append(text)
    if world.chance(80):
        shows = [one for one in statements_values.SHOW if world.possible(one)]
        for _ in range(world.random.randint(1, 2)):
            template = world.pick(shows)
            _prepare(world, template, late if late is not None else lines)
            lines.append(world.write(template))
    return [*apart, *(["\n".join(lines)] if lines else [])]


def _prepare(world: _World, template: Template, lines: list[str]) -> None:
    for seed in template.seeds():
        if f"seed {seed}" not in world.ready:
            world.ready.add(f"seed {seed}")
            module = "np" if seed == "np" else "random"
            _import(world, module, lines)
            lines.append(SEEDS[seed])
    for word in template.preludes():
        _import(world, word, lines)


def _import(world: _World, word: str, lines: list[str]) -> None:
    if word not in world.ready:
        world.ready.add(word)
        lines.append(PRELUDES[word])


def _cut(world: _World, cells: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Tags for the cells: where steps begin, go on, are merged, and what is declared."""
    style = world.pick(("none", "none", "none", "linear", "random"))
    merging = world.chance(12)
    lead = world.pick((0, 0, 0, 0, 1, 2)) if style == "none" else 0
    names: list[str] = []
    tagged: list[tuple[str, tuple[str, ...]]] = []
    for index, cell in enumerate(cells):
        tags: list[str] = []
        if index < lead:
            tags = ["setup"] if index == 1 else []
        elif not names or world.chance(50):
            if merging and names and world.chance(30):
                tags.append(f"step:{world.pick(names)}")
            else:
                names.append(f"s{len(names)}")
                tags.append(f"step:{names[-1]}")
                tags += _declared(world, style, names)
        elif world.chance(20):
            tags.append(f"step:{names[-1]}")
        tagged.append((cell, tuple(tags)))
    return tagged


def _declared(world: _World, style: str, names: list[str]) -> list[str]:
    earlier = names[:-1]
    if not earlier or style == "none":
        return []
    if style == "linear":
        return [f"prev:{earlier[-1]}"]
    return [f"prev:{name}" for name in earlier if world.chance(30)]
