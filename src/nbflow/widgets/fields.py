"""The parameters of a run as fields that say at once what is wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.model import Parameter, ParameterKind
from nbflow.widgets.toolkit import box, escape, markup, toolkit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Field", "Note"]

_JSON = {ParameterKind.LIST, ParameterKind.TUPLE, ParameterKind.DICT}
_UNSET, _NONE = object(), object()
"""That nothing is given; that None is, which a dropdown would take for no choice at all."""
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "like {}",
}
_LONG = 80
"""Characters from which a text gets a larger field."""


class Note:
    """What stands below a field: about it, or what is wrong with it."""

    def __init__(self, control: Any, about: str = "") -> None:
        """`about` is HTML."""
        self._control = control
        self._about = about
        self.widget = markup()
        self.say(None)

    def say(self, fault: str | None, about: str | None = None) -> None:
        """Show a fault, or what is to be said about it, which is HTML."""
        if about is not None:
            self._about = about
        bad = f'<div class="nbflow-fault" role="alert">{escape(fault)}</div>' if fault else ""
        self.widget.value = bad + (f'<div class="nbflow-note">{self._about}</div>' * (not fault))
        empty = not fault and not self._about
        for widget, name, on in (
            (self.widget, "nbflow-empty", empty),
            (self._control, "nbflow-bad", bool(fault)),
        ):
            (widget.add_class if on else widget.remove_class)(name)


class Field:
    """One parameter.

    Attributes:
        parameter: the parameter.
        control: what is typed or chosen in.
        widget: the control with what is said below it.
        fault: what is wrong with the value as it stands, or None.
    """

    def __init__(self, parameter: Parameter, changed: Callable[[], object]) -> None:
        """`changed` is called when the value is another."""
        self.parameter = parameter
        self.fault: str | None = None
        self._begun = _begins(parameter)
        self.control = _control(parameter, self._begun)
        self._note = Note(self.control, _about(parameter))
        self._changed = changed
        self.widget = box([self.control, self._note.widget], "nbflow-field")
        self.control.observe(self._look, names="value")

    @property
    def touched(self) -> bool:
        """Whether it holds another value than the notebook's."""
        return bool(self.control.value != self._begun)

    def value(self) -> Any:
        """The value as it travels.

        Raises:
            UsageError: it is none; the message says what is wrong.
        """
        name, value = self.parameter.name, self.control.value
        if isinstance(value, str) and not _is_choice(self.parameter):
            said = api.parse_assignments([f"{name}={value}"], parameters=[self.parameter])
        else:
            chosen = None if value is _NONE else value
            said = api.resolve({name: chosen}, parameters=[self.parameter])
        return said[name]

    def _look(self, _: object) -> None:
        self.fault = None
        try:
            if self.touched:
                self.value()
        except UsageError as error:
            self.fault = _short(error, self.parameter)
        self._note.say(self.fault)
        self._changed()


def _short(error: UsageError, parameter: Parameter) -> str:
    """The message at the field itself, which need not be named again."""
    said = error.message.removeprefix(f"parameter {parameter.name!r}: ")
    return said.removeprefix(f"parameter {parameter.name!r} ")


def _is_choice(parameter: Parameter) -> bool:
    flag = parameter.kind is ParameterKind.BOOL
    return "enum" in parameter.constraints or (flag and (parameter.nullable or parameter.computed))


def _begins(parameter: Parameter) -> Any:
    """What its control holds while the notebook's own value counts."""
    if _is_choice(parameter):
        default = _NONE if parameter.default is None else parameter.default
        return _UNSET if parameter.computed else default
    if parameter.kind is ParameterKind.BOOL:
        return bool(parameter.default)
    return "" if parameter.computed else _text(parameter, parameter.default)


def _text(parameter: Parameter, value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, str) and parameter.kind not in _JSON:
        return value
    return json.dumps(value, ensure_ascii=False)


def _control(parameter: Parameter, begun: Any) -> Any:
    kit = toolkit()
    name = str(parameter.constraints.get("title") or parameter.name)
    if _is_choice(parameter):
        return kit.Dropdown(options=list(_choices(parameter, begun)), value=begun, description=name)
    if parameter.kind is ParameterKind.BOOL:
        return kit.Checkbox(value=begun, description=name)
    many = parameter.kind in _JSON or "\n" in begun or len(begun) > _LONG
    rows = min(max(begun.count("\n") + 1, -(-len(begun) // _LONG), 2), 8)
    shape = {"rows": rows} if many else {}
    return (kit.Textarea if many else kit.Text)(
        value=begun,
        description=name,
        # A number is typed as text: a field of numbers would cut it to what a browser can hold,
        # and to the bounds, without a word.
        placeholder=parameter.source.strip() if parameter.computed else "",
        continuous_update=True,
        **shape,
    )


def _choices(parameter: Parameter, begun: Any) -> Iterable[tuple[str, Any]]:
    shown = parameter.constraints.get("values_display") or {}
    allowed = list(parameter.constraints.get("enum") or (True, False))
    allowed = [_NONE if one is None else one for one in allowed]
    if parameter.nullable and _NONE not in allowed and "enum" not in parameter.constraints:
        allowed.append(_NONE)
    if begun is _UNSET:
        yield f"as computed: {parameter.source.strip()}", _UNSET
    elif begun not in allowed:
        allowed.insert(0, begun)
    for one in allowed:
        said = None if one is _NONE else one
        yield str(shown.get(str(said), said)), one


def _about(parameter: Parameter) -> str:
    limits = parameter.constraints
    parts = [said.format(limits[key]) for key, said in _BOUNDS.items() if key in limits]
    chosen = _is_choice(parameter) or parameter.kind is ParameterKind.BOOL
    if not chosen and parameter.kind not in {ParameterKind.ANY, ParameterKind.NONE}:
        kind = f"{parameter.kind} or None" if parameter.nullable else str(parameter.kind)
        parts.insert(0, f"{kind}, as JSON" if parameter.kind in _JSON else kind)
    if parameter.computed and not chosen:
        parts.append("empty: as the notebook computes it")
    small = ", ".join(parts)
    if parameter.help and small:
        return escape(f"{parameter.help} ({small})")
    return escape(parameter.help or small)
