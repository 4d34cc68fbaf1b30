"""A notebook cut at random places computes what it computes in one piece."""

from __future__ import annotations

import contextlib
import io
import sys
from types import ModuleType
from typing import Any

import cloudpickle
import pytest
from analysis_text import analysed
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nbflow.model import Pipeline

FIRST = """
import copy, math
a = [1, 2]
b = {"k": [3], "n": 4}
n = 5
s = "t"
m = [[1], [2]]
def grow(xs, by=1):
    xs.append(by)
    return xs
def total(xs):
    return sum(xs) + n
def note(v):
    global n
    n = n + v
def keep(v):
    b["k"].append(v)
class Box:
    def __init__(self, items):
        self.items = items
    def add(self, v):
        self.items.append(v)
        return self
    def size(self):
        return len(self.items) + n
    def __repr__(self):
        return f"Box({self.items})"
box = Box([7])
""".strip()

LINES = [
    "a.append(n)",
    "a = a + [n]",
    "a = [0]",
    "n += 1",
    "n = len(a)",
    "b['k'].append(n)",
    "b['n'] = n",
    "c = a",
    "c = b['k']",
    "c = list(a)",
    "c = m[0]",
    "c = [a]",
    "c = {'in': b}",
    "c = copy.copy(m)",
    "c = copy.deepcopy(b)",
    "grow(a)",
    "c = grow(m[0], by=n)",
    "grow(xs=b['k'])",
    "print(total(a))",
    "note(2)",
    "keep(n)",
    "box.add(n)",
    "box = Box(a)",
    "c = box.add(1)",
    "c = box.items",
    "print(box.size(), isinstance(box, Box))",
    "m.append(a)",
    "m[0] = a",
    "m[-1].append(9)",
    "for x in m:\n    x.append(n)",
    "for x in range(2):\n    n = n + x",
    "if n % 2:\n    a.append(8)",
    "if n % 2:\n    c = a\nelse:\n    c = [n]",
    "if n > 90:\n    s = 'big'",
    "s = s + str(n)",
    "s += 'u'",
    "d = [y * n for y in a]",
    "d = [y for y in m]",
    "d = sorted(a, key=lambda v: -v)",
    "e, f = a, [n]",
    "e = f = [n]",
    "def total(xs):\n    return max(xs) * n",
    "def grow(xs, by=n):\n    xs += [by]\n    return list(xs)",
    "k = 3\ndef total(xs):\n    return len(xs) * k",
    "total = lambda xs: n",
    "with contextlib.suppress(ZeroDivisionError):\n    a.append(1 // 0)",
    "try:\n    c.append(n)\nexcept NameError:\n    c = [6]",
    "t = tuple(m)",
    "globals()['n'] = 1",
    "m.sort(key=len)",
    "del m[0]",
    "a.reverse()",
    "b.update(z=a)",
    "b = dict(b)",
    "q = next(iter(a))",
    "import contextlib",
    "print(math.floor(n / 2))",
    "c.append(5)",
    "d.append(5)",
    "e.append(5)",
    "f.append(5)",
    "t[0].append(5)",
]
SHOW = "print(a, b, n, s, m)"
SHOWS = st.sampled_from(
    [SHOW, "print(a)", "print(b, m)", "print(n, s)", "print(box.items)", "print(c)"]
)


@st.composite
def notebooks(draw: st.DrawFn) -> list[str]:
    """Cells; a step begins with each."""
    count = draw(st.integers(1, 5))
    cells = [FIRST + "\nimport contextlib\nc = d = e = f = [0]\nt = ([0],)"]
    for _ in range(count):
        lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=4))
        cells.append("\n".join([*lines, draw(SHOWS)]))
    cells.append(SHOW + "\nprint(c, d, e, f, t, box.items)")
    return cells


def _namespace() -> dict[str, Any]:
    """A fresh module that pickle finds classes in, as in a kernel's `__main__`."""
    module = ModuleType("cut_here")
    sys.modules["cut_here"] = module
    return vars(module)


