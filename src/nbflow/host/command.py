"""The command line of `python -m nbflow.host`: run one step notebook, as a pod does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import Interrupted, NbflowError, StepFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run"]

_EXAMPLE = """\
example:
  python -m nbflow.host dags/train/0123456789abcdef/steps/fit.ipynb --run s3://runs/train/manual-1

It ends with 0 where the step went well, with 10 where it failed, with 130 where it was stopped,
with 2 where the notebook cannot be run, with 6 where the run's folder cannot be reached.
"""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one step notebook; returns the exit status of the command line's contract."""
    given = _parser().parse_args(arguments)
    try:
        return _run(given)
    except NbflowError as error:
        _tell(f"error: {error}")
        if error.hint:
            _tell(f"  {error.hint}")
        return error.exit_status


def _run(given: argparse.Namespace) -> int:
    from nbflow.host.deliveries import delivery

    try:
        json.loads(given.params)
    except ValueError as error:
        raise UsageError(f"--params is not JSON: {error}") from None
    run = given.run if "://" in given.run else str(Path(given.run).absolute())
    with delivery(given.notebook) as arrived:
        from nbflow.host.steps import Given, run_step  # while it is on its way

        notebook, files = arrived()
        place = str(Path(given.files or files).absolute())
        values = Given(given.params, run, place, given.attempt)
        bundle = given.notebook.rpartition("/steps/")[0]
        failure = run_step(
            notebook, values, timeout=given.timeout, bundle=bundle or None, tell=_tell
        )
    if failure is None:
        return 0
    stopped = failure.ename == "Interrupted"
    return Interrupted.exit_status if stopped else StepFailed.exit_status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nbflow.host",
        description="Run one step notebook; what it makes goes to the run's folder.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebook", metavar="STEP.ipynb", help="a path, or a URL in a store")
    parser.add_argument("--run", required=True, help="the run's folder: a path, or a URL")
    parser.add_argument("--params", default="{}", help="values given to the run, as JSON")
    parser.add_argument("--files", help="what came with the notebook; ../files beside it")
    parser.add_argument("--attempt", type=int, default=1, help="counted from 1")
    parser.add_argument("--timeout", type=float, help="seconds for all of it")
    return parser


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
