"""ipywidgets as this room uses them: made of texts that are escaped, and shown with a fallback."""

from __future__ import annotations

import html
import re
import uuid
from typing import TYPE_CHECKING, Any

from nbflow.api import COLOURS, MARKS
from nbflow.errors import CheckFailed, MissingExtraError, NbflowError
from nbflow.widgets.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "Shown",
    "badge",
    "box",
    "button",
    "error_html",
    "escape",
    "markup",
    "prose",
    "row",
    "toolkit",
]

_CODE = re.compile(r"`([^`]+)`")


def toolkit() -> Any:
    """The package ipywidgets.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import ipywidgets
    except ImportError:
        raise MissingExtraError(
            "forms and live views need ipywidgets",
            hint="pip install 'nbflow[widgets]' where the kernel runs, and start the kernel again",
        ) from None
    return ipywidgets


def escape(value: object) -> str:
    """Any value as text within HTML."""
    return html.escape(str(value), quote=True)


def prose(text: str) -> str:
    """A sentence, in which code stands in backquotes; HTML."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def badge(word: str) -> str:
    """A state or a severity, with its sign and in its colour; HTML."""
    mark = MARKS.get(word, "")  # type: ignore[call-overload] # a severity has none
    colour = COLOURS.get(word)
    style = f' style="color:{colour}"' if colour else ""
    return f'<span class="nbflow-badge"{style}>{escape(f"{mark} {word}".strip())}</span>'


def error_html(error: BaseException) -> str:
    """An error as a sentence with what helps; of what is no error of nbflow's, its name too."""
    if not isinstance(error, NbflowError):
        return f'<div class="nbflow-fault">{escape(f"{type(error).__name__}: {error}")}</div>'
    parts = [f'<div class="nbflow-fault">{prose(error.message)}</div>']
    if isinstance(error, CheckFailed):
        parts += [
            f"<div>{badge(one.severity)} <code>{escape(one.code)}</code> {prose(one.message)}"
            f'<div class="nbflow-note">{prose(one.hint)}</div></div>'
            for one in error.diagnostics
        ]
    if error.hint:
        parts.append(f'<div class="nbflow-note">{prose(error.hint)}</div>')
    return f'<div role="alert">{"".join(parts)}</div>'


def markup(value: str = "", *classes: str) -> Any:
    """A widget that shows HTML."""
    made = toolkit().HTML(value)
    for name in classes:
        made.add_class(name)
    return made


def button(text: str, pressed: Callable[[], object], *, about: str, style: str = "") -> Any:
    """A button; `about` is shown when one points at it."""
    made = toolkit().Button(description=text, tooltip=about, button_style=style)
    made.on_click(lambda _: pressed())
    return made


def row(*children: Any) -> Any:
    """Widgets side by side, as far as there is room."""
    made = toolkit().HBox(children)
    made.add_class("nbflow-row")
    return made


def box(children: Iterable[Any], *classes: str) -> Any:
    """Widgets below each other."""
    made = toolkit().VBox(list(children))
    for name in classes:
        made.add_class(name)
    return made


class Shown:
    """A widget in a notebook, with a text that stands for it where no kernel runs.

    A saved notebook holds no widgets. So a picture of what it shows is displayed beside it, which
    the living widget hides.
    """

    def __init__(self) -> None:
        self._place = f"nbflow-{uuid.uuid4().hex[:12]}"
        self._handles: list[Any] = []

    def style(self) -> Any:
        """The widget that brings the style, and hides the picture while it lives."""
        return markup(f"<style>{STYLE} .{self._place} {{ display: none }}</style>", "nbflow-style")

    def show(self, widget: Any) -> None:
        """Display the picture and the widget."""
        from IPython.display import display

        handle = display(self._picture(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if handle is not None:  # outside of IPython there is none
            self._handles.append(handle)
        # What ipywidgets says of a box in text would be shown beside the picture.
        view = {**widget._repr_mimebundle_(), "text/plain": ""}
        display(view, raw=True)  # type: ignore[no-untyped-call]

    def keep(self) -> None:
        """Bring the picture up to date, for whoever opens the saved notebook."""
        for handle in self._handles:
            handle.update(self._picture(), raw=True)

    def text(self) -> str:
        """What is shown, as text."""
        raise NotImplementedError

    def picture(self) -> str:
        """What is shown, as HTML that needs no style."""
        raise NotImplementedError

    def _picture(self) -> dict[str, str]:
        hidden = f'<div class="{self._place}">{self.picture()}</div>'
        return {"text/plain": self.text(), "text/html": hidden}
