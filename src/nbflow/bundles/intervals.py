"""The data interval of a run as values of its parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.bundles.layout import Call, Code, assign, lay_out
from nbflow.bundles.parameters import wire_default

if TYPE_CHECKING:
    from nbflow.model import Plan

IMPORT = "from zoneinfo import ZoneInfo"
VALUES = "values_of"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def interval_constants(plan: Plan) -> list[str]:
    """What the function uses; nothing where no parameter gets an end of the data interval."""
    names = plan.pipeline.options.interval.names
    if not names:
        return []
    defaults = _defaults(plan)
    zone = assign("TIMEZONE", Call("ZoneInfo", (plan.pipeline.options.timezone,)))
    return [
        "# What the parameters are that get the data interval of a run, if nobody gives them.\n"
        + assign("DEFAULTS", {name: defaults[name] for name in names})
        + f"\n{zone}\n"
    ]


def interval_function(plan: Plan) -> list[str]:
    """The function that says what a run is given, where that is more than its parameters."""
    names = plan.pipeline.options.interval.names
    if not names:
        return []
    defaults = _defaults(plan)
    ends = "".join(
        f"    {end} = dag_run.data_interval_{end}.astimezone(TIMEZONE)\n"
        for end in sorted(set(names.values()), reverse=True)
    )
    values = {
        name: Code(f"{end}{'.date()' if _is_date(defaults[name]) else ''}.isoformat()")
        for name, end in names.items()
    }
    text = (
        f"def {VALUES}(params, dag_run):\n"
        '    """What a run is given; one of the schedule or a backfill gets its interval."""\n'
        "    given = dict(params)\n"
        '    if dag_run.run_type not in ("scheduled", "backfill"):\n'
        "        return given\n"
        f"{ends}"
        f"    {lay_out(values, before='interval = ', indent=4)}\n"
        "    return given | {k: v for k, v in interval.items() if given[k] == DEFAULTS[k]}\n"
    )
    return [text]


def _defaults(plan: Plan) -> dict[str, object]:
    return {one.name: wire_default(one) for one in plan.pipeline.parameters}


def _is_date(default: object) -> bool:
    """Whether a default is a day: then so is what takes its place."""
    return isinstance(default, str) and _DATE.fullmatch(default) is not None
