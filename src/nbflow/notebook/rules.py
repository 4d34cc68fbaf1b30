"""The rules of this room: tags and options, parameters, files."""

from __future__ import annotations

from nbflow.model import Rule, Severity

_E, _W = Severity.ERROR, Severity.WARNING

NEAR_MISS = Rule(
    "NB101",
    "near-miss-tag",
    _W,
    "A tag is nearly one of nbflow's. As it stands it means nothing.",
    "Correct the tag, or rename it if it belongs to another tool.",
)
BAD_TAG = Rule(
    "NB102",
    "bad-tag",
    _E,
    "A tag of nbflow's has an argument that makes no sense.",
    "Correct the tag; `docs/tags.md` lists the forms.",
)
ROLES_CONFLICT = Rule(
    "NB103",
    "conflicting-roles",
    _E,
    "The tags of one cell say that it is two things at once.",
    "Keep one of the tags, or split the cell.",
)
OPTIONS_CONFLICT = Rule(
    "NB104",
    "conflicting-options",
    _E,
    "One step is given two different values of the same option.",
    "Keep one of the two.",
)
OPTION_WITHOUT_STEP = Rule(
    "NB105",
    "option-without-step",
    _E,
    "A tag that configures a step stands on a cell that belongs to no step.",
    "Give the cell a `step:NAME` tag, or move the tag to a cell of the step that it is for.",
)
OPTION_WITHOUT_EFFECT = Rule(
    "NB106",
    "option-without-effect",
    _W,
    "A tag that configures a step stands on a cell that runs in every step or in none.",
    "Move the tag to a cell of the step that it is for.",
)
TAG_ON_TEXT = Rule(
    "NB107",
    "tag-on-text",
    _W,
    "A tag of nbflow's stands on a Markdown or raw cell, where it means nothing.",
    "Move the tag to a code cell.",
)
INJECTED_CELL = Rule(
    "NB108",
    "injected-cell",
    _W,
    "The notebook was executed, by papermill or in a run, and has a cell with what it was given "
    "then. The cell is skipped, as papermill does when it runs such a notebook again.",
    "Delete the cell, and set lasting values in the `parameters` cell.",
)
REPAIRED_ID = Rule(
    "NB109",
    "repaired-cell-id",
    _W,
    "Two cells have the same id, or an id is not valid. The cell goes by another id here.",
    "Open the notebook in Jupyter and save it; that gives every cell an id of its own.",
)
BAD_OPTIONS = Rule(
    "NB110",
    "bad-options",
    _E,
    "`metadata.nbflow` does not follow its schema.",
    "Correct the notebook's metadata; `docs/options.md` lists the keys.",
)
BAD_NAME = Rule(
    "NB111",
    "bad-pipeline-name",
    _E,
    "The pipeline's name cannot be the id of an Airflow DAG.",
    "Use letters, digits, `_`, `-` and `.` only, at most 250 of them.",
)
BAD_SCHEDULE = Rule(
    "NB112",
    "bad-schedule",
    _E,
    "The schedule, its time zone or its start cannot be understood.",
    "Write a cron expression of five fields or a preset such as `@daily`, an IANA time zone "
    "such as `Europe/Berlin`, and an ISO date such as `2026-01-31`.",
)
UNKNOWN_STEP = Rule(
    "NB113",
    "options-for-unknown-step",
    _E,
    "`metadata.nbflow.steps` configures a step that no cell is tagged with.",
    "Correct the name, or tag the step's first cell with `step:NAME`.",
)
KALE_DROPPED = Rule(
    "NB114",
    "kale-setting-not-carried",
    _W,
    "A setting of Kale's has no counterpart here and is not carried over.",
    "See the hint of the finding; remove the setting when it is not needed.",
)
NOTEBOOK_STEP = Rule(
    "NB115",
    "bad-notebook-step",
    _E,
    "A `notebook:` cell has no `notebook_path`, holds code, or leaves code after it to no step.",
    "Set `notebook_path` in the cell's metadata, and tag the code after it with `step:NAME`.",
)
NO_METRICS = Rule(
    "NB116",
    "no-metrics",
    _W,
    "A `pipeline-metrics` cell names no value to record.",
    "Write one `print(name)` or a bare `name` on a line of its own for each value.",
)
BAD_TAGS = Rule(
    "NB117",
    "tags-not-a-list",
    _W,
    "The tags in a cell's metadata are not a list of strings.",
    "Set the tags in JupyterLab's property inspector.",
)

