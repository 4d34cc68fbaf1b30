"""The language in which statements are written for generated notebooks.

A template is Python with holes: `$list` is some name bound to a list, `$+list` a name that the
statement binds to one, `$-list` a name that it unbinds; a digit keeps two holes of one kind apart
(`$list1`, `$list2`) or makes them the same. `$n` is a small number, `$w` a word, `$file` a file
that exists, `$+file` one that is written, `$-file` one that is deleted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOLE = re.compile(r"\$([+-]?)([a-z]+)(\d?)")

# Names for each kind. One name may be bound to another kind later.
POOLS = {
    "int": ("a", "b", "c", "total"),
    "str": ("s", "text"),
    "list": ("xs", "ys", "items"),
    "dict": ("d", "table"),
    "set": ("seen", "other"),
    "nest": ("nest", "groups"),
    "arr": ("arr", "view", "base"),
    "mat": ("mat", "grid"),
    "df": ("df", "frame"),
    "series": ("col", "series"),
    "fn": ("f", "g", "scale"),
    "proc": ("tick", "bump", "poke"),
    "eater": ("eat", "grow"),
    "obj": ("box", "thing"),
    "rng": ("rng",),
    "gen": ("stream", "gen"),
    "path": ("p", "place"),
}

FILES = ("out.txt", "log.txt", "notes.md")

# What a statement needs before it, told by a word in it.
PRELUDES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "os": "import os",
    "sys": "import sys",
    "math": "import math",
    "json": "import json",
    "random": "import random",
    "copy": "import copy",
    "shutil": "import shutil",
    "pickle": "import pickle",
    "itertools": "import itertools",
    "functools": "import functools",
    "heapq": "import heapq",
    "bisect": "import bisect",
    "operator": "import operator",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque",
    "namedtuple": "from collections import namedtuple",
    "SimpleNamespace": "from types import SimpleNamespace",
    "dataclass": "from dataclasses import dataclass",
    "field": "from dataclasses import field",
    "Enum": "from enum import Enum",
    "sqlite3": "import sqlite3",
    "threading": "import threading",
    "glob": "import glob",
    "decimal": "import decimal",
    "rnd": "import random as rnd",
}
_SEEDS = (
    (re.compile(r"\b(random|rnd)\.(random|randint|shuffle|choice|sample|gauss)\("), "random"),
    (re.compile(r"\bnp\.random\.(rand|randn|randint|shuffle|normal|choice)\(|\.sample\("), "np"),
)
SEEDS = {"random": "random.seed(7)", "np": "np.random.seed(7)"}


@dataclass(frozen=True)
class Template:
    """A statement with holes.

    Attributes:
        text: see the module.
        needs: things that must be there, by made-up words.
        gives: things that are there afterwards.
        weight: how often it is taken, beside others of its theme.
    """

    text: str
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    weight: int = 1

    @property
    def pins(self) -> bool:
        """Names used in it must stay what they are: it will read them later."""
        return bool(re.search(r"\bdef |\blambda\b|\bclass ", self.text))

    def preludes(self) -> tuple[str, ...]:
        """Imports that it uses, by their words."""
        code = re.sub(r"\"[^\"]*\"", "", self.text)
        words = set(re.findall(r"(?<![.\w])[A-Za-z_]\w*", code))
        return tuple(word for word in PRELUDES if word in words)

    def seeds(self) -> tuple[str, ...]:
        """Random generators that must have been seeded."""
        return tuple(word for pattern, word in _SEEDS if pattern.search(self.text))


def theme(text: str) -> tuple[Template, ...]:
    """Read templates: separated by blank lines, `# needs: x; gives: y; weight: 2` above one."""
    found = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        head, _, rest = block.partition("\n")
        if not head.startswith("# "):
            found.append(Template(block))
            continue
        options = dict(part.split(":") for part in head[2:].replace(" ", "").split(";"))
        found.append(
            Template(
                rest,
                needs=tuple(filter(None, options.get("needs", "").split(","))),
                gives=tuple(filter(None, options.get("gives", "").split(","))),
                weight=int(options.get("weight", 1)),
            )
        )
    return tuple(found)
