"""A notebook becomes a typed, parameterized Airflow DAG.

In a notebook: `nbflow.this().run()`; `nbflow.load("train.ipynb")`; see `nbflow.interactive`.
"""

__version__ = "0.1.0"

# Kernels of steps import this module too: it imports nothing, and names load when asked for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.errors import NbflowError
    from nbflow.interactive import (
        Pipeline,
        Run,
        check,
        diff,
        load,
        output,
        publish,
        published,
        rollback,
        run,
        runs,
        show,
        this,
        trigger,
        unpublish,
    )

__all__ = [
    "NbflowError",
    "Pipeline",
    "Run",
    "__version__",
    "check",
    "diff",
    "load",
    "output",
    "publish",
    "published",
    "rollback",
    "run",
    "runs",
    "show",
    "this",
    "trigger",
    "unpublish",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "errors" if name == "NbflowError" else "interactive"
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
