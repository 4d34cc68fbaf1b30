"""The choices of a form that a notebook keeps: its name, its schedule, its profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.widgets.fields import Note
from nbflow.widgets.places import ProfileFields
from nbflow.widgets.schedules import ScheduleFields
from nbflow.widgets.toolkit import box, escape, toolkit

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.api import Inspected

__all__ = ["Choices"]


class Choices:
    """The fields of name, schedule and profiles.

    Attributes:
        widget: all of them.
        naming: the control of the name.
        schedule: the fields of the schedule.
        profiles: the fields of the profiles.
        seen: the options as the notebook had them.
    """

    def __init__(self, inspected: Inspected, changed: Callable[[], object]) -> None:
        """As the notebook says; `changed` is called when one of them is another."""
        pipeline, options = inspected.pipeline, inspected.pipeline.options
        self.seen = api.options_of(inspected)
        self.naming = toolkit().Text(
            value=pipeline.name, description="Name", continuous_update=True
        )
        self.naming.observe(lambda _: changed(), names="value")
        # What the notebook says wrongly is shown as it is written, with what is wrong with it.
        written = self.seen.get("schedule")
        schedule = options.schedule or (written if isinstance(written, str) else None)
        self.schedule = ScheduleFields(schedule, options.timezone, changed)
        self.profiles = ProfileFields(inspected, changed)
        self._whole = (pipeline.name, self.schedule.schedule, self.schedule.zone)
        self._places = self.profiles.patch()
        team = f"of team {escape(options.team)}; " if options.team else ""
        about = Note(self.naming, f"{team}the id of the DAG in Airflow")
        self.widget = box(
            [
                box([self.naming, about.widget], "nbflow-field"),
                self.schedule.widget,
                self.profiles.widget,
            ]
        )

    @property
    def name(self) -> str:
        """The pipeline's name as it stands."""
        return str(self.naming.value.strip())

    @property
    def changed(self) -> bool:
        """Whether one of them is another than the notebook's."""
        now = (self.name, self.schedule.schedule, self.schedule.zone)
        return now != self._whole or self.profiles.patch() != self._places

    def when(self) -> str:
        """The schedule in words."""
        said = self.schedule.schedule
        return "no schedule" if said is None else f"{said} ({self.schedule.zone})"

    def patch(self) -> dict[str, Any]:
        """What is another, as a change of `metadata.nbflow`."""
        name, schedule, zone = self._whole
        patch: dict[str, Any] = {}
        if self.name != name:
            patch["name"] = self.name or None
        if self.schedule.schedule != schedule:
            patch["schedule"] = self.schedule.schedule
        if self.schedule.zone != zone:
            patch["timezone"] = self.schedule.zone
        places = self.profiles.patch()
        if places != self._places:
            patch |= places
        return patch

    def require_sound(self) -> None:
        """Raise UsageError where a field is wrong as it stands."""
        if self.schedule.fault:
            raise UsageError(self.schedule.fault, hint="Mend the schedule above.")
