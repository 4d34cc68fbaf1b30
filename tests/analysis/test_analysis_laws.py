"""What holds for every notebook."""

from __future__ import annotations

import cProfile
import pstats

from analysis_text import analysed, outline, show
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbflow.analysis import RULES, analyse
from nbflow.model import Cell, Document, Outline, Pipeline, Prev, Role, StepOutline

NAMES = st.sampled_from(["a", "b", "c", "xs", "df", "f", "K", "np", "_", "Box"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(
        ["1", "'t'", "None", "[1, a]", "{'k': b}", "input()", "np.random.rand()", "{*xs}"]
    ),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("{}[{}]".format, NAMES, inner),
        st.builds("f({}, k={})".format, inner, inner),
        st.builds("Box({}).go({})".format, inner, inner),
        st.builds("[{} for a in {} if {}]".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda a, *b: {})".format, inner),
        st.builds("({} := {})".format, NAMES, inner),
        st.builds("sorted({}, key=lambda c: {})".format, inner, inner),
        st.builds("f'{{{}}}'".format, NAMES),
        st.builds("open({}, 'w')".format, inner),
        st.builds("iter({})".format, inner),
    ),
    max_leaves=5,
)


def _indented(lines: list[str]) -> str:
    return "\n".join("    " + line for text in lines for line in text.split("\n"))


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(inner, min_size=1, max_size=3).map(_indented)
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, bodies, bodies),
        st.builds("for {} in {}:\n{}".format, NAMES, EXPRESSIONS, bodies),
        st.builds("while {}:\n{}\n    break".format, EXPRESSIONS, bodies),
        st.builds("def f({}, *, k={}):\n{}\n    return {}".format, NAMES, ATOMS, bodies, ATOMS),
        st.builds("def f({}):\n    global K\n{}\n    yield {}".format, st.just("a"), bodies, ATOMS),
        st.builds("class Box:\n    def go(self, a):\n{}".format, bodies.map(_deeper)),
        st.builds("try:\n{}\nexcept NameError as a:\n{}".format, bodies, bodies),
        st.builds("with {} as {}:\n{}".format, EXPRESSIONS, NAMES, bodies),
        st.builds("match {}:\n    case [a, *b]:\n{}\n    case _:\n{}".format, ATOMS, *_two(bodies)),
    )


def _deeper(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


def _two(bodies: st.SearchStrategy[str]) -> tuple[st.SearchStrategy[str], st.SearchStrategy[str]]:
    return bodies.map(_deeper), bodies.map(_deeper)


SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}, *{} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{} += {}".format, NAMES, EXPRESSIONS),
    st.builds("{}[{}] = {}".format, NAMES, ATOMS, EXPRESSIONS),
    st.builds("{}.part = {}".format, NAMES, EXPRESSIONS),
    st.builds("del {}".format, NAMES),
    st.builds("{}.append({})".format, NAMES, EXPRESSIONS),
    st.builds("print({})".format, EXPRESSIONS),
    st.sampled_from(
        ["import numpy as np", "from math import *", "np.random.seed(1)", "%time a = 1"]
    ),
    st.sampled_from(
        ["!echo {a}", "import random; random.seed(b)", "np.save('x', a)", "f = lambda a: K"]
    ),
)
STATEMENTS = st.recursive(SIMPLE, _blocks, max_leaves=5)


@st.composite
def notebooks(draw: st.DrawFn) -> Outline:
    """Outlines of arbitrary statements, cut into steps anywhere."""
    count = draw(st.integers(1, 6))
    cells, roles = [], {}
    members: dict[str, list[str]] = {}
    prevs: dict[str, list[Prev]] = {}
    step = 0
    for number in range(count):
        source = "\n".join(draw(st.lists(STATEMENTS, min_size=1, max_size=4)))
        cell = Cell(f"c{number}", number, "code", source)
        cells.append(cell)
        role = draw(st.sampled_from([Role.STEP, Role.STEP, Role.STEP, Role.SETUP]))
        roles[cell.id] = role
        if role is Role.STEP:
            step += draw(st.integers(0, 1))
            name = f"s{step}"
            members.setdefault(name, []).append(cell.id)
            if step and draw(st.booleans()):
                upstream = draw(st.integers(0, step))
                prevs.setdefault(name, []).append(Prev(f"s{upstream}", cell.id))
    steps = tuple(
        StepOutline(name, tuple(ids), tuple(prevs.get(name, ()))) for name, ids in members.items()
    )
    return Outline("case", Document("case", tuple(cells)), roles=roles, steps=steps)


