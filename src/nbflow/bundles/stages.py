"""The DAG file of several notebooks: a group of tasks for each, and what passes between them."""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.bundles.intervals import VALUES
from nbflow.bundles.layout import LINE, Call, Code, lay_out
from nbflow.bundles.literals import comment_text, jinja_text, literal, width
from nbflow.bundles.notices import notice_names
from nbflow.bundles.outlets import gathering, needs_gathering
from nbflow.bundles.sentences import enumerate_words, reasons_sentence
from nbflow.bundles.tasks import dag_line, edge_lines, step_task
from nbflow.model import Operation, ParameterKind, Reference, as_identifier

if TYPE_CHECKING:
    from nbflow.bundles.tasks import Frame
    from nbflow.model import Condition, Plan, PlannedStage, Stage

__all__ = ["dag", "functions", "given_function", "providers", "sdk_names"]

_LIST = '''\
def as_list(value, what):
    """Items to go over."""
    if not isinstance(value, list):
        raise AirflowFailException(f"{what} is no list, but {value!r}"[:500])
    return value
'''
_NUMBERS = {ParameterKind.INT: "int", ParameterKind.FLOAT: "float"}


def providers(plan: Plan, frame: Frame) -> list[str]:
    """What the stages import beside `airflow.sdk` and what the frame does, as lines."""
    lines = []
    if any(one.stage.approval for one in plan.stages):
        lines.append("from airflow.providers.standard.operators.hitl import ApprovalOperator")
    if _repeated(plan) and not any("AirflowFailException" in one for one in frame.providers):
        lines.append("from airflow.sdk.exceptions import AirflowFailException")
    return lines


def sdk_names(plan: Plan) -> set[str]:
    """What the stages take from `airflow.sdk`."""
    names = set()
    if any(one.plan and not one.stage.foreach for one in plan.stages):
        names.add("TaskGroup")
    if _repeated(plan):
        names |= {"task", "task_group"}
    if any(one.stage.when for one in plan.stages):
        names.add("task")
    return names


def functions(plan: Plan) -> list[str]:
    """What each stage is given, over what it goes, and whether it runs."""
    made = [_given(one, plan) for one in plan.stages if one.plan is not None]
    if _repeated(plan):
        made.insert(0, _LIST)
    for one in plan.stages:
        if one.stage.when is not None:
            made.append(_condition(one.stage, one.stage.when, plan))
        if one.stage.foreach is not None:
            made.append(_items(one.stage, plan))
    return made


def given_function(stage: Stage) -> str:
    """The name of the function that says what a stage is given."""
    return f"given_to_{as_identifier(stage.name)}"


def dag(plan: Plan, frame: Frame) -> str:
    """The DAG with its groups of tasks."""
    variables = _variables(plan, taken=frame.names | notice_names(plan))
    lines = [dag_line(plan, frame)]
    edges: list[str] = []
    for one in plan.stages:
        lines += (f"    {line}" if line else "" for line in _stage(one, plan, frame, variables))
        edges += _edges(one.stage, variables)
    if needs_gathering(plan):
        ends = {one.stage.name: variables[one.stage.name] for one in plan.stages}
        task, binding = gathering(plan, ends, common={})
        lines.append(f"    {task}")
        edges += binding
    body = "\n".join(lines) + "\n"
    return body + "\n" + "".join(f"    {line}\n" for line in edges) if edges else body


def _stage(
    one: PlannedStage, plan: Plan, frame: Frame, variables: Mapping[str, str]
) -> Iterator[str]:
    """The lines of a stage, indented as at the left margin."""
    stage = one.stage
    if stage.when is not None:
        yield f"{variables[f'if {stage.name}']} = if_{as_identifier(stage.name)}()"
    variable = variables[stage.name]
    if one.plan is None:
        yield from _indented(f"{variable} = ", _approval(stage), 4)
        return
    arguments = frame.group_arguments(one)
    named: dict[str, Any] = {"default_args": arguments} if arguments else {}
    if stage.foreach is None:
        group = Call("TaskGroup", (stage.name,), named)
        yield from _indented("with ", group, 4, after=f" as {variable}:")
    else:
        decorator = Call("@task_group", (), {"group_id": stage.name, **named})
        yield ""
        yield from _indented("", decorator, 4)
        yield f"def {_group(stage, variables)}({_argument(stage)}):"
        yield f'    """{_title(stage)}, once for each item."""'
    yield from _tasks(one, plan, frame, variables)
    if stage.foreach is not None:
        each = variables[f"each {stage.name}"]
        call = Call(f"{_group(stage, variables)}.expand", (), {_argument(stage): Code(each)})
        yield ""
        yield f"{each} = {_each_id(stage)}()"
        yield from _indented(f"{variable} = ", call, 4)
        if stage.when is not None:
            yield f"{variables[f'if {stage.name}']} >> {each}"


