"""Who is told what becomes of a run: Airflow's own notifiers, called by the DAG file."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Call, Code, lay_out
from nbflow.bundles.literals import jinja_text, literal
from nbflow.model import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Channel, Plan

ON_FAILURE, ON_SUCCESS = "tell_of_failure", "tell_of_success"
_IMPORTS = {
    "HttpNotifier": "from airflow.providers.http.notifications.http import HttpNotifier",
    "SmtpNotifier": "from airflow.providers.smtp.notifications.smtp import SmtpNotifier",
}
_CONF = "from airflow.sdk.configuration import conf"
_MASK = "from airflow.sdk.log import mask_secret"
_CELLS_OF_STAGE = 'CELLS.get(context["ti"].task_id.partition(".")[0], "")'
_WIDEST = 84
_SECONDS = 30
"""How long a webhook may take to answer."""

# Jinja fills in when a notice is sent. What it fills in is never read as a template.
_TEMPLATES = {
    "failure": '''\
# What is told of a step that failed: Jinja fills it in.
EXCEPTION = """\\
{% if exception is not defined -%}
it ended without a word
{%- elif exception.ename is defined -%}
{{ exception.ename }}: {{ exception.evalue | string | truncate(2000) }}
{%- else -%}
{{ exception | string | truncate(2000) }}
{%- endif %}"""
FAILED = "{{ dag.dag_id }}: step {{ ti.task_id }} failed"
FAILURE = f"""\\
{FAILED}
{{% if failed_cell.place %}}{{{{ failed_cell.place }}}}
{{% endif %}}{EXCEPTION}
run: {{{{ run_id }}}}, try {{{{ ti.try_number }}}}
{{{{ ti.log_url }}}}"""
''',
    "success": """\
# What is told of a run that went well.
SUCCEEDED = "{{ dag.dag_id }}: a run went well"
SUCCESS_LINK = f"{WEB}/dags/{{{{ dag.dag_id }}}}/runs/{{{{ run_id | urlencode }}}}"
SUCCESS = f"{SUCCEEDED}\\nrun: {{{{ run_id }}}}\\n{SUCCESS_LINK}"
""",
    "late": '''\
# What is told of a run that is late.
LATE = "{{ dag_run.dag_id }}: a run is late"
LATENESS_LINK = (
    f"{WEB}/dags/{{{{ dag_run.dag_id }}}}/runs/{{{{ dag_run.dag_run_id | urlencode }}}}"
)
LATENESS = f"""\\
{LATE}
it has not ended well within %s, and is {{{{ dag_run.state }}}}
run: {{{{ dag_run.dag_run_id }}}}
{LATENESS_LINK}"""
''',
}
# The heading, the text, and further fields for programs.
_EVENTS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "failure": (
        "FAILED",
        "FAILURE",
        {
            "dag_id": "{{ dag.dag_id }}",
            "run_id": "{{ run_id }}",
            "step": "{{ ti.task_id }}",
            "try": "{{ ti.try_number }}",
            "cell": "{{ failed_cell.line }}",
            "cell_number": "{{ failed_cell.number }}",
            "cell_id": "{{ failed_cell.id }}",
            "exception": Code("EXCEPTION"),
            "link": "{{ ti.log_url }}",
        },
    ),
    "success": (
        "SUCCEEDED",
        "SUCCESS",
        {
            "dag_id": "{{ dag.dag_id }}",
            "run_id": "{{ run_id }}",
            "link": Code("SUCCESS_LINK"),
        },
    ),
    "late": (
        "LATE",
        "LATENESS",
        {
            "dag_id": "{{ dag_run.dag_id }}",
            "run_id": "{{ dag_run.dag_run_id }}",
            "state": "{{ dag_run.state }}",
            "link": Code("LATENESS_LINK"),
        },
    ),
}
_WEB = """\
# Where Airflow's web pages are.
WEB = conf.get("api", "base_url", fallback="http://localhost:8080").rstrip("/")
"""
_ESCAPES = {
    "slack": """\
# What would be markup to Slack is text.
FOR_SLACK = (
    '{% filter replace("&", "&amp;") | replace("<", "&lt;") | replace(">", "&gt;") %}'
)
""",
    "email": """\