def _run(source: str, names: dict[str, Any]) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(source, "<cell>", "exec"), names)
    return shown.getvalue()


def _cut(pipeline: Pipeline) -> list[str]:
    """Run each step in a namespace of its own, as the step notebooks do."""
    outputs = []
    saved: dict[tuple[str, str], bytes] = {}
    for step in pipeline.steps:
        names = _namespace()
        for definition in step.definitions:
            for need in step.needs:
                if need.name in definition.needs and need.name not in names:
                    names[need.name] = cloudpickle.loads(saved[need.step, step.name])[need.name]
            _run(definition.source, names)
        for upstream in sorted({need.step for need in step.needs}):
            names.update(cloudpickle.loads(saved[upstream, step.name]))
        source = "\n".join(pipeline.document.cell(cell).source for cell in step.cells)
        outputs.append(_run(source, names))
        for later in pipeline.steps:
            taken = [need.name for need in later.needs if need.step == step.name]
            if taken:
                held = {name: names[name] for name in taken}
                saved[step.name, later.name] = cloudpickle.dumps(held)
    return outputs


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(notebooks())
def test_a_cut_notebook_prints_what_the_whole_one_does(cells: list[str]) -> None:
    names = _namespace()
    try:
        whole = [_run(cell, names) for cell in cells]
    except Exception:  # noqa: BLE001 - the notebook itself is wrong
        assume(False)
    text = "\n".join(f"# %% [step:s{n}]\n{cell}" for n, cell in enumerate(cells))
    pipeline = analysed(text)
    if pipeline.errors:
        return
    assert _cut(pipeline) == whole


SHARED = {
    "the name between two others is bound to something else": (
        "a = [1]",
        "c = a",
        "e = a",
        "a = [0]",
        "c.append(5)",
        "print(c, e)",
    ),
    "the name between them is deleted": (
        "a = [1]",
        "c = a",
        "e = a\ndel a",
        "c.append(5)",
        "print(c, e)",
    ),
    "a list holds what a name reached before": (
        "m = [[1], [2]]",
        "a = m[0]",
        "m.append(a)\na = [0]",
        "m[0].append(5)",
        "print(a, m)",
    ),
    "one of two elements, then the other": (
        "x = [[1], [2]]\ny = x[1]",
        "e = x[0]",
        "e.append(5)",
        "y.append(6)",
        "print(x, y, e)",
    ),
    "the other of two elements, then the one": (
        "x = [[1], [2]]\ny = x[1]",
        "e = x[0]",
        "y.append(6)",
        "e.append(5)",
        "print(x, y, e)",
    ),
    "a name is something else in between": (
        "a = [1]\nb = {'z': a}\nc = d = [0]",
        "e, f = a, [2]",
        "c.append(5)",
        "c = b['z']\nc = e\na.append(8)",
        "print(a, b, c, d, e, f)",
    ),
    "what would tie a step's names is gone, and another does": (
        "b = {'k': [3]}\nc = 0",
        "a = b['k']\nc = {'in': b}",
        "c = a",
        "b.update(z=a)\nc.append(5)",
        "print(a, b)",
    ),
    "a default is made of what a name was twice": (
        "m = [1]\na = [1]",
        "a = a + [2]",
        "n = len(a)",
        "def grow(xs, by=n):\n    return [*xs, by]",
        "print(grow(m))",
    ),
    "a default is made of what its cell changed": (
        "a = [1]",
        "a.append(3)\nn = len(a)",
        "def grow(xs, by=n):\n    xs += [by]",
        "grow(a)",
        "print(a, n)",
    ),
}


@pytest.mark.parametrize("cells", SHARED.values(), ids=SHARED)
def test_what_shares_an_object_still_does_behind_a_cut(cells: tuple[str, ...]) -> None:
    names = _namespace()
    whole = [_run(cell, names) for cell in cells]
    pipeline = analysed("\n".join(f"# %% [step:s{n}]\n{cell}" for n, cell in enumerate(cells)))
    assert pipeline.errors == ()
    assert _cut(pipeline) == whole
