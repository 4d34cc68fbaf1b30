"""The findings that the analysis can make."""

from __future__ import annotations

from nbflow.model import Rule, Severity

__all__ = ["RULES"]

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

SYNTAX = Rule(
    "NB300",
    "syntax-error",
    _ERROR,
    "A cell is not Python: it would fail in any kernel, and nothing can be said of the others.",
    "Correct the cell, or tag it `skip`.",
)
UNDEFINED = Rule(
    "NB301",
    "undefined-name",
    _ERROR,
    "A step reads a name that nothing before it binds; the kernel would raise NameError.",
    "Bind the name in an earlier cell, or import it.",
)
BOUND_LATER = Rule(
    "NB302",
    "bound-later",
    _ERROR,
    "A step reads a name that only a later cell binds: the notebook was executed out of order.",
    "Move the cell that binds the name above the cell that reads it.",
)
DELETED = Rule(
    "NB303",
    "deleted-name",
    _ERROR,
    "A step reads a name that an earlier cell deleted with `del`.",
    "Remove the `del`, or bind the name again before it is read.",
)
DYNAMIC = Rule(
    "NB304",
    "dynamic-code",
    _WARNING,
    "Code that is made at run time (exec, eval, globals(), %run) cannot be followed: names that"
    " it reads or binds may be missing in a step.",
    "Write the names out, or keep this code and what depends on it in one step.",
)
HISTORY = Rule(
    "NB305",
    "output-history",
    _ERROR,
    "A step reads the output history (`_`, `_12`, `Out[12]`, `In`), which is another one in every"
    " step's kernel.",
    "Bind the earlier result to a name and read that name.",
)
SETUP_READS = Rule(
    "NB306",
    "setup-reads-step",
    _ERROR,
    "A setup cell reads a variable that a step computes; setup runs before every step, so the"
    " variable is not there.",
    "Move the cell into a step (tag it `step:NAME`), or make the variable in setup as well.",
)
METRIC = Rule(
    "NB307",
    "unknown-metric",
    _ERROR,
    "A metrics cell names a value that its step does not have when it ends.",
    "Bind the name before the metrics cell, or remove it from there.",
)
MAGIC = Rule(
    "NB308",
    "unknown-magic",
    _WARNING,
    "A cell of a magic that nbflow does not know cannot be followed: names that it reads or binds"
    " may be missing in a step.",
    "Keep the cell and what depends on it in one step.",
)
LANGUAGE = Rule(
    "NB309",
    "no-variables",
    _WARNING,
    "The notebook is not Python: no variables are passed between its steps.",
    "Hand data over in files, and declare every edge with `prev:NAME`.",
)
INSTALLS = Rule(
    "NB310",
    "installs-packages",
    _WARNING,
    "A cell installs packages while it runs: slow, and another version may come each time.",
    "Put the packages into the step's image or the environment that Airflow runs in.",
)
DEFINITION_CHANGED = Rule(
    "NB311",
    "definition-reads-changed",
    _ERROR,
    "A definition reads a variable when it is made (a default, a decorator, a base class), and the"
    " variable is another one by the time the definition is used in a later step.",
    "Move the definition and the variable to a setup cell, or put both into the step that uses it.",
)

NAMESPACE = Rule(
    "NB312",
    "namespace-handed-on",
    _ERROR,
    "A step hands on all names at once (`globals()`, `locals()`, `vars()`), but it has only those"
    " names of earlier steps that its code spells out.",
    "Hand on the names that are meant, as in `dict(rate=rate, label=label)`.",
)
ASKS = Rule(
    "NB313",
    "asks-a-person",
    _ERROR,
    "A cell asks a person (`input`, `getpass`, a debugger's prompt); a run has nobody who answers,"
    " and the step would fail.",
    "Bind the answer in the cell tagged `parameters`, or tag the cell that asks `skip`.",
)
MAY_ASK = Rule(
    "NB314",
    "may-ask-a-person",
    _WARNING,
    "A cell may ask a person, under a condition or in a function that is called later; where it"
    " does, a run has nobody who answers, and the step fails.",
    "Bind the answer in the cell tagged `parameters`, or go on without one where nobody answers.",
)

