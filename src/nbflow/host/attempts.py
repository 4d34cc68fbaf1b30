"""One attempt of one step: a kernel of its own, cell after cell."""

from __future__ import annotations

import asyncio
import copy
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.host.drafts import Draft
from nbflow.host.executors import KernelLostError, Place
from nbflow.host.forked import Forked
from nbflow.model import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.host.executors import Executor, Reply
    from nbflow.host.meters import Meter
    from nbflow.host.nursery import Nursery
    from nbflow.host.shortages import Limit
    from nbflow.model import Usage
    from nbflow.runtime import Group

__all__ = ["Attempt", "Stopped"]

_GRACE = 3.0
"""Seconds that a kernel has to end a cell after an interrupt, before it is killed."""
_BEAT = 0.5
"""Seconds between looks at whether a long cell has put something out."""
_ABORTED = {-signal.SIGABRT, -signal.SIGSEGV}


@dataclass(frozen=True)
class Stopped:
    """Why an attempt was stopped from outside: `Timeout` or `Interrupted`, and a sentence."""

    ename: str
    evalue: str


class Attempt:
    """Executes a step notebook and keeps it on disk as it grows.

    Attributes:
        died: the kernel ended by itself, or was killed, so that another attempt may succeed.
        usage: what it used, once it has ended; None where no kernel started.
    """

    def __init__(
        self,
        notebook: Mapping[str, Any],
        *,
        path: Path,
        folder: Path,
        log: Path,
        env: Mapping[str, str],
        watch: Callable[[str, bool], None],
        nursery: Nursery | None = None,
        limit: Limit | None = None,
        alone: bool = False,
        grew: Callable[[int], None] | None = None,
        heard: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Prepare an attempt.

        Args:
            notebook: the step notebook, values in place.
            path: where the executed notebook goes.
            folder: the kernel's first working directory.
            log: where what the kernel process itself says goes.
            env: the kernel's environment.
            watch: called with a cell's id and False when it starts, True when it has ended.
            nursery: where the kernel may be forked from; it is started by Jupyter where None, or
                where a forked one would be another than the notebook names.
            limit: what the kernel and all that it starts may use, None for what the machine has.
            alone: nothing else runs in the cgroup of this process, as in a pod.
            grew: told of the kernel's peak memory, in bytes, as it grows.
            heard: given the running cell when it has put something out.
        """
        self._notebook: dict[str, Any] = copy.deepcopy(dict(notebook))
        self._draft = Draft(self._notebook, path)
        self._log = log
        self._watch = watch
        self._stopped: Stopped | None = None
        self._killer: asyncio.Task[None] | None = None
        self.died = False
        self.usage: Usage | None = None
        self._limit = limit
        self._alone = alone
        self._grew = grew
        self._group: Group | None = None
        self._meter: Meter | None = None
        self._following: asyncio.Task[None] | None = None
        self._heard = heard
        self._running: dict[str, Any] | None = None
        place = Place(folder, log, env, self._touched)
        self._kernel = _executor(self._notebook, place, nursery)

    async def run(self, *, timeout: float | None) -> Failure | None:
        """Execute all cells; what went wrong, or None.

        Args:
            timeout: seconds for all of it, None for no limit.
        """
        limit = Stopped("Timeout", f"the step took longer than {timeout:g} s" if timeout else "")
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(timeout, self.stop, limit) if timeout else None
        writing = asyncio.create_task(self._keep_writing())
        try:
            self._draft.write()
            failure = await self._run()
        except OSError as error:
            failure = self._unwritten(error)
        finally:
            if alarm is not None:
                alarm.cancel()
            writing.cancel()
            await self._end()
        self.usage = self._measured()
        if self._group is not None:
            self._group.remove()
        try:
            self._notebook["metadata"] |= self._kernel.metadata()
            if self.usage is not None:
                about = self._notebook["metadata"].setdefault("nbflow", {})
                about |= {
                    "usage": self.usage.as_dict(),
                    "stopped_by": None if failure is None else failure.ename,
                }
            self._draft.write()
        except OSError as error:
            failure = failure or self._unwritten(error)
        return failure

    def stop(self, reason: Stopped) -> None:
        """Interrupt the running cell, and kill the kernel if that does not help."""
        if self._stopped is None:
            self._stopped = reason
            self._killer = asyncio.get_running_loop().create_task(self._interrupt())

    async def _interrupt(self) -> None:
        await self._kernel.interrupt()
        await asyncio.sleep(_GRACE)
        await self._kernel.kill()

    async def _run(self) -> Failure | None:
        try:
            await self._start()
        except KernelLostError as error:
            return await self._died(f"the kernel did not start: {error}", cell=None)
        except OSError as error:
            return Failure("MemoryLimit", f"the memory limit cannot be set: {error}")
        for cell in self._notebook["cells"]:
            if self._stopped is not None:
                return self._because(self._stopped, cell=None)
            if cell["cell_type"] != "code":
                continue
            failure = await self._execute(cell)
            if failure is not None:
                return failure
        return None

    def _touched(self) -> None:
        self._draft.touch()
        if self._heard is not None and self._running is not None:
            self._heard(self._running)

    async def _execute(self, cell: dict[str, Any]) -> Failure | None:
        self._watch(cell["id"], False)  # noqa: FBT003
        self._running = cell
        if "".join(cell["source"]).strip():
            try:
                reply = await self._kernel.execute(cell)
            except KernelLostError as error:
                failure = await self._died(str(error), cell=cell["id"])
                _show(failure, cell)
                return failure
            finally:
                if self._meter is not None:
                    self._meter.look()
                self._draft.touch()
                self._draft.keep(cell)
                self._draft.write_if_due()
            if not reply.ok and not _may_fail(cell):
                return self._failed(reply, cell)
        self._watch(cell["id"], True)  # noqa: FBT003
        return None

    def _failed(self, reply: Reply, cell: Mapping[str, Any]) -> Failure:
        if self._stopped is not None:
            return self._because(self._stopped, cell=cell["id"])
        lines = tuple(line for part in reply.traceback for line in part.splitlines())
        failure = Failure(reply.ename, reply.evalue, cell["id"], None, lines)
        if self._limit is None or self._meter is None:
            return failure
        from nbflow.host.shortages import denied, is_denial

        # A program that the kernel had started may have been killed in its place.
        if is_denial(reply.ename) or self._meter.ran_out():
            usage = self._meter.usage(spent=None, memory_limit=self._limit.memory)
            return denied(failure, usage=usage, limit=self._limit)
        return failure

    async def _start(self) -> None:
        """Start the kernel; measure it, and limit it where it is limited, before its first cell.

        Raises:
            KernelLostError: it did not start.
            OSError: it cannot be limited.
        """
        starting = asyncio.create_task(self._kernel.start())
        await asyncio.sleep(0)
        from nbflow.host.meters import Meter  # while the kernel gets ready

        await starting
        pid = self._kernel.pid
        if pid is None and self._limit is not None:
            raise OSError("the kernel's process is not on this machine")
        if pid is None:
            return
        if self._limit is not None:
            self._group = self._limit.fence.confine(pid, memory=self._limit.memory)
        self._meter = Meter(pid, group=self._group, alone=self._alone, grew=self._grew)
        self._following = asyncio.create_task(self._meter.follow())

    def _measured(self) -> Usage | None:
        """What was used so far; None where no kernel started."""
        if self._meter is None:
            return None
        given = None if self._limit is None else self._limit.memory
        return self._meter.usage(spent=self._kernel.spent, memory_limit=given)

    async def _died(self, sentence: str, *, cell: str | None) -> Failure:
        if self._stopped is not None:
            return self._because(self._stopped, cell=cell)
        self.died = True
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        said = tuple(text.splitlines()[-20:])
        status = await self._kernel.status()
        usage = self._measured()
        if status == -signal.SIGKILL and usage and self._meter and self._meter.ran_out():
            from nbflow.host.shortages import killed

            self.died = self._limit is None  # what we limit to is the same the next time
            return killed(cell=cell, usage=usage, limit=self._limit, said=said)
        # Where memory is limited, a library that is given none may end the process.
        hint = self._limit.hint if self._limit and status in _ABORTED else None
        return Failure("KernelDied", sentence + _end_of(status), cell, None, said, hint)

    def _because(self, stopped: Stopped, *, cell: str | None) -> Failure:
        self.died = stopped.ename == "Timeout"
        return Failure(stopped.ename, stopped.evalue, cell)

    def _unwritten(self, error: OSError) -> Failure:
        return Failure(
            type(error).__name__,
            f"the executed notebook cannot be written to {self._draft.path}: {error.strerror}",
        )

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(max(_BEAT, self._draft.wait))
            with suppress(OSError):  # met again, and told, when the cell ends
                self._draft.write_if_due()

    async def _end(self) -> None:
        """Leave no process behind: let the kernel end by itself, else kill it."""
        if self._killer is not None:
            self._killer.cancel()
            await self._kernel.kill()
        if self._following is not None and self._meter is not None:
            self._following.cancel()
            self._meter.look_at_all()
        await self._kernel.end()
        if self._log.exists() and not self._log.stat().st_size:
            self._log.unlink()


def _executor(notebook: dict[str, Any], place: Place, nursery: Nursery | None) -> Executor:
    name = notebook["metadata"]["kernelspec"]["name"]
    if nursery is not None and nursery.can_fork(name, env=place.env):
        return Forked(nursery, place)
    from nbflow.host.foreign import Foreign

    return Foreign(notebook, place)


def _end_of(status: int | None) -> str:
    """How the kernel's process ended, in words."""
    if status == -signal.SIGKILL:
        return ": it was killed (SIGKILL), as a system does that runs out of memory"
    if status is not None and status < 0:
        return f": it was killed by signal {-status} ({signal.Signals(-status).name})"
    return "" if status is None else f": its process ended with status {status}"


def _show(failure: Failure, cell: dict[str, Any]) -> None:
    """Let the cell itself show why it did not end."""
    lines = [f"{failure.ename}: {failure.evalue}", *failure.traceback]
    error = {"output_type": "error", "ename": failure.ename, "evalue": failure.evalue}
    cell["outputs"] = [*cell["outputs"], {**error, "traceback": lines}]


def _may_fail(cell: Mapping[str, Any]) -> bool:
    return "raises-exception" in cell["metadata"].get("tags", ())
