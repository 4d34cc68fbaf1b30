"""The notebooks that are run: generated, so that their size is the only thing about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

# Printed by the last cell of each; a notebook that does not hold it was not executed.
END = "this is the end"
_LAST = "print('this', 'is', 'the', 'end')"
SIZE = 20_000


def write(path: Path, sources: Sequence[str], *, tags: Sequence[str] = ()) -> Path:
    """Write a notebook of code cells; `tags` has one tag for each, or is empty."""
    cells: list[dict[str, object]] = [
        {
            "id": f"cell-{number}",
            "cell_type": "code",
            "metadata": {"tags": [tags[number]]} if tags else {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def maker(sources: Sequence[str], tags: Sequence[str] = ()) -> Callable[[Path], Path]:
    """What writes such a notebook as `in.ipynb` into a folder."""
    return lambda folder: write(folder / "in.ipynb", sources, tags=tags)


def two() -> list[str]:
    """Two cells."""
    return ["x = 1", _LAST]


def trivial(count: int) -> list[str]:
    """Cells that do next to nothing."""
    return [*(f"x{number} = {number}" for number in range(count - 1)), _LAST]


def talkative(count: int) -> list[str]:
    """Cells that print 20 KB each."""
    line = "'x' * 99 + '\\n'"
    return [*([f"print(({line}) * {SIZE // 100}, end='')"] * (count - 1)), _LAST]


def marking(count: int) -> list[str]:
    """Cells that print 20 KB each, then leave a line in the file MARKS as their last deed."""
    first = "import os\nmarks = open(os.environ['MARKS'], 'a', buffering=1)"
    cell = f"print(('x' * 99 + '\\n') * {SIZE // 100}, end='')\nprint('done', file=marks)"
    return [first, *([cell] * count)]


def chain(steps: int) -> tuple[list[str], list[str]]:
    """A chain of trivial steps of one cell each: sources and tags."""
    sources = ["x = 1", *(["x = x + 1"] * (steps - 2)), _LAST + "\nx"]
    return sources, [f"step:s{number}" for number in range(steps)]


def frame(rows: int) -> tuple[list[str], list[str]]:
    """A step that makes a frame, and one that reads one column of it."""
    return [MAKE_FRAME.format(rows=rows), "total = float(frame['f3'].sum())"], [
        "step:make",
        "step:use",
    ]


IMPORTS = "import numpy as np\nimport pandas as pd"
MAKE_FRAME = """\
numbers = np.random.default_rng(7)
frame = pd.DataFrame({{f"f{{n}}": numbers.standard_normal({rows}) for n in range(8)}})
frame["count"] = numbers.integers(0, 1000, {rows})
words = np.array([f"customer-{{n:05d}}" for n in range(10_000)], dtype=object)
frame["name"] = pd.Series(words[numbers.integers(0, 10_000, {rows})], dtype="str")
del words, numbers"""


def large(cells: int) -> tuple[list[str], list[str]]:
    """An ordinary notebook of many cells, a step to every twenty of them."""
    sources, tags = [], []
    for number in range(cells):
        before = f"rows{number - 4}[:1]" if number >= 4 else "[]"
        sources.append(_ORDINARY[number % len(_ORDINARY)].format(n=number, before=before))
        tags.append(f"step:s{number // 20}")
    return sources, tags


_ORDINARY = (
    "rows{n} = [dict(key=k, value=k ** 2) for k in range(100)] + {before}\nlen(rows{n})",
    """\
def scale{n}(values, by=2.0):
    out = []
    for one in values:
        out.append(one["value"] * by)
    return out""",
    """\
scaled{n} = {{k: v + {n} for k, v in enumerate(range(50))}}
if scaled{n}:
    top{n} = max(scaled{n}.values())
else:
    top{n} = None
print(top{n})""",
    """\
class Model{n}:
    def __init__(self, rate):
        self.rate = rate

    def fit(self, data):
        self.mean = sum(data) / len(data)
        return self

model{n} = Model{n}(0.1).fit([1, 2, 3])""",
)
