"""Where the steps run: a profile for all of them, and one for a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.widgets.fields import Note
from nbflow.widgets.toolkit import box, escape, toolkit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbflow.api import Inspected
    from nbflow.model import Step

__all__ = ["ProfileFields"]


class ProfileFields:
    """The fields of the profiles.

    Attributes:
        widget: all of them.
        whole: the control for every step that says nothing itself.
        steps: the control of each step.
    """

    def __init__(self, inspected: Inspected, changed: Callable[[], object]) -> None:
        """As the notebook says; `changed` is called when it would be another."""
        said = api.options_of(inspected)
        usual = inspected.settings.default_profile
        sizes = {one["name"]: _size(one) for one in api.describe_profiles(inspected.settings)}
        known = [(_label(name, sizes), name) for name in api.profiles_for(inspected)]
        pipeline = inspected.pipeline
        whole = pipeline.options.defaults.profile
        self.whole = _dropdown("Profile", f"{usual}, as the settings say", known, whole)
        self._elsewhere = whole is not None and said.get("profile") is None
        self.steps: dict[str, Any] = {}
        self._tagged: set[str] = set()
        parts = [box([self.whole], "nbflow-field")]
        if self._elsewhere:
            self.whole.disabled = True
            parts = [_noted(self.whole, "Kale's metadata says so")]
        rows = []
        for step in pipeline.steps:
            control = _dropdown(step.name, "as the whole pipeline", known, step.options.profile)
            self.steps[step.name] = control
            if _is_tagged(step, said):
                self._tagged.add(step.name)
                control.disabled = True
                tag = f"the tag <code>profile:{escape(step.options.profile)}</code> says so"
                rows.append(_noted(control, tag))
            else:
                rows.append(box([control], "nbflow-field"))
            control.observe(lambda _: changed(), names="value")
        self.whole.observe(lambda _: changed(), names="value")
        if len(rows) > 1:
            parts += _folded(rows, unfolded=any(one.value for one in self.steps.values()))
        self.widget = box(parts)

    def patch(self) -> dict[str, Any]:
        """What they say, as a change of `metadata.nbflow`."""
        steps = {
            name: {"profile": control.value or None}
            for name, control in self.steps.items()
            if name not in self._tagged
        }
        return {
            **({} if self._elsewhere else {"profile": self.whole.value or None}),
            "steps": steps,
        }


def _folded(rows: list[Any], *, unfolded: bool) -> list[Any]:
    """Rows behind a button; ipywidgets' accordion cannot be opened from a keyboard."""
    inner = box(rows)
    fold = toolkit().ToggleButton(value=unfolded, description="Profile of each step")
    fold.add_class("nbflow-fold")

    def turn(_: object = None) -> None:
        fold.icon = "caret-down" if fold.value else "caret-right"
        inner.layout.display = "" if fold.value else "none"

    fold.observe(turn, names="value")
    turn()
    return [fold, inner]


def _is_tagged(step: Step, said: dict[str, Any]) -> bool:
    """Whether it is a tag that says the step's profile."""
    steps = said.get("steps")
    own = steps.get(step.name) if isinstance(steps, dict) else None
    in_options = isinstance(own, dict) and own.get("profile") is not None
    return step.options.profile is not None and not in_options


def _dropdown(name: str, nothing: str, known: Iterable[tuple[str, str]], value: str | None) -> Any:
    # A dropdown takes None for no choice at all.
    options = [(nothing, ""), *known]
    if value and value not in {one for _, one in options}:
        options.append((f"{value} (not to be had)", value))
    return toolkit().Dropdown(options=options, value=value or "", description=name)


def _noted(control: Any, about: str) -> Any:
    return box([control, Note(control, about).widget], "nbflow-field")


def _label(name: str, sizes: dict[str, str]) -> str:
    return f"{name}: {sizes[name]}" if sizes.get(name) else name


def _size(profile: dict[str, Any]) -> str:
    """`4 cpu, 16Gi, 1 gpu`."""
    parts = []
    for key, unit in (("cpu", " cpu"), ("memory", "")):
        amount = profile[key] and (profile[key]["request"] or profile[key]["limit"])
        if amount:
            parts.append(f"{amount}{unit}")
    if profile["gpu"]:
        parts.append(f"{profile['gpu']['count']} gpu")
    return ", ".join(parts)
