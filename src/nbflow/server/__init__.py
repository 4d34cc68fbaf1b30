"""The verbs for JupyterLab: an extension of Jupyter Server that answers in JSON.

Jupyter Server imports this at every start, so what it needs loads when the server loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import _door

if TYPE_CHECKING:
    from nbflow.server.openapi import openapi

__all__ = ["openapi"]

__getattr__ = _door(__name__, {"openapi": "openapi"})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """What Jupyter Server asks an extension."""
    return [{"module": "nbflow.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Add the endpoints to a Jupyter Server."""
    from nbflow.server.application import add_endpoints

    add_endpoints(server_app)
