"""Figures of earlier steps, so that a cell shows them as their own step would have."""

from __future__ import annotations

import sys

from nbflow.runtime.shell import shell

__all__ = ["let_figures_show"]


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
        pyplot.switch_backend(matplotlib.get_backend())