def _tasks(
    one: PlannedStage, plan: Plan, frame: Frame, variables: Mapping[str, str]
) -> Iterator[str]:
    stage = one.stage
    assert one.plan is not None
    inner = {step.name: variables[f"{stage.name}.{step.name}"] for step in one.plan.steps}
    bound = {n for s in one.plan.steps if s.upstream for n in (*s.upstream, s.name)}
    for step in one.plan.steps:
        call = step_task(plan, step, frame, stage=one)
        if stage.foreach is not None and stage.foreach.parallel is not None:
            keywords = dict(call.keywords or {})
            keywords["max_active_tis_per_dagrun"] = stage.foreach.parallel
            call = Call(call.function, call.arguments, keywords)
        before = f"{inner[step.name]} = " if step.name in bound else ""
        yield from (f"    {line}" for line in _indented(before, call, 8))
    edges = [
        f"    {line}"
        for step in one.plan.steps
        for edge in step.step.edges
        for line in edge_lines(
            reasons_sentence(edge, step.name), inner[edge.step], inner[step.name], width=80
        )
    ]
    yield from ["", *edges] if edges else []


def _indented(before: str, call: Call, indent: int, *, after: str = "") -> list[str]:
    """A call's lines without the indent that they were laid out for."""
    text = lay_out(call, before=before, indent=indent, after=after)
    first, *rest = text.split("\n")
    return [first, *(line[indent:] for line in rest)]


def _approval(stage: Stage) -> Call:
    assert stage.approval is not None
    asked = stage.approval
    arguments: dict[str, Any] = {"task_id": stage.name, "subject": jinja_text(asked.subject)}
    if asked.message:
        arguments["body"] = jinja_text(asked.message)
    if asked.approvers:
        arguments["assigned_users"] = [{"id": name, "name": name} for name in asked.approvers]
    if asked.timeout is not None:
        arguments["response_timeout"] = asked.timeout
    arguments["retries"] = 0  # whoever did not answer in time is not asked again
    return Call("ApprovalOperator", (), arguments)


def _edges(stage: Stage, variables: Mapping[str, str]) -> Iterator[str]:
    """What leads to a stage; a condition and the items come before its group."""
    entry = variables[stage.name]
    if stage.foreach is not None:
        entry = variables[f"each {stage.name}"]
    if stage.when is not None:
        condition = variables[f"if {stage.name}"]
        if stage.foreach is None:
            yield f"{condition} >> {entry}"
        entry = condition
    for name in stage.needs:
        taken = sorted({one.name for one in stage.references if one.stage == name})
        why = f"variable{'' if len(taken) == 1 else 's'} {enumerate_words(taken)}" if taken else ""
        said = "its file says so (after)" if name in stage.after else ""
        reasons = "; ".join(filter(None, (said, why)))
        yield from edge_lines(f"{stage.name} needs {name}: {reasons}", variables[name], entry)


def _given(one: PlannedStage, plan: Plan) -> str:
    stage = one.stage
    given = dict(stage.given)
    values = {name: _value(value, plan) for name, value in sorted(given.items())}
    if stage.foreach is not None:
        items = f"ti.xcom_pull(task_ids={literal(_each_id(stage))})[ti.map_index]"
        values[stage.foreach.parameter] = Code(items)
    values = dict(sorted(values.items()))
    return (
        f"def {given_function(stage)}({_signature(plan, tasks=False)}):\n"
        f'    """{_title(stage)}: what it is given."""\n'
        f"{_prologue(plan, stage)}"
        f"    {lay_out(values, before='return ', indent=4)}\n"
    )


