"""The rules about pipelines of several notebooks."""

from __future__ import annotations

from nbflow.model import Rule, Severity

BAD_PIPELINE_FILE = Rule(
    "NB801",
    "bad-pipeline-file",
    Severity.ERROR,
    "A key or value of a pipeline's file makes no sense.",
    "Correct it; docs/pipelines.md shows what may stand there.",
)
BAD_REFERENCE = Rule(
    "NB802",
    "bad-reference",
    Severity.ERROR,
    "`${…}` refers to a parameter, a stage or a variable that there is not.",
    "Write `${name}` for a parameter of the pipeline, `${stage.variable}` for what a notebook's "
    "variable is at its end.",
)
BAD_CONDITION = Rule(
    "NB803",
    "bad-condition",
    Severity.ERROR,
    "A `when` is no condition that can be looked at without running code.",
    "Write references and plain values with ==, !=, <, <=, >, >=, in, and, or, not.",
)
STAGE_NOTEBOOK = Rule(
    "NB804",
    "stage-notebook",
    Severity.ERROR,
    "The notebook of a stage cannot be read.",
    "Name it by its path relative to the pipeline's file.",
)
STAGE_PARAMETER = Rule(
    "NB805",
    "stage-parameter",
    Severity.ERROR,
    "A stage gives its notebook a parameter that the notebook does not have, or of another type.",
    "Give it what its parameters cell has.",
)
STAGE_CIRCLE = Rule(
    "NB806",
    "stage-circle",
    Severity.ERROR,
    "Stages need each other in a circle, so none of them can begin.",
    "Take away one of the references, or one `after`.",
)
NOT_A_LIST = Rule(
    "NB807",
    "not-a-list",
    Severity.ERROR,
    "`foreach` goes over something that is no list.",
    "Name a list, a parameter whose default is one, or a variable that holds one.",
)
STAGE_OPTION_UNUSED = Rule(
    "NB808",
    "stage-option-unused",
    Severity.WARNING,
    "A notebook's own schedule, owner or notices do not count where it is a stage of a pipeline.",
    "Say it in the pipeline's file, or take it out of the notebook's metadata.",
)
STAGE_TEAM = Rule(
    "NB809",
    "stage-team",
    Severity.ERROR,
    "A notebook belongs to a team that the pipeline which runs it does not belong to.",
    "Give the pipeline that team.",
)

UNUSED_PARAMETER = Rule(
    "NB810",
    "unused-parameter",
    Severity.WARNING,
    "No stage takes a parameter of the pipeline, so what a run is given for it changes nothing.",
    'Give it to a stage, `parameters: {NAME: "${NAME}"}`, or take it away.',
)

RULES = (
    BAD_PIPELINE_FILE,
    BAD_REFERENCE,
    BAD_CONDITION,
    STAGE_NOTEBOOK,
    STAGE_PARAMETER,
    STAGE_CIRCLE,
    NOT_A_LIST,
    STAGE_OPTION_UNUSED,
    STAGE_TEAM,
    UNUSED_PARAMETER,
)