# What would be markup in an e-mail is text.
FOR_MAIL = "{% filter e %}"
""",
}
_END = 'END = "{% endfilter %}"\n'
_TELL = '''\
def tell(context, *notifiers):
    """Send notices; one that cannot be sent keeps nobody else from theirs."""
    for notifier in notifiers:
        try:%s
            notifier(context)
        except Exception:
            notifier.log.exception("a notice was not sent")
'''
_FAILED_CELL = '''\
def failed_cell(context):
    """The cell that failed, as it stands in the author's notebook, as far as is known."""
    found = cell_id(context)
    cells = %s.split()
    number = str(cells.index(found) + 1) if found in cells else ""
    source = getattr(context.get("exception"), "source", None) or ""
    line = source.strip().partition("\\n")[0][:200]
    place = f"cell {number}".strip() if number or line else ""
    place = f"{place}: {line}" if line else place
    known = found if number else ""
    return {"id": known, "number": number, "line": line, "place": place}
'''
_CELL_ID = '''\
def cell_id(context):
    """The id of the cell that failed, which is not known here."""
    return ""
'''
_ABOUT_CELLS = "# The ids of the cells of %s, in their order.\n"
_HIDE = '''\
def hide_address(notifier):
    """Keep the address of a webhook, which is all it takes to post there, out of the logs."""
    if isinstance(notifier, HttpNotifier):
        host = Connection.get(notifier.http_conn_id).host or ""
        path = host.rpartition("://")[2].partition("/")[2]
        if path:
            mask_secret(f"/{path}")
