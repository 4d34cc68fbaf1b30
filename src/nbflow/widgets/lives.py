"""A run as it goes: steps, cells, times, the failing cell's log; stop, go on, see its outputs."""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import NbflowError
from nbflow.model import RunState
from nbflow.widgets.pictures import outputs_html, plain
from nbflow.widgets.progress import failure_html, head_html, steps_html, steps_text
from nbflow.widgets.toolkit import Shown, box, button, error_html, escape, markup, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.model import Run
    from nbflow.widgets.subjects import Watched

__all__ = ["Live"]

_BEAT = 0.4
"""Seconds between two pictures."""
_LOG = 40
"""Lines of the failing cell's log that are shown."""


class Live(Shown):
    """A live view of a run; it stops looking when the run has ended, or when it is closed.

    Attributes:
        widget: all of it.
        seen: the run as it is shown.
    """

    def __init__(self, watched: Watched, ended: Callable[[], object] = lambda: None) -> None:
        """`ended` is called when the run has ended."""
        super().__init__()
        self.seen: Run = watched.seen
        self._watched = watched
        self._ended = ended
        self._closed = threading.Event()
        # Its last state is seen a moment before its folder is free for another attempt.
        self._over = self.seen.state.finished
        self._head, self._steps = markup(), markup()
        self._notice, self._output = markup(), markup()
        self._said = markup("", "nbflow-told")
        self.cancelling = button("Cancel", self._cancel, about="Stop the run")
        self.resuming = button(
            "Resume from failed step", self._resume, about="Go on; what went well is kept"
        )
        self.showing = button("Show output", self._show_output, about="What its cells have shown")
        self.saving = button(
            "Save as notebook", self._save, about="Write the one executed notebook"
        )
        buttons = row(self.cancelling, self.resuming, self.showing, self.saving)
        parts = [
            self.style(),
            self._head,
            self._steps,
            self._notice,
            buttons,
            self._said,
            self._output,
        ]
        self.widget = box(parts, "nbflow")
        if self.widget.comm is not None:  # the page may close it too
            self.widget.comm.on_close(lambda _: self._closed.set())
        self._draw()
        self._watch()
        self._log()

    @property
    def closed(self) -> bool:
        """Whether nobody looks any longer."""
        return self._closed.is_set()

    def close(self) -> None:
        """Take it off the page; the run goes on."""
        self._closed.set()
        self.widget.close()

    def text(self) -> str:
        """The run, as text."""
        return steps_text(self.seen)

    def picture(self) -> str:
        """The run, as HTML that needs no style."""
        return f"<pre>{escape(self.text())}</pre>"

    def __repr__(self) -> str:
        return self.text()

    def _ipython_display_(self) -> None:
        self.show(self.widget)

    def _watch(self) -> None:
        if self.seen.state.finished:
            return
        done = threading.Event()
        for target in (self._follow, self._tick):
            threading.Thread(target=target, args=(done,), name="nbflow-live", daemon=True).start()

    def _follow(self, done: threading.Event) -> None:
        def observe(seen: Run) -> None:
            self.seen = seen

        try:
            self._watched.follow(observe, lambda: not self.closed)
        except NbflowError as error:
            self._notice.value = error_html(error)
        finally:
            done.set()

    def _tick(self, done: threading.Event) -> None:
        while not done.wait(_BEAT) and not self.closed:
            self._draw()
        if self.closed:
            return
        self._over = True
        self._draw()
        self._log()
        self.keep()
        self._ended()

    def _draw(self) -> None:
        self._head.value = head_html(self.seen)
        self._steps.value = steps_html(self.seen, self._watched.document)
        finished = self.seen.state.finished
        self.cancelling.layout.display = "none" if finished else ""
        stopped = finished and self._over and self.seen.state is not RunState.SUCCESS
        self.resuming.layout.display = "" if stopped else "none"

    def _log(self) -> None:
        """Show what the failing cell wrote."""
        step = self.seen.failed_step
        if not self.seen.state.finished or step is None or step.failure is None:
            return
        lines: list[str] = []
        try:
            current = self._watched.current
            lines = [
                one.text
                for one in api.texts_of(self.seen, current=current, step=step.name)
                if one.cell == step.failure.cell and one.stream != "error"
            ]
        except NbflowError:  # what the failure says remains
            lines = []
        traceback = [plain(line) for line in step.failure.traceback]
        self._notice.value = failure_html(step, [*lines[-_LOG:], *traceback])

    def _cancel(self) -> None:
        self.cancelling.disabled = True
        self.cancelling.description = "Stopping…"
        self._work(self._watched.cancel, self._cancelled)

    def _cancelled(self, _: object) -> None:
        self.cancelling.disabled = False
        self.cancelling.description = "Cancel"

    def _resume(self) -> None:
        self.resuming.disabled = True
        self._notice.value = self._output.value = ""
        self._work(self._watched.resume, self._resumed)

    def _resumed(self, watched: Watched) -> None:
        self.resuming.disabled = False
        self._watched, self.seen = watched, watched.seen
        self._over = self.seen.state.finished
        self._draw()
        self._watch()

    def _show_output(self) -> None:
        if self._output.value:
            self._output.value, self.showing.description = "", "Show output"
            return
        self._work(self._read_output, self._show)

    def _read_output(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "output.ipynb"
            api.output(self.seen, current=self._watched.current, to=path, header=False)
            return outputs_html(json.loads(path.read_text(encoding="utf-8")))

    def _show(self, shown: str) -> None:
        self._output.value, self.showing.description = shown, "Hide output"

    def _save(self) -> None:
        self._work(self._watched.output, self._saved)

    def _saved(self, path: Path) -> None:
        self._said.value = f"<div>Written to <code>{escape(path)}</code></div>"

    def _work(self, function: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do something that takes time, beside whatever the kernel does."""

        def work() -> None:
            try:
                self._said.value = ""
                then(function())
            except Exception as error:  # noqa: BLE001 - nobody else would see it
                self._said.value = error_html(error)
                self.resuming.disabled = False
                self._cancelled(None)

        threading.Thread(target=work, name="nbflow-live", daemon=True).start()