BAD_PARAMETERS_CODE = Rule(
    "NB201",
    "parameters-syntax-error",
    _E,
    "A parameters cell is not valid Python.",
    "Correct the line.",
)
DERIVED_PARAMETER = Rule(
    "NB202",
    "derived-parameter",
    _W,
    "A parameter's default is computed from another parameter. Values given to a run replace "
    "the defaults after the cell has run, so the derived value does not follow.",
    "Move the line to the next cell, or give both parameters.",
)
SHADOWED_BUILTIN = Rule(
    "NB203",
    "parameter-shadows-builtin",
    _W,
    "A parameter has the name of a Python builtin, which every step then cannot use.",
    "Rename the parameter.",
)
SECRET_PARAMETER = Rule(
    "NB204",
    "secret-in-parameter",
    _E,
    "A parameter's default looks like a password or key. It would be stored in the notebook, "
    "the DAG and every executed notebook.",
    "Read it from the environment and declare it with a tag `secret:NAME:KEY:ENV`.",
)
REBOUND_PARAMETER = Rule(
    "NB205",
    "parameter-bound-twice",
    _W,
    "A parameter is assigned twice; the last value is the default.",
    "Remove one of the assignments.",
)
UNKNOWN_PARAMETER = Rule(
    "NB206",
    "unknown-parameter",
    _E,
    "`metadata.nbflow.parameters` describes a parameter that no parameters cell binds.",
    "Correct the name, or assign the parameter in the cell tagged `parameters`.",
)
BAD_DEFAULT = Rule(
    "NB207",
    "default-against-constraint",
    _E,
    "A parameter's default breaks its own constraint, so no run could start without a value.",
    "Change the default or the constraint in `metadata.nbflow.parameters`.",
)
RESERVED_PARAMETER = Rule(
    "NB208",
    "reserved-parameter",
    _E,
    "A parameter's name begins with `nbflow_`, which step notebooks use themselves.",
    "Rename the parameter.",
)
ANNOTATION_MISMATCH = Rule(
    "NB209",
    "annotation-mismatch",
    _W,
    "A parameter's annotation does not fit its default; the default's type counts.",
    "Change the annotation or the default.",
)
NO_DEFAULT = Rule(
    "NB210",
    "parameter-without-default",
    _W,
    "A name in a parameters cell is annotated but gets no value, so it is no parameter.",
    "Give it a default: `name: type = value`.",
)
FOREIGN_PARAMETERS = Rule(
    "NB211",
    "parameters-not-read",
    _W,
    "A parameters cell is not Python; its values cannot be given to a run.",
    "Use a Python kernel and plain Python in the parameters cell.",
)

MISSING_FILE = Rule(
    "NB701",
    "missing-file",
    _W,
    "The code reads a file that is neither beside the notebook nor written by an earlier step.",
    "Put the file beside the notebook, or correct its path.",
)
OUTSIDE_FILE = Rule(
    "NB702",
    "file-outside",
    _W,
    "The code reads a path outside the notebook's folder, which does not travel with it.",
    "Move the file beside the notebook, or keep it in the store or on a volume that every step "
    "can see.",
)
TOO_LARGE = Rule(
    "NB703",
    "files-too-large",
    _E,
    "The files beside the notebook that it uses are too large to travel in a bundle.",
    "Keep large data in the store or on a volume, and read it from there by its address.",
)
NO_SUCH_FILES = Rule(
    "NB704",
    "declared-file-missing",
    _E,
    "A pattern in `metadata.nbflow.files`, or a notebook that a step runs, matches no file.",
    "Correct the path; it is relative to the notebook.",
)
BAD_MODULE = Rule(
    "NB705",
    "unreadable-module",
    _W,
    "A module beside the notebook is not valid Python, so what it imports is not known.",
    "Correct the module.",
)
UNREADABLE_FILE = Rule(
    "NB706",
    "unreadable-file",
    _E,
    "A file beside the notebook that has to travel with it cannot be read.",
    "Give yourself permission to read it, or leave it out.",
)
HIDDEN_FILE = Rule(
    "NB707",
    "hidden-file",
    _W,
    "The code reads a hidden file, such as `.env`. Hidden files often hold secrets and do not "
    "travel with the notebook.",
    "Declare secrets with tags `secret:NAME:KEY:ENV`; name any other hidden file in "
    "`metadata.nbflow.files`.",
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (value for value in list(globals().values()) if isinstance(value, Rule)),
        key=lambda rule: rule.code,
    )
)