'''


def notice_imports(plan: Plan) -> tuple[list[str], set[str]]:
    """Lines that import, and names from `airflow.sdk`, that telling needs."""
    notices = plan.pipeline.options.notices
    used = {_notifier(one) for one in plan.channels.values()}
    lines = [_IMPORTS[name] for name in sorted(used)]
    if notices.success or notices.late:
        lines.append(_CONF)
    sdk = {"AsyncCallback", "DeadlineAlert", "DeadlineReference"} if notices.late else set()
    if _hides(plan):
        lines.append(_MASK)
        sdk.add("Connection")
    return lines, sdk


def notice_constants(plan: Plan) -> list[str]:
    """The templates of what is told."""
    notices = plan.pipeline.options.notices
    kinds = {one.kind for one in plan.channels.values()}
    blocks = [_WEB] if notices.success or notices.late else []
    blocks += [_cells(plan), _TEMPLATES["failure"]] if notices.failure else []
    blocks += [_TEMPLATES["success"]] if notices.success else []
    if notices.late_after is not None:
        blocks.append(_TEMPLATES["late"] % format_duration(notices.late_after))
    escapes = [text for kind, text in _ESCAPES.items() if kind in kinds]
    return [*blocks, *(["".join([*escapes, _END])] if escapes else [])]


def notice_functions(plan: Plan, *, find_cell: str = "") -> list[str]:
    """The functions that tell of failure and of success.

    Args:
        plan: what is told of.
        find_cell: the function `cell_id`, which knows how the backend's tasks fail.
    """
    notices = plan.pipeline.options.notices
    told = [
        (ON_FAILURE, "Tell of a step that failed for good.", "failure", notices.failure),
        (ON_SUCCESS, "Tell of a run that went well.", "success", notices.success),
    ]
    functions = [
        f'def {name}(context):\n    """{about}"""\n    {_told(plan, event, channels)}\n'
        for name, about, event, channels in told
        if channels
    ]
    hiding = f"\n{' ' * 12}hide_address(notifier)"
    telling = [_HIDE, _TELL % hiding] if _hides(plan) else [_TELL % ""]
    if notices.failure:
        cells = _CELLS_OF_STAGE if plan.stages else "CELLS"
        functions = [find_cell or _CELL_ID, _FAILED_CELL % cells, *functions]
    return [*telling, *functions] if functions else []


def notice_names(plan: Plan) -> set[str]:
    """The names of the functions, so that no task may take them."""
    notices = plan.pipeline.options.notices
    names = {ON_FAILURE: notices.failure, ON_SUCCESS: notices.success}
    told = {name for name, channels in names.items() if channels}
    told |= {"cell_id", "failed_cell"} if notices.failure else set()
    common = {"Connection", "conf", "hide_address", "mask_secret", "tell"}
    return told | (common if notices.channels else set())


def notice_arguments(plan: Plan) -> dict[str, Any]:
    """What the DAG is given so that it tells of success and of lateness."""
    notices = plan.pipeline.options.notices
    arguments: dict[str, Any] = {}
    if notices.success:
        arguments["on_success_callback"] = Code(ON_SUCCESS)
    if notices.late:
        arguments["deadline"] = [_alert(plan, plan.channels[name]) for name in notices.late]
    return arguments


def after_failure(plan: Plan, others: Any = None) -> dict[str, Any]:
    """What tasks do when they failed for good: what they did before, and tell of it."""
    if not plan.pipeline.options.notices.failure:
        return {}
    own = Code(ON_FAILURE)
    return {"on_failure_callback": own if others is None else [others, own]}


def _cells(plan: Plan) -> str:
    """By which the number of a cell is known, in the notebook that its author has."""
    if not plan.stages:
        return f"{_ABOUT_CELLS % 'the notebook'}CELLS = {_ids(plan)}\n"
    lines = [
        f"    {literal(one.stage.name)}: {_ids(one.plan)},\n"
        for one in plan.stages
        if one.plan is not None
    ]
    return f"{_ABOUT_CELLS % 'each notebook'}CELLS = {{\n{''.join(lines)}}}\n"


def _ids(plan: Plan) -> str:
    text = " ".join(cell.id for cell in plan.pipeline.document.cells)
    lines = textwrap.wrap(text, _WIDEST, break_long_words=False, break_on_hyphens=False)
    return '"""\\\n' + "\n".join(lines) + '"""'


def _told(plan: Plan, event: str, channels: tuple[str, ...]) -> str:
    notifiers = [
        Call(_notifier(plan.channels[name]), (), dict(_arguments(plan.channels[name], event)))
        for name in channels
    ]
    looked = 'context["failed_cell"] = failed_cell(context)\n    ' if event == "failure" else ""
    return looked + lay_out(Call("tell", [Code("context"), *notifiers]), indent=4)


def _alert(plan: Plan, channel: Channel) -> Call:
    kwargs = dict(_arguments(channel, "late"))
    kwargs.pop("extra_options", None)  # Airflow's triggerer has limits of its own
    return Call(
        "DeadlineAlert",
        (),
        {
            "reference": Code("DeadlineReference.DAGRUN_QUEUED_AT"),
            "interval": plan.pipeline.options.notices.late_after,
            "callback": Call("AsyncCallback", [Code(_notifier(channel))], {"kwargs": kwargs}),
        },
    )


def _hides(plan: Plan) -> bool:
    """Whether functions of the DAG file tell a webhook."""
    notices = plan.pipeline.options.notices
    return any(plan.channels[one].kind != "email" for one in (*notices.failure, *notices.success))


def _notifier(channel: Channel) -> str:
    return "SmtpNotifier" if channel.kind == "email" else "HttpNotifier"


def _arguments(channel: Channel, event: str) -> Iterator[tuple[str, Any]]:
    heading, text, fields = _EVENTS[event]
    if channel.kind == "email":
        yield "smtp_conn_id", channel.connection
        if channel.sender is not None:
            yield "from_email", channel.sender
        yield "to", list(channel.to)
        yield "subject", Code(heading)
        yield "html_content", Code(f'f"<pre>{{FOR_MAIL}}{{{text}}}{{END}}</pre>"')
        return
    yield "http_conn_id", channel.connection
    if channel.path is not None:
        yield "endpoint", jinja_text(channel.path)
    if channel.kind == "slack":
        yield "json", {"text": Code(f'f"{{FOR_SLACK}}{{{text}}}{{END}}"')}
    else:
        yield "json", {"event": event, **fields}
    yield "extra_options", {"timeout": _SECONDS}
