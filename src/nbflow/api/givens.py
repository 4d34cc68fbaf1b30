"""What a run was given, as its merged notebook tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import bundles, notebook, runtime
from nbflow.api import records
from nbflow.api.parameters import given_in
from nbflow.errors import UsageError
from nbflow.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Document, Parameter, Run

__all__ = ["given_code", "given_to_run", "secret_names", "without_secrets"]

_HIDDEN = "***"
_LEFT_OUT = "a value that looks like a secret, which is not written here"


def given_to_run(run: Run | None, executed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values that a run was given, in their wire form.

    Args:
        run: the run; None where nothing but its notebooks tells of it.
        executed: its executed step notebooks. In Airflow they know more than the run: the ends of
            a data interval. Here those of steps that were kept may be of other values.
    """
    if run is not None and records.is_local(run.run_id):
        return dict(run.parameters)
    return {**(run.parameters if run else {}), **given_in(executed.values())}


def given_code(document: Document, given: Mapping[str, Any]) -> dict[str, str]:
    """The code that sets given values, as papermill puts it behind the parameters cell.

    What is as the author wrote it is left out: Airflow gives every parameter. What looks like a
    secret, or does not fit its parameter, is a comment.

    Args:
        document: the author's notebook.
        given: values in their wire form; those that are none of its parameters are passed over.

    Returns:
        The code by the id of the cell that it stands behind; nothing where there is none.
    """
    outline = notebook.outline(document)
    lines = [
        line
        for one in outline.parameters
        if one.name in given and (line := _line(one, given[one.name]))
    ]
    if not lines:
        return {}
    last = outline.cells(Role.PARAMETERS)[-1]
    return {last: "\n".join(["# Parameters", *lines])}


def secret_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of those values that look like secrets, and are shown nowhere."""
    return tuple(name for name, value in values.items() if notebook.may_be_secret(name, value))


def without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with stars in place of those that look like secrets."""
    hidden = secret_names(values)
    return {name: _HIDDEN if name in hidden else value for name, value in values.items()}


def _line(parameter: Parameter, wire: Any) -> str:
    """One line of code; empty where the value is the author's own."""
    name, order = parameter.name, bundles.parameter_order(parameter)
    if order.computed and wire is None:
        return ""  # the wire's word for "not given"
    try:
        value = runtime.from_wire(name, wire, order=order)
    except UsageError:
        return f"# {name}: a value that is no {order.kind}"
    if runtime.is_default(name, value, order=order):
        return ""
    if notebook.may_be_secret(name, value):
        return f"# {name}: {_LEFT_OUT}"
    return f"{name} = {bundles.literal(value)}"
