"""Steps that may be skipped while unchanged, and do what comes out otherwise each time."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbflow.checks import rules
from nbflow.checks.fixes import without_values
from nbflow.model import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Cell, Pipeline, Step
    from nbflow.settings import Settings

__all__ = ["find_changing_cached_steps"]

_CLOCK = "what the clock says"
_CHANCE = "what is random"
_NETWORK = "what the network answers"
_ENVIRONMENT = "the environment outside of the notebook"

_CLOCKS = (
    *("time.time", "time.time_ns", "time.ctime", "time.localtime", "time.gmtime", "time.strftime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "pandas.Timestamp.now", "pandas.Timestamp.today"),
    *("pendulum.now", "arrow.now", "arrow.utcnow"),
)
"""Not those that only measure how long something took."""

_CALLS = {
    **dict.fromkeys(_CLOCKS, _CLOCK),
    **dict.fromkeys(("uuid.uuid1", "uuid.uuid4", "os.urandom", "random.SystemRandom"), _CHANCE),
    **dict.fromkeys(("os.getenv", "os.environ.get"), _ENVIRONMENT),
}
_PREFIXES = {
    "secrets": _CHANCE,
    "requests": _NETWORK,
    "httpx": _NETWORK,
    "urllib.request": _NETWORK,
    "aiohttp": _NETWORK,
    "socket": _NETWORK,
    "boto3": _NETWORK,
    "obstore": _NETWORK,
    "s3fs": _NETWORK,
    "gcsfs": _NETWORK,
    "psycopg2": _NETWORK,
    "psycopg": _NETWORK,
    "pymongo": _NETWORK,
    "snowflake": _NETWORK,
    "sqlalchemy.create_engine": _NETWORK,
}
_DRAWN = ("random", "numpy.random", "torch.rand", "torch.randn", "torch.randint", "torch.randperm")
_GENERATORS = {"numpy.random.default_rng", "random.Random", "numpy.random.RandomState"}
_URL = re.compile(r"^(https?|s3|gs|gcs|abfs|ftp|postgresql|mysql)://")
_COMMANDS = re.compile(r"^[ \t]*![ \t]*(curl|wget|aws|gsutil|git|date)\b", re.M)
_MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.M)


def find_changing_cached_steps(pipeline: Pipeline, settings: Settings) -> Iterator[Diagnostic]:
    """Of each step that may be skipped, the first thing that is another one each time."""
    cached = [step for step in pipeline.steps if _is_cached(step, pipeline, settings)]
    if not cached:
        return
    names: dict[str, str] = {}
    for cell in pipeline.document.cells:
        if cell.kind == "code":
            names |= dict(_imported(cell))
    for step in cached:
        yield from _first(step, pipeline, names)


def _is_cached(step: Step, pipeline: Pipeline, settings: Settings) -> bool:
    said = (step.options.cache, pipeline.options.defaults.cache, settings.defaults.cache)
    return next((one for one in said if one is not None), False)


def _first(step: Step, pipeline: Pipeline, names: dict[str, str]) -> Iterator[Diagnostic]:
    for cell_id in step.cells:
        cell = pipeline.document.cell(cell_id)
        found = next(_changing(cell, names, seeded=pipeline.seeded), None)
        if found is not None:
            what, why, line = found
            yield rules.CHANGING_CACHED_STEP.at(
                f"step {step.name!r} may be skipped while its inputs are unchanged, and uses "
                f"{what}: {why} does not count as an input",
                cell=cell.id,
                line=line,
                fixes=without_values(pipeline, step, "cache"),
            )
            return


def _changing(
    cell: Cell, names: dict[str, str], *, seeded: bool
) -> Iterator[tuple[str, str, int | None]]:
    command = _COMMANDS.search(cell.source)
    if command:
        answers = _CLOCK if command[1] == "date" else _NETWORK
        yield f"`{command[1]}`", answers, cell.source.count("\n", 0, command.start()) + 1
    for node in ast.walk(_tree(cell)):
        if isinstance(node, ast.Call):
            name = _dotted(node.func, names)
            why = _why(name, has_arguments=bool(node.args or node.keywords), seeded=seeded)
            if why:
                yield f"`{name}`", why, node.lineno
        elif isinstance(node, ast.Subscript) and _dotted(node.value, names) == "os.environ":
            if isinstance(node.ctx, ast.Load):
                yield "`os.environ`", _ENVIRONMENT, node.lineno
        elif isinstance(node, ast.Constant) and _URL.match(str(node.value)):
            yield f"`{str(node.value)[:40]}`", _NETWORK, node.lineno


def _why(name: str, *, has_arguments: bool, seeded: bool) -> str | None:
    if name in _GENERATORS:
        return None if has_arguments else _CHANCE
    if name in _CALLS:
        return _CALLS[name]
    for prefix, why in _PREFIXES.items():
        if f"{name}.".startswith(f"{prefix}."):
            return why
    if not seeded and any(f"{name}.".startswith(f"{one}.") for one in _DRAWN):
        return None if name.endswith(".seed") else _CHANCE
    return None


def _tree(cell: Cell) -> ast.Module:
    try:
        return ast.parse(_MAGIC.sub("pass", cell.source))
    except SyntaxError:
        return ast.Module([], [])


def _imported(cell: Cell) -> Iterator[tuple[str, str]]:
    for node in ast.walk(_tree(cell)):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield (
                    one.asname or one.name.partition(".")[0],
                    (one.name if one.asname else one.name.partition(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """`np.random.rand` as `numpy.random.rand`; empty for what is no name of an import."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])