def _condition(stage: Stage, condition: Condition, plan: Plan) -> str:
    """The function that looks at a condition; each value that it compares has a name."""
    names = _value_names(condition)
    values = "".join(
        "    " + lay_out(Code(_number(one, plan)), before=f"{name} = ", indent=4) + "\n"
        for one, name in names.items()
    )
    body = f"    return {_operand(condition.tree, names)}"
    if width(body) > LINE:
        body = "    " + lay_out(_laid_out(condition.tree, names), before="return ", indent=4)
    about = textwrap.wrap(
        comment_text(condition.text),
        84,
        initial_indent="    # ",
        subsequent_indent="    # ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    said = "\n".join(about)
    return (
        f"@task.short_circuit(ignore_downstream_trigger_rules=False)\n"
        f"def if_{as_identifier(stage.name)}({_signature(plan, tasks=True)}):\n"
        f'    """Whether stage {stage.name} runs."""\n'
        f"{said}\n"
        f"{_prologue(plan, stage)}"
        f"{values}"
        f"{body}\n"
    )


def _value_names(condition: Condition) -> dict[Reference, str]:
    """A local variable for each reference of a condition."""
    names: dict[Reference, str] = {}
    for one in dict.fromkeys(condition.references):
        name = one.name if one.stage is None else f"{as_identifier(one.stage)}_{one.name}"
        while keyword.iskeyword(name) or name in {"params", "ti", "dag_run", *names.values()}:
            name += "_"
        names[one] = name
    return names


def _laid_out(tree: Any, names: Mapping[Reference, str]) -> Any:
    """A condition that is too long for a line."""
    if isinstance(tree, Operation) and tree.operator in {"and", "or"}:
        parts = [_laid_out(one, names) for one in tree.operands]
        return Call("all" if tree.operator == "and" else "any", (parts,))
    return Code(_operand(tree, names))


def _items(stage: Stage, plan: Plan) -> str:
    assert stage.foreach is not None
    items = stage.foreach.items
    value = _flat(_value(items, plan))
    what = str(items) if isinstance(items, Reference) else "what it goes over"
    call = Call("as_list", (Code(value), comment_text(what)))
    return (
        "@task\n"
        f"def {_each_id(stage)}({_signature(plan, tasks=True)}):\n"
        f'    """{_title(stage)}: over what it goes."""\n'
        f"{_prologue(plan, stage)}"
        f"    {lay_out(call, before='return ', indent=4)}\n"
    )


def _signature(plan: Plan, *, tasks: bool) -> str:
    names = ["params", "ti", *(["dag_run"] if plan.pipeline.options.interval.names else [])]
    return ", ".join(f"{name}=None" for name in names) if tasks else ", ".join(names)


def _prologue(plan: Plan, stage: Stage) -> str:
    """The data interval among the parameters, where one of them gets it."""
    names = {one.name for one in stage.references if one.stage is None}
    if names & set(plan.pipeline.options.interval.names):
        return f"    params = {VALUES}(params, dag_run)\n"
    return ""


def _value(value: Any, plan: Plan) -> Any:
    match value:
        case Reference():
            return Code(_reference(value, plan))
        case list():
            return [_value(one, plan) for one in value]
        case dict():
            return {key: _value(one, plan) for key, one in value.items()}
    return value


def _flat(value: Any) -> str:
    return value.source if isinstance(value, Code) else literal(value)


def _reference(reference: Reference, plan: Plan) -> str:
    if reference.stage is None:
        return f"params[{literal(reference.name)}]"
    stage = next(one for one in plan.stages if one.stage.name == reference.stage)
    assert stage.plan is not None
    step = next(one.name for one in stage.plan.steps if reference.name in one.step.outputs)
    tasks: Any = f"{reference.stage}.{step}"
    if stage.stage.foreach is not None:
        tasks = [tasks]  # a list of tasks gives a list of values, whatever their number
    return f"ti.xcom_pull(task_ids={literal(tasks)}, key={literal(reference.name)})"


def _operand(tree: Any, names: Mapping[Reference, str]) -> str:
    match tree:
        case Operation():
            parts = [
                f"({text})" if _binds(one) <= _binds(tree) else text
                for one in tree.operands
                for text in (_operand(one, names),)
            ]
            return f"not {parts[0]}" if tree.operator == "not" else f" {tree.operator} ".join(parts)
        case Reference():
            return names[tree]
    return literal(tree)


def _binds(tree: Any) -> int:
    """How closely Python holds together what an operator joins."""
    levels = {"or": 1, "and": 2, "not": 3}
    return levels.get(tree.operator, 4) if isinstance(tree, Operation) else 5


def _number(reference: Reference, plan: Plan) -> str:
    """A parameter, to be compared: numbers that a browser would round come as text."""
    source = _reference(reference, plan)
    for one in plan.pipeline.parameters:
        if one.name == reference.name and one.kind in _NUMBERS and not one.nullable:
            return f"{_NUMBERS[one.kind]}({source})"
    return source


def _repeated(plan: Plan) -> bool:
    return any(one.stage.foreach for one in plan.stages)


def _each_id(stage: Stage) -> str:
    return f"each_of_{as_identifier(stage.name)}"


def _title(stage: Stage) -> str:
    return comment_text(f"Stage {stage.name}, {stage.notebook}")


def _argument(stage: Stage) -> str:
    assert stage.foreach is not None
    return stage.foreach.parameter


def _group(stage: Stage, variables: Mapping[str, str]) -> str:
    return variables[f"group {stage.name}"]


def _variables(plan: Plan, *, taken: set[str]) -> dict[str, str]:
    """The variable of each stage, of its condition, its items and its steps."""
    used = taken | {"task", "task_group", "TaskGroup", "as_list", "ApprovalOperator"}
    for one in plan.stages:
        name = as_identifier(one.stage.name)
        used |= {f"if_{name}", f"each_of_{name}", f"given_to_{name}"}
    names: dict[str, str] = {}
    wanted = {one.stage.name: as_identifier(one.stage.name) for one in plan.stages}
    for one in plan.stages:
        stage = one.stage
        name = wanted[stage.name]
        wanted |= {f"if {stage.name}": f"{name}_runs"} if stage.when else {}
        if stage.foreach:
            wanted |= {f"each {stage.name}": f"{name}_items", f"group {stage.name}": f"{name}_one"}
        for step in one.plan.steps if one.plan else ():
            wanted[f"{stage.name}.{step.name}"] = f"{name}_{step.name}"
    for key, name in wanted.items():
        while keyword.iskeyword(name) or name in used:
            name += "_"
        used.add(name)
        names[key] = name
    return names
