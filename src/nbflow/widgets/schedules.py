"""When a pipeline runs by itself: presets, a cron expression, and the times that come of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from nbflow import api
from nbflow.errors import UsageError
from nbflow.model import format_elapsed
from nbflow.widgets.fields import Note
from nbflow.widgets.toolkit import box, escape, toolkit

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ScheduleFields"]

_NEVER, _OWN = "", "own"
_PRESETS = (
    ("Only when somebody starts it", _NEVER),
    ("Every hour", "0 * * * *"),
    ("Every night at 3:00", "0 3 * * *"),
    ("On weekdays at 7:00", "0 7 * * mon-fri"),
    ("Every Monday at 7:00", "0 7 * * mon"),
    ("On the first of a month at 6:00", "0 6 1 * *"),
    ("Another time", _OWN),
)
_HELP = (
    "minute, hour, day of the month, month, day of the week; "
    "such as <code>30 6 * * mon-fri</code>, or <code>@daily</code>"
)


class ScheduleFields:
    """The fields of a schedule.

    Attributes:
        widget: all of them.
        preset, cron, timezone: the controls.
        fault: what is wrong with them as they stand, or None.
        coming: the next times, aware datetimes in the time zone.
    """

    def __init__(self, schedule: str | None, timezone: str, changed: Callable[[], object]) -> None:
        """As the notebook says; `changed` is called when it would be another."""
        kit = toolkit()
        self.fault: str | None = None
        self.coming: tuple[datetime, ...] = ()
        text = schedule or ""
        self.preset = kit.Dropdown(options=_PRESETS, value=_preset_of(text), description="Runs")
        self.cron = kit.Text(
            value=text,
            description="Cron expression",
            placeholder="0 3 * * *",
            continuous_update=True,
        )
        self.timezone = kit.Combobox(
            value=timezone,
            options=tuple(sorted(available_timezones() | {"UTC"})),
            description="Time zone",
            placeholder="Europe/Berlin",
            continuous_update=True,
        )
        self._next = kit.HTML()
        self._cron_note = Note(self.cron, _HELP)
        self._zone_note = Note(self.timezone)
        when = box([self.cron, self._cron_note.widget], "nbflow-field")
        where = box([self.timezone, self._zone_note.widget], "nbflow-field")
        self._scheduled = (when, where, box([self._next], "nbflow-field"))
        self._choice = box([self.preset], "nbflow-field")
        self.widget = box([self._choice])
        self._changed = changed
        self.preset.observe(self._choose, names="value")
        self.cron.observe(self._type, names="value")
        self.timezone.observe(self._type, names="value")
        self.look()

    @property
    def schedule(self) -> str | None:
        """The expression as it stands, or None for none."""
        return self.cron.value.strip() or None

    @property
    def zone(self) -> str:
        """The time zone as it stands."""
        return self.timezone.value.strip() or "UTC"

    def take(self, schedule: str | None, timezone: str) -> None:
        """Put another schedule in."""
        self.timezone.value = timezone
        self.cron.value = schedule or ""
        self.look()

    def look(self, *, now: datetime | None = None) -> None:
        """Count the next times again."""
        self.fault, self.coming = None, ()
        cron_fault = zone_fault = None
        said = self.schedule
        try:
            if said is not None:
                self.coming = api.coming_runs(said, after=now, timezone="UTC", count=1)
        except UsageError as error:
            cron_fault = error.message
        if said is None and self.preset.value == _OWN:
            cron_fault = "say when: an expression of five fields, or @daily"
        try:
            api.coming_runs("@once", timezone=self.zone)
            if said is not None and cron_fault is None:
                self.coming = api.coming_runs(said, timezone=self.zone, after=now)
        except UsageError as error:
            zone_fault = error.message
        self._cron_note.say(cron_fault)
        self._zone_note.say(zone_fault)
        self.fault = cron_fault or zone_fault
        shown = self.preset.value != _NEVER
        self.widget.children = (self._choice, *(self._scheduled if shown else ()))
        self._next.value = _next_html(self.coming, now or datetime.now(UTC))
        (self._next.remove_class if self.coming else self._next.add_class)("nbflow-empty")

    def _choose(self, change: dict[str, Any]) -> None:
        if change["new"] != _OWN:
            self.cron.value = change["new"]
        self.look()
        self._changed()

    def _type(self, change: dict[str, Any]) -> None:
        if change["owner"] is self.cron and not (
            self.schedule is None and self.preset.value == _OWN
        ):
            # An emptied expression is still being typed.
            emptied = self.schedule is None and change["old"].strip()
            wanted = _OWN if emptied and self.preset.value != _NEVER else _preset_of(change["new"])
            with self.preset.hold_trait_notifications():
                self.preset.unobserve(self._choose, names="value")
                self.preset.value = wanted
            self.preset.observe(self._choose, names="value")
        self.look()
        self._changed()


def _preset_of(text: str) -> str:
    known = {value for _, value in _PRESETS}
    return text.strip() if text.strip() in known else _OWN


def _next_html(coming: tuple[datetime, ...], now: datetime) -> str:
    if not coming:
        return ""
    lines = "".join(
        f"<li><span>{escape(f'{one:%a %d %b %Y, %H:%M %Z}')}</span>"
        f'<span class="nbflow-soft">in {escape(_left(one, now))}</span></li>'
        for one in coming
    )
    return (
        '<div class="nbflow-soft">Next runs</div>'
        f'<ul class="nbflow-runs" aria-label="Next runs">{lines}</ul>'
    )


def _left(moment: datetime, now: datetime) -> str:
    left = moment - now
    if left.days >= 2:
        return f"{left.days} days"
    return format_elapsed(left) if left.total_seconds() >= 60 else "under a minute"
