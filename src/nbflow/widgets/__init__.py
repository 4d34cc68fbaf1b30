"""A schedule form and a live view of a run, of plain ipywidgets.

Names load when they are asked for, and ipywidgets with them: it is the extra `widgets`.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.widgets.forms import Form
    from nbflow.widgets.lives import Live
    from nbflow.widgets.subjects import Startable, Watched

__all__ = ["Form", "Live", "Startable", "Watched"]

_HOMES = {"Form": "forms", "Live": "lives", "Startable": "subjects", "Watched": "subjects"}
"""The module that each name comes from."""

__getattr__ = _door(__name__, _HOMES)
