"""One piece of output in two notebooks: the same, or what each of them shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from nbflow.proving.markup import html_differences, svg_text
from nbflow.proving.noise import quiet
from nbflow.proving.pictures import PICTURES, picture_differences

__all__ = ["Side", "content_differences", "text_of"]

WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGETS = "application/vnd.jupyter.widget-state+json"

_ABSENT = "(nothing)"
_MODEL = "IPY_MODEL_"
# How a widget looks is not what it shows; versions say what was installed.
_LOOK = {"layout", "style"}
_MOST_PLACES = 20


@dataclass(frozen=True)
class Side:
    """One of the two notebooks.

    Attributes:
        folders: its working directories.
        widgets: states of its widgets by model.
    """

    folders: tuple[str, ...] = ()
    widgets: Mapping[str, Any] = field(default_factory=dict)

    def quiet(self, text: str) -> str:
        """The text without noise."""
        return quiet(text, folders=self.folders)


def content_differences(
    mime: str, left: Any, right: Any, *, sides: tuple[Side, Side]
) -> tuple[str, str] | None:
    """What two contents of one type show, in words for each; None where they are the same.

    Args:
        mime: their type; `stdout`, `stderr` and `error` are text.
        left: a content as nbformat has it.
        right: the other one.
        sides: the notebooks that they are from.
    """
    if mime == WIDGET:
        models = tuple(
            _widget(content, side.widgets)
            for content, side in zip((left, right), sides, strict=True)
        )
        return None if models == (None, None) else _json(models[0], models[1], sides)
    if not isinstance(left, str | list) or not isinstance(right, str | list) or _is_json(mime):
        return _json(left, right, sides)
    one, other = text_of(left), text_of(right)
    if mime in PICTURES:
        return picture_differences(mime, one, other)
    if mime == "image/svg+xml":
        one, other = svg_text(one), svg_text(other)
    one, other = sides[0].quiet(one), sides[1].quiet(other)
    if mime == "text/html":
        return html_differences(one, other)
    return None if one == other else (one, other)


def text_of(written: str | list[str]) -> str:
    """A text that nbformat may keep as lines."""
    return written if isinstance(written, str) else "".join(written)


def _is_json(mime: str) -> bool:
    return mime == "application/json" or mime.endswith("+json")


def _json(left: Any, right: Any, sides: tuple[Side, Side]) -> tuple[str, str] | None:
    found = list(_places("", _parsed(left), _parsed(right), sides))
    if not found:
        return None
    shown = found[:_MOST_PLACES]
    return (
        "\n".join(f"{where}: {one}" for where, one, _ in shown),
        "\n".join(f"{where}: {other}" for where, _, other in shown),
    )


def _parsed(value: Any) -> Any:
    """JSON that was stored as text, as what it says."""
    if not isinstance(value, str | list):
        return value
    try:
        return json.loads(text_of(value))
    except (TypeError, ValueError):
        return value


def _places(
    where: str, left: Any, right: Any, sides: tuple[Side, Side]
) -> Iterator[tuple[str, str, str]]:
    """Each place where two JSON values differ, with what stands there."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in dict.fromkeys([*left, *right]):
            path = f"{where}.{key}" if where else str(key)
            yield from _places(path, left.get(key, _ABSENT), right.get(key, _ABSENT), sides)
    elif isinstance(left, list) and isinstance(right, list):
        for index, (one, other) in enumerate(zip_longest(left, right, fillvalue=_ABSENT)):
            yield from _places(f"{where}[{index}]", one, other, sides)
    else:
        one, other = (_said(value, side) for value, side in zip((left, right), sides, strict=True))
        if one != other:
            yield where or "value", one, other


def _said(value: Any, side: Side) -> str:
    # As JSON, so that 1, 1.0, true and "1" stay apart.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return side.quiet(text) if isinstance(value, str) else text


def _widget(view: Any, models: Mapping[str, Any]) -> Any:
    """What a widget shows: its model's state, the models that it refers to in their places."""
    if not models:
        return None
    return _model(str(view.get("model_id")), models, ())


def _model(name: str, models: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    model = models.get(name)
    if model is None or name in above:
        return _ABSENT
    state = {
        key: _resolved(value, models, (*above, name))
        for key, value in model.get("state", {}).items()
        if key not in _LOOK and not key.endswith("_version")
    }
    return {"model": model.get("model_name"), "state": state}


def _resolved(value: Any, models: Mapping[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(value, str) and value.startswith(_MODEL):
        return _model(value.removeprefix(_MODEL), models, above)
    if isinstance(value, list):
        return [_resolved(one, models, above) for one in value]
    return value
