"""The parts of a DAG file that are the same whatever its tasks are: the DAG, a task, an edge."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.bundles.intervals import VALUES
from nbflow.bundles.layout import Call, Code, lay_out
from nbflow.bundles.literals import comment_text
from nbflow.bundles.notices import after_failure, notice_arguments
from nbflow.bundles.outlets import outlets
from nbflow.bundles.params import param
from nbflow.bundles.schedules import schedule_arguments
from nbflow.bundles.sentences import cells_sentence, headline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from nbflow.model import Plan, PlannedStage, PlannedStep


@dataclass(frozen=True)
class Frame:
    """What a backend adds to the DAG file.

    Attributes:
        standard: its imports from the standard library, as lines.
        providers: its other imports from Airflow, as lines.
        sdk: the names that it takes from `airflow.sdk`.
        constants: blocks of assignments, before those of the parameters and after.
        functions: functions and classes.
        find_cell: the function `cell_id(context)`, which returns the id of the cell that failed, or
            nothing; where a pipeline tells of failures.
        made: statements behind these.
        default_arguments: what all tasks have in common.
        params: further parameters of a run, by name.
        dag_arguments: what the DAG is given beside what all backends give it.
        task: a step's task, without what all backends say of it; of a stage, where the pipeline
            has several notebooks.
        group_arguments: what the tasks of a stage have in common.
    """

    providers: Sequence[str]
    task: Callable[[PlannedStep, PlannedStage | None], Call]
    standard: Sequence[str] = ()
    sdk: Sequence[str] = ()
    constants: Sequence[str] = ()
    late_constants: Sequence[str] = ()
    functions: Sequence[str] = ()
    find_cell: str = ""
    made: Sequence[str] = ()
    default_arguments: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    dag_arguments: Mapping[str, Any] = field(default_factory=dict)
    group_arguments: Callable[[PlannedStage], Any] = lambda _: {}

    @property
    def names(self) -> set[str]:
        """The names that the file takes, so that no task may."""
        lines = [*self.standard, *self.providers]
        words = [word for line in lines for word in line.split("import ")[1].split(",")]
        imported = {word.strip("() \n") for word in words}
        heads = (re.search(r"^(?:def|class) (\w+)", block, re.M) for block in self.functions)
        defined = {head[1] for head in heads if head}
        return {"datetime", "pendulum", "timedelta", VALUES, *self.sdk, *imported, *defined}


def dag_line(plan: Plan, frame: Frame) -> str:
    """How the DAG begins."""
    return lay_out(Call("with DAG", (), _dag_arguments(plan, frame)), after=":")


def _dag_arguments(plan: Plan, frame: Frame) -> dict[str, Any]:
    options = plan.pipeline.options
    title = headline(plan.pipeline)
    arguments: dict[str, Any] = {"dag_id": plan.dag_id}
    if title:
        arguments["description"] = title
    if options.description and options.description.strip() != title:
        arguments["doc_md"] = Code("DESCRIPTION")
    arguments |= schedule_arguments(plan)
    arguments["max_active_runs"] = plan.max_active_runs
    arguments["is_paused_upon_creation"] = False
    if options.tags:
        arguments["tags"] = sorted(set(options.tags))
    arguments |= {**frame.dag_arguments, **notice_arguments(plan)}
    retries, retry_delay = _usual_retries(plan)
    arguments["default_args"] = {
        "owner": plan.owner,
        "retries": retries,
        "retry_delay": retry_delay,
        **frame.default_arguments,
        **after_failure(plan, frame.default_arguments.get("on_failure_callback")),
    }
    params = {one.name: param(one) for one in plan.pipeline.parameters} | dict(frame.params)
    if params:
        arguments["params"] = params
    return arguments


def step_task(
    plan: Plan, step: PlannedStep, frame: Frame, *, stage: PlannedStage | None = None
) -> Call:
    """A step's task.

    Args:
        plan: of the whole pipeline.
        step: the step, with the name that it has in its notebook.
        frame: what the backend says.
        stage: the stage that it is in, where there are several notebooks.
    """
    own = frame.task(step, stage)
    whose = plan if stage is None or stage.plan is None else stage.plan
    arguments: dict[str, Any] = {
        "task_id": step.name,
        "doc_md": cells_sentence(whose.pipeline, step.step),
    }
    common: dict[str, Any] = {}
    retries, retry_delay = _usual_retries(plan)
    if step.retries != retries:
        common["retries"] = step.retries
    if step.retry_delay != retry_delay:
        common["retry_delay"] = step.retry_delay
    if step.timeout is not None:
        common["execution_timeout"] = step.timeout
    made = outlets(whose, step)
    if made:
        common["outlets"] = made
    keywords = dict(own.keywords or {})
    last = {key: keywords.pop(key) for key in ("executor_config",) if key in keywords}
    return Call(own.function, own.arguments, {**arguments, **keywords, **common, **last})


def _usual_retries(plan: Plan) -> tuple[int, timedelta]:
    counts = Counter((step.retries, step.retry_delay) for step in plan.steps)
    return max(counts, key=lambda pair: (counts[pair], pair))


def edge_lines(why: str, upstream: str, downstream: str, *, width: int = 84) -> Iterator[str]:
    """An edge between two variables, with its reasons above it, in lines of this width."""
    yield from textwrap.wrap(
        comment_text(why),
        width,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    line = f"{upstream} >> {downstream}"
    if len(line) > width:
        indent = " " * (88 - width)
        line = f"{downstream}.set_upstream(\n{indent}    {upstream},\n{indent})"
    yield line
