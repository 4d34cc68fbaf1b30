"""IPython, as far as a step needs it: the namespace, running source, and no silent exit."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["guard_exit", "namespace", "run_source", "shell"]


def shell() -> Any:
    """The IPython shell of this process, or None outside of one."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def namespace() -> dict[str, Any]:
    """The notebook's namespace."""
    running = shell()
    found: dict[str, Any] = vars(sys.modules["__main__"]) if running is None else running.user_ns
    return found


def run_source(source: str, *, place: str, line: int = 1) -> None:
    """Run source in the notebook's namespace as a cell would, with tracebacks that show it.

    Args:
        source: the text.
        place: what tracebacks call it.
        line: the number of its first line.

    Raises:
        Exception: whatever the source raises.
    """
    import linecache

    running = shell()
    name = f"<{place}>"
    if running is not None:
        source = running.transform_cell(source)
    source = "\n" * (line - 1) + (source if source.endswith("\n") else f"{source}\n")
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    compiler = compile if running is None else running.compile
    exec(compiler(source, name, "exec"), namespace())  # noqa: S102 - the author's own source


def guard_exit() -> None:
    """Make a cell that ends the process (`sys.exit()`, `exit`, `quit`) fail the step.

    Executors take a SystemExit with the value 0 or none for success and pass over the cells
    behind it, the one that saves among them.
    """
    running = shell()
    if running is None or getattr(running, "_nbflow_guarded", False):
        return
    show = running.showtraceback

    def showtraceback(*arguments: Any, **options: Any) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, SystemExit):
            error.args = (f"{error.code}: the step ended before its last cell",)
        show(*arguments, **options)

    def ask_exit() -> None:
        raise SystemExit(0)

    running.showtraceback = showtraceback
    running.ask_exit = ask_exit
    running._nbflow_guarded = True