def _check(pipeline: Pipeline) -> None:
    position = {step.name: index for index, step in enumerate(pipeline.steps)}
    codes = {rule.code for rule in RULES}
    for step in pipeline.steps:
        upstream = [edge.step for edge in step.edges]
        assert upstream == sorted(set(upstream), key=position.__getitem__)
        assert all(position[name] < position[step.name] for name in upstream)
        assert all(edge.because == tuple(sorted(edge.because)) for edge in step.edges)
        assert all(edge.because for edge in step.edges)
        ancestors = set(pipeline.ancestors(step.name))
        for need in step.needs:
            assert need.step in ancestors
            assert need.name in pipeline.step(need.step).saves
        assert set(step.saves) <= {
            need.name for later in pipeline.steps for need in later.needs if need.step == step.name
        }
    for found in pipeline.diagnostics:
        assert found.code in codes
        assert found.hint
        assert found.cell in pipeline.document.by_id


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks())
def test_any_notebook_has_edges_in_its_order_and_needs_of_ancestors(notebook: Outline) -> None:
    pipeline = analyse(notebook)
    _check(pipeline)
    assert analyse(notebook) == pipeline


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_text_in_cells_is_analysed(sources: list[str]) -> None:
    cells = tuple(Cell(f"c{n}", n, "code", text) for n, text in enumerate(sources))
    steps = tuple(StepOutline(f"s{n}", (f"c{n}",)) for n in range(len(sources)))
    roles = dict.fromkeys([cell.id for cell in cells], Role.STEP)
    _check(analyse(Outline("case", Document("case", cells), roles=roles, steps=steps)))


def test_deeply_nested_code_is_no_crash() -> None:
    deep = "x = " + "(" * 60 + "1" + ")" * 60
    long = "y = " + " + ".join(["x"] * 3000)
    nested = "z = " + "[" * 5000 + "]" * 5000
    pipeline = analysed(f"# %% [step:a]\n{deep}\n# %% [step:b]\n{long}\n# %% [step:c]\n{nested}")
    assert {found.code for found in pipeline.diagnostics} <= {"NB300", "NB304"}


def test_a_cell_with_null_bytes_is_a_syntax_error() -> None:
    pipeline = analysed("# %% [step:a]\nx = 1\x00")
    assert [found.code for found in pipeline.diagnostics] == ["NB300"]


def test_the_work_grows_with_the_cells_and_not_with_their_square() -> None:
    def calls(cells: int) -> int:
        text = ["# %% [setup]\nimport pandas as pd\ndef clean(d):\n    d['k'] = 1\n    return d"]
        text += [
            f"# %% [step:s{n}]\nd{n} = clean(pd.read_csv('f{n}.csv'))\n"
            f"t{n} = d{n // 2}.mean()\nfor i in range(t{n}):\n    d{n}.loc[i] = i\n"
            f"d{n}.to_csv('o{n}.csv')"
            for n in range(cells)
        ]
        notebook = outline("\n".join(text))
        profile = cProfile.Profile()
        profile.runcall(analyse, notebook)
        return int(pstats.Stats(profile).total_calls)

    assert calls(400) < 12 * calls(50)


def test_rules_have_a_code_each() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(rule.summary and rule.fix and rule.code[2] in "345" for rule in RULES)


def test_the_same_notebook_gives_the_same_lines() -> None:
    text = "# %% [step:a]\nx = input()\nxs = [x]\n# %% [step:b]\nxs.append(x)\n"
    assert show(analysed(text)) == show(analysed(text))
