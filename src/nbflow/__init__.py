"""A notebook becomes a typed, parameterized Airflow DAG.

In a notebook: `nbflow.this().run()`; `nbflow.load("train.ipynb")`; see `nbflow.interactive`.
"""

__version__ = "0.1.0"

# Kernels of steps import this module too: it imports nothing, and names load when asked for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow.errors import NbflowError
    from nbflow.interactive import (
        Diagnostic,
        Pipeline,
        Run,
        approve,
        backfill,
        check,
        clean,
        diff,
        diff_runs,
        form,
        import_elyra,
        load,
        output,
        pause,
        publish,
        published,
        rollback,
        run,
        runs,
        show,
        this,
        trigger,
        unpause,
        unpublish,
    )

__all__ = [
    "Diagnostic",
    "NbflowError",
    "Pipeline",
    "Run",
    "__version__",
    "approve",
    "backfill",
    "check",
    "clean",
    "diff",
    "diff_runs",
    "form",
    "import_elyra",
    "load",
    "output",
    "pause",
    "publish",
    "published",
    "rollback",
    "run",
    "runs",
    "show",
    "this",
    "trigger",
    "unpause",
    "unpublish",
]


def _door(package: str, homes: "Mapping[str, str]") -> "Callable[[str], object]":
    """A package's `__getattr__`, which finds a name where it comes from, and keeps it.

    It is here because some packages that need it are imported before all else, and this one is
    there already.

    Args:
        package: the package's name.
        homes: the module in it that each name comes from; `MODULE:NAME` where it has another name
            there.
    """

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import sys
        from importlib import import_module

        module, _, there = homes[name].partition(":")
        found: object = getattr(import_module(f"{package}.{module}"), there or name)
        setattr(sys.modules[package], name, found)
        return found

    return find


_HOMES = {name: "interactive" for name in __all__ if name != "__version__"}
_HOMES["NbflowError"] = "errors"

__getattr__ = _door(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