UNKNOWN_PREV = Rule(
    "NB401",
    "unknown-prev",
    _ERROR,
    "`prev:` names a step that the notebook does not have.",
    "Name an existing step, or remove the tag.",
)
SELF_PREV = Rule(
    "NB402",
    "prev-to-itself",
    _ERROR,
    "A step is declared to come after itself.",
    "Remove the tag.",
)
FORWARD_PREV = Rule(
    "NB403",
    "prev-to-later-step",
    _ERROR,
    "`prev:` names a step further down: the pipeline would run cells in another order than the"
    " notebook does, or wait for itself.",
    "Move the step's cells below the step that `prev:` names.",
)
OUTSIDE = Rule(
    "NB404",
    "newer-value-elsewhere",
    _WARNING,
    "The declared `prev:` steps hand over an older value of a variable than the notebook would"
    " have at this cell.",
    "Add `prev:` for the step that binds the variable last, or use another name there.",
)
CONFLICT = Rule(
    "NB405",
    "parallel-changes",
    _ERROR,
    "Two steps that may run at the same time change one object, and a later step reads it: one of"
    " the changes would be lost.",
    "Put one after the other with `prev:`, or let each branch work on its own copy.",
)
INTERLEAVED = Rule(
    "NB406",
    "interleaved-steps",
    _ERROR,
    "A step goes on below another step, and the two exchange values in both directions: neither"
    " can run first.",
    "Give the later cells a step name of their own.",
)
SETUP_EFFECT = Rule(
    "NB408",
    "setup-changes-world",
    _WARNING,
    "A setup cell draws random numbers or changes the world; it runs again in every step.",
    "Move it into a step, seed the generator, or make the cell harmless to repeat.",
)
NO_PREV = Rule(
    "NB409",
    "no-declared-prev",
    _ERROR,
    "The notebook is not Python, so its code is not analysed, and a step declares no `prev:`:"
    " nothing says what it must wait for.",
    "Tag the step `prev:NAME`, for each step that must end first.",
)

UNCROSSABLE = Rule(
    "NB501",
    "cannot-cross",
    _ERROR,
    "A step takes a variable that cannot leave the process it was made in: an open file, a"
    " connection, a lock, a running process, a pool.",
    "Make it in a `setup` cell, which runs in every step.",
)
ITERATOR = Rule(
    "NB502",
    "iterator-crosses",
    _ERROR,
    "A step takes a generator or an iterator, which is used up where it was made and cannot be"
    " stored.",
    "Keep its items: wrap it in `list(...)` where it is made.",
)
CLASS_CHANGED = Rule(
    "NB503",
    "class-cannot-travel",
    _ERROR,
    "A later step uses a class of the notebook that cannot travel there: making it changes"
    " something else, so its source must not run twice, or it is changed after its definition and"
    " a metaclass hides what.",
    "Write the change into the class, or define and change it in a `setup` cell.",
)
CACHED = Rule(
    "NB504",
    "cached-call-differs",
    _ERROR,
    "A function with a cache (`lru_cache`, `cache`, `joblib.Memory`) is used in several steps. A"
    " cache does not leave its process, and computing again is not the same: the function draws"
    " random numbers, writes files, reads the clock or changes variables, or its result is changed"
    " in place.",
    "Call it once, bind the result to a name and read that name in later steps.",
)
CACHED_OUTPUT = Rule(
    "NB505",
    "cached-call-prints",
    _WARNING,
    "A function with a cache prints, and is used in several steps: each step computes and prints"
    " again what the notebook has in the cache.",
    "Call it once and bind the result to a name, or print where the result is used.",
)
DISPLAY_ELSEWHERE = Rule(
    "NB506",
    "display-of-another-step",
    _ERROR,
    "A step updates a display (`update_display`, or `display` with the same `display_id`) that a"
    " cell of another step shows; a step reaches only its own cells' outputs.",
    "Show and update the display in one step, or show what is new in a display of its own.",
)

RULES: tuple[Rule, ...] = (
    SYNTAX,
    UNDEFINED,
    BOUND_LATER,
    DELETED,
    DYNAMIC,
    HISTORY,
    SETUP_READS,
    METRIC,
    MAGIC,
    LANGUAGE,
    INSTALLS,
    DEFINITION_CHANGED,
    NAMESPACE,
    ASKS,
    MAY_ASK,
    UNKNOWN_PREV,
    SELF_PREV,
    FORWARD_PREV,
    OUTSIDE,
    CONFLICT,
    INTERLEAVED,
    SETUP_EFFECT,
    NO_PREV,
    UNCROSSABLE,
    ITERATOR,
    CLASS_CHANGED,
    CACHED,
    CACHED_OUTPUT,
    DISPLAY_ELSEWHERE,
)
