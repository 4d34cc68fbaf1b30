"""A form for a notebook: when and where it runs, publish it, run it with other values."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import NbflowError, UsageError
from nbflow.widgets.choices import Choices
from nbflow.widgets.fields import Field
from nbflow.widgets.lives import Live
from nbflow.widgets.pictures import difference_html, findings_html, published_html
from nbflow.widgets.toolkit import Shown, badge, box, button, error_html, escape, markup, row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow.api import Inspected
    from nbflow.widgets.subjects import Startable, Watched

__all__ = ["Form"]

_PAUSE = 0.4
"""Seconds without a key after which the choices are checked."""
_UNDER_WAY = 0.3
"""Seconds for what was typed before a press and comes after it.

ipywidgets holds a change back while the kernel has not answered to the one before; a press it does
not hold back.
"""
_SAVED = (
    "If the notebook is open in Jupyter, it says at its next save that the file has changed: "
    "choose <em>Revert</em>, which takes the file as it is now, and run this cell again."
)
_FIRST = (
    "Choices are written into the notebook's file. Save the notebook before, so that nothing of "
    "yours is lost when Jupyter reads it again."
)
_DEFAULTS = "Values for one run. By its schedule it runs with the values in the notebook."


class Form(Shown):
    """A form for a notebook.

    Attributes:
        widget: all of it.
        choices: the fields that are kept in the notebook: name, schedule, profiles.
        fields: the parameters of a run, by name.
        live: the run that was started last, or None.
    """

    def __init__(self, startable: Startable) -> None:
        """Read the notebook.

        Raises:
            MissingExtraError: ipywidgets is not installed.
            NotebookError, SettingsError: the notebook or the settings cannot be read.
        """
        super().__init__()
        self.live: Live | None = None
        self._startable = startable
        self._timer: threading.Timer | None = None
        self._checked = 0
        self._head, self._findings = markup(), markup()
        self._told, self._run_told = markup("", "nbflow-told"), markup("", "nbflow-told")
        self.saving = button("Save choices", self.save, about="Write them into the notebook")
        self.comparing = button(
            "What would change", self.compare, about="Compare with what is published"
        )
        self.publishing = button(
            "Publish", self.publish, about="Save, and write the DAG for Airflow", style="primary"
        )
        self.reading = button("Read again", self.read, about="Read the notebook from its file")
        self.running = button(
            "Run now", self.run, about="Run it here, on this machine", style="primary"
        )
        self.triggering = button(
            "Trigger in Airflow", self.trigger, about="Run in Airflow what is published of it"
        )
        self._of_choices = (self.saving, self.comparing, self.publishing, self.reading)
        self._style = self.style()
        self.widget = box([], "nbflow")
        self._read()
        # Checking the first value imports much: not when somebody types it.
        threading.Thread(target=self._warm, name="nbflow-form", daemon=True).start()

    def read(self) -> None:
        """Read the notebook from its file again; values that were typed in for a run stay."""
        typed = {name: field for name, field in self.fields.items() if field.touched}
        try:
            self._read()
        except NbflowError as error:
            self._told.value = error_html(error)
            return
        for name, field in typed.items():
            if name in self.fields and self.fields[name].parameter.kind is field.parameter.kind:
                self.fields[name].control.value = field.control.value
        self._told.value = '<div class="nbflow-note">Read again.</div>'

    def save(self) -> None:
        """Write the choices into the notebook's file."""
        self._work(self._told, "Saving…", self._save, self._saved)

    def compare(self) -> None:
        """Show what publishing would change, with the choices as they stand."""
        self._work(self._told, "Comparing…", self._compare, difference_html)

    def publish(self) -> None:
        """Save the choices, and write the DAG where Airflow reads DAGs."""
        self._work(self._told, "Publishing…", self._publish, published_html)

    def run(self) -> None:
        """Run the notebook on this machine with the values that stand in the fields."""
        self._begin(self._startable.run)

    def trigger(self) -> None:
        """Run in Airflow what is published of the notebook, with these values."""
        self._begin(self._startable.trigger)

    def values(self) -> dict[str, Any]:
        """The values that differ from the notebook's, as they travel.

        Raises:
            UsageError: one of them is none.
        """
        faults = [f"{name}: {one.fault}" for name, one in self.fields.items() if one.fault]
        if faults:
            raise UsageError("; ".join(faults), hint="Mend the fields above.")
        return {name: one.value() for name, one in self.fields.items() if one.touched}

    def text(self) -> str:
        """What the form says, as text."""
        lines = [f"{self.choices.name}: {self.choices.when()}"]
        lines += [f"  {name} = {field.control.value!r}" for name, field in self.fields.items()]
        if self.live is not None:
            lines += ["", self.live.text()]
        return "\n".join(lines)

    def picture(self) -> str:
        """What the form says, as HTML that needs no style."""
        about = "Run the cell to use the form."
        return f"<pre>{escape(self.text())}</pre><small>{about}</small>"

    def close(self) -> None:
        """Take it off the page; what it has started goes on."""
        if self.live is not None:
            self.live.close()
        self.widget.close()

    def __repr__(self) -> str:
        return self.text()

    def _ipython_display_(self) -> None:
        self.show(self.widget)

    def _read(self) -> None:
        self._inspected = api.inspect(self._startable.path)
        self.choices = Choices(self._inspected, self._chosen)
        parameters = self._inspected.pipeline.parameters
        self.fields: dict[str, Field] = {
            one.name: Field(one, self._told_nothing) for one in parameters
        }
        steps = len(self._inspected.pipeline.steps)
        self._head.value = (
            f'<div class="nbflow-head">{escape(self._inspected.pipeline.name)}</div>'
            f'<div class="nbflow-note">{escape(self._inspected.path.name)}, '
            f"{steps} step{'' if steps == 1 else 's'}</div>"
        )
        fault = self.choices.schedule.fault
        self._findings.value = findings_html(self._inspected, said=fault)
        self._lay_out()
        self._mark()

    def _warm(self) -> None:
        for field in list(self.fields.values()):
            with suppress(UsageError):
                field.value()

    def _lay_out(self) -> None:
        runs = [self.running]
        current = self._inspected.settings
        if not current.airflow.embedded or api.in_reach(current):
            runs.append(self.triggering)
        of_run = [
            markup('<div class="nbflow-title">A run</div>'),
            *(
                [markup(f'<div class="nbflow-note nbflow-lead">{_DEFAULTS}</div>')]
                if self.fields
                else ()
            ),
            *self._sections(),
            row(*runs),
            self._run_told,
        ]
        self.widget.children = (
            self._style,
            self._head,
            markup('<div class="nbflow-title">Schedule and place</div>'),
            self.choices.widget,
            self._findings,
            row(*self._of_choices),
            markup(f'<div class="nbflow-note">{_FIRST}</div>'),
            self._told,
            *of_run,
            *((self.live.widget,) if self.live else ()),
        )

    def _sections(self) -> list[Any]:
        """The parameters' fields below the headings that the notebook gives them."""
        sections: dict[str, list[Any]] = {}
        for field in self.fields.values():
            heading = str(field.parameter.constraints.get("section") or "")
            sections.setdefault(heading, []).append(field.widget)
        parts: list[Any] = []
        for heading, widgets in sections.items():
            if heading:
                parts.append(markup(f'<div class="nbflow-soft">{escape(heading)}</div>'))
            parts += widgets
        return parts

    def _told_nothing(self) -> None:
        self._run_told.value = ""

    def _chosen(self) -> None:
        """A choice is another: say so now, and check it when no key is pressed any more."""
        self._mark()
        self._told.value = ""  # it was about other choices
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(_PAUSE, self._check)
        self._timer.daemon = True
        self._timer.start()

    def _mark(self) -> None:
        self.saving.disabled = not self.choices.changed
        self.saving.description = "Save choices" if self.choices.changed else "Saved"

    def _check(self) -> None:
        self._checked += 1
        mine = self._checked
        try:
            found = findings_html(self._edited(), said=self.choices.schedule.fault)
        except NbflowError as error:
            found = error_html(error)
        if mine == self._checked:
            self._findings.value = found

    def _edited(self) -> Inspected:
        """The notebook with the choices as they stand."""
        return api.inspect_edited(self._startable.path, self.choices.patch())

    def _save(self) -> bool:
        self.choices.require_sound()
        seen = self.choices.seen
        return api.edit_options(self._startable.path, self.choices.patch(), seen=seen)

    def _saved(self, written: bool) -> str:  # noqa: FBT001 - what `_save` has returned
        self._read()
        if not written:
            return '<div class="nbflow-note">The notebook says all of that already.</div>'
        name = escape(self._startable.path.name)
        return (
            f'<div>{badge("success")}: saved in {name}</div><div class="nbflow-note">{_SAVED}</div>'
        )

    def _compare(self) -> api.Difference:
        self.choices.require_sound()
        return api.diff(api.compile(self._edited()))

    def _publish(self) -> api.Published:
        if self._save():
            self._read()
        compiled = api.compile(self._startable.path)
        api.refuse_what_cannot_run(api.preflight([compiled]))

        def tell(said: str) -> None:
            self._told.value = f'<div role="status">{escape(said)}</div>'

        (done,) = api.publish([compiled], tell=tell)
        return done

    def _begin(self, start: Callable[[Mapping[str, Any]], Watched]) -> None:
        def begin() -> Watched:
            return start(self.values())

        self._work(self._run_told, "Starting…", begin, self._begun)

    def _begun(self, watched: Watched) -> str:
        if self.live is not None:
            self.live.close()
        self.live = Live(watched, self.keep)
        self._lay_out()
        return ""

    def _work(
        self,
        place: Any,
        said: str,
        function: Callable[[], Any],
        show: Callable[[Any], str],
    ) -> None:
        """Do something that takes time, beside whatever the kernel does; then show it."""
        buttons = (*self._of_choices, self.running, self.triggering)
        place.value = f'<div role="status">{escape(said)}</div>'
        for one in buttons:
            one.disabled = True

        def work() -> None:
            time.sleep(_UNDER_WAY)
            try:
                place.value = show(function())
            except Exception as error:  # noqa: BLE001 - nobody else would see it
                place.value = error_html(error)
            finally:
                for one in buttons:
                    one.disabled = False
                self._mark()
                self.keep()

        threading.Thread(target=work, name="nbflow-form", daemon=True).start()
