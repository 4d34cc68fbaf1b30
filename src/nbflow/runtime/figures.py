"""Figures of earlier steps: shown as their own step would have, and open where they were."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbflow.runtime.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["KEY", "MODULE", "let_figures_show", "looks", "only", "open_again", "opened", "unmoved"]

KEY = "<figures>"
"""A name that no variable can have, for the figures that pyplot knows."""
MODULE = "matplotlib.pyplot"


def let_figures_show() -> None:
    """Let matplotlib choose its backend, where a figure may have been loaded.

    Only a chosen backend tells IPython how a figure becomes a picture, and pyplot chooses it
    when it makes a figure, which a loaded one never sees.
    """
    if shell() is None or "matplotlib.figure" not in sys.modules:
        return
    import matplotlib
    from matplotlib import pyplot

    if "inline" in matplotlib.get_backend():
        with unmoved():  # changing the backend closes what is open
            pyplot.switch_backend(matplotlib.get_backend())


def opened() -> list[tuple[int, Any]]:
    """The figures that pyplot knows, with their numbers; the current one last."""
    known = sys.modules.get("matplotlib._pylab_helpers")
    if known is None or MODULE not in sys.modules:
        return []
    return [(number, manager.canvas.figure) for number, manager in known.Gcf.figs.items()]


def open_again(figures: list[tuple[int, Any]]) -> None:
    """Let pyplot know these figures, and no others."""
    from matplotlib import pyplot

    known = sys.modules["matplotlib._pylab_helpers"].Gcf
    managers = dict(known.figs)
    known.figs.clear()
    for number, figure in figures:
        manager = next((one for one in managers.values() if one.canvas.figure is figure), None)
        if manager is None:
            backend = pyplot._get_backend_mod()
            manager = backend.new_figure_manager_given_figure(number, figure)
        manager.num = number
        known._set_new_active_manager(manager)


@contextmanager
def unmoved() -> Iterator[None]:
    """Whatever happens inside: pyplot knows the figures afterwards that it knew before."""
    known = sys.modules.get("matplotlib._pylab_helpers")
    before = None if known is None else list(known.Gcf.figs.items())
    yield
    known = sys.modules.get("matplotlib._pylab_helpers")
    if known is not None:
        known.Gcf.figs.clear()
        known.Gcf.figs.update(before or ())


def only(values: Mapping[str, Any]) -> list[Any]:
    """The figures of variables that are parts of figures, or collections of such; else none."""
    module = sys.modules.get("matplotlib.artist")
    flat = [] if module is None else list(_flat(values.values()))
    if module is None or not all(isinstance(one, module.Artist) for one in flat):
        return []
    found = {id(one.figure): one.figure for one in flat if one.figure is not None}
    return list(found.values())


def _flat(values: Any) -> Iterator[Any]:
    numpy = sys.modules.get("numpy")
    for value in values:
        if isinstance(value, dict):
            yield from _flat(value.values())
        elif isinstance(value, list | tuple):
            yield from _flat(value)
        elif numpy is not None and isinstance(value, numpy.ndarray) and value.dtype == object:
            yield from _flat(value.ravel())
        else:
            yield value


def looks(figures: list[Any]) -> list[tuple[Any, ...]]:
    """What can be seen of figures, and what their parts are called; drawing does not change it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    found = []
    for figure in figures:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        parts = [
            (type(one).__name__, _called(one.get_label()), one.get_gid(), one.get_visible())
            for one in figure.findobj()
        ]
        found.append((bytes(canvas.buffer_rgba()), parts))
    return found


def _called(label: Any) -> str:
    """An artist's label; an axis has a text in its place."""
    return label if isinstance(label, str) else str(label.get_text())
