"""JSON schemas of the answers that several endpoints give, by name."""

from __future__ import annotations

from typing import Any

from nbflow.server.schemas import (
    ANYTHING,
    FLAG,
    INTEGER,
    MOMENT,
    NUMBER,
    TEXT,
    VALUES,
    choice,
    listing,
    nullable,
    record,
    reference,
    told,
)

__all__ = ["ANSWERS"]

_WORD = nullable(TEXT)
_WHICH = record({"digest": TEXT, "by": _WORD, "moment": nullable(MOMENT)})
_AMOUNT = nullable(record({"request": _WORD, "limit": _WORD}))
_STATE = choice(
    "queued",
    "running",
    "retrying",
    "success",
    "failed",
    "upstream_failed",
    "skipped",
    "cancelled",
)

_FIX = record(
    {
        "title": told(TEXT, "what is done, in lower case; Markdown"),
        "tags": told(
            listing(
                record(
                    {
                        "cell": told(TEXT, "its id"),
                        "tag": told(_WORD, "as it is written; null for a new one"),
                        "becomes": told(_WORD, "null removes it"),
                    }
                )
            ),
            "tags that change",
        ),
        "options": told(VALUES, "a change of `metadata.nbflow`: null removes, objects are merged"),
        "words": told(
            listing(
                record(
                    {
                        "cell": told(TEXT, "its id"),
                        "line": told(INTEGER, "in the cell, counted from 1; it has the word once"),
                        "word": TEXT,
                        "becomes": TEXT,
                    }
                )
            ),
            "words of the code that change",
        ),
        "removed": told(listing(TEXT), "ids of cells that are deleted"),
    }
)
_DIAGNOSTIC = record(
    {
        "code": TEXT,
        "severity": choice("error", "warning"),
        "message": TEXT,
        "hint": TEXT,
        "cell": told(_WORD, "id of the cell; null for the whole notebook"),
        "line": told(nullable(INTEGER), "in the cell, counted from 1"),
    },
    file=told(TEXT, "another file than the notebook that `line` is in"),
    notebook=told(TEXT, "of a pipeline of several notebooks, the one that is meant"),
    fixes=told(listing(reference("Fix")), "ways to mend it that need no thought; one is chosen"),
)
_ERROR = {
    "type": "object",
    "properties": {
        "code": told(TEXT, "a stable word for programs"),
        "message": TEXT,
        "hint": told(_WORD, "what can be done about it"),
        "status": told(INTEGER, "the HTTP status"),
        "cell": told(_WORD, "id of the cell that it is about"),
        "diagnostics": listing(reference("Diagnostic")),
        "findings": told(listing(VALUES), "what a cluster says of pods, of code `preflight`"),
        "forcible": told(FLAG, "it is done all the same with `force`, or `replace`"),
        "files": told(
            listing(TEXT), "names of those in whose place others are, of code `already-there`"
        ),
        "unseen": told(
            _WHICH,
            "the version that would be replaced by somebody who has not seen it",
        ),
    },
    "required": ["code", "message", "hint", "status"],
    "additionalProperties": True,
}
_PARAMETER = record(
    {
        "name": TEXT,
        "type": TEXT,
        "nullable": FLAG,
        "default": ANYTHING,
        "computed": told(_WORD, "the expression, of a default that is computed in each run"),
        "help": _WORD,
        "schema": told(VALUES, "the JSON schema of its values, the same that Airflow's form has"),
        "secret": told(FLAG, "whether its values should not be seen while they are typed"),
    }
)
_NEEDS = listing(
    record(
        {"step": TEXT, "because": listing(record({"kind": TEXT, "names": listing(TEXT)}))},
    )
)
_STEP = record(
    {
        "name": TEXT,
        "cells": told(listing(TEXT), "ids"),
        "needs": _NEEDS,
        "profile": _WORD,
        "metrics": listing(TEXT),
    }
)
_INSPECTED = record(
    {
        "name": TEXT,
        "notebook": told(TEXT, "its path in the server's contents"),
        "team": _WORD,
        "saved": told(FLAG, "whether it is the saved notebook that was looked at"),
        "parameters": listing(reference("Parameter")),
        "parameters_candidate": told(
            _WORD, "id of a cell of plain values that could be the parameters cell, where none is"
        ),
        "schedule": told(VALUES, "`at` and `timezone`, and what it waits for, makes and notifies"),
        "setup": told(listing(TEXT), "ids of cells that run in every step"),
        "steps": listing(reference("Step")),
        "options": told(VALUES, "`metadata.nbflow`, as it is written"),
        "ok": told(FLAG, "whether nothing that was found stops the work"),
        "diagnostics": listing(reference("Diagnostic")),
    },
    stages=told(listing(VALUES), "of a pipeline of several notebooks"),
)
_PROFILE = record(
    {
        "name": TEXT,
        "default": FLAG,
        "allowed": told(FLAG, "whether the team may use it"),
        "cpu": _AMOUNT,
        "memory": _AMOUNT,
        "disk": _AMOUNT,
        "gpu": nullable(record({"count": INTEGER, "resource": TEXT, "product": _WORD})),
        "image": _WORD,
        "price": told(ANYTHING, "as the settings say it"),
        "fallback": _WORD,
        "escalate_to": _WORD,
    }
)
_FAILURE = record(
    {
        "ename": TEXT,
        "evalue": TEXT,
        "cell": _WORD,
        "cell_index": told(nullable(INTEGER), "its position in the notebook, counted from 1"),
        "traceback": told(listing(TEXT), "lines, with terminal colours"),
        "hint": _WORD,
    }
)
_USAGE = record(
    {
        "wall": NUMBER,
        "cpu": nullable(NUMBER),
        "peak_memory": nullable(INTEGER),
        "measured": TEXT,
        "memory_limit": nullable(INTEGER),
        "gpu_memory": nullable(INTEGER),
        "gpu": nullable(NUMBER),
    }
)
_STEP_RUN = record(
    {
        "name": TEXT,
        "state": _STATE,
        "cells_done": INTEGER,
        "cells_total": INTEGER,
        "cell": told(_WORD, "id of the cell that runs now"),
        "line": told(_WORD, "how that cell begins"),
        "started": nullable(MOMENT),
        "ended": nullable(MOMENT),
        "attempt": INTEGER,
        "failure": nullable(reference("Failure")),
        "kept": FLAG,
        "cached": _WORD,
        "note": _WORD,
        "usage": nullable(reference("Usage")),
        "usual": told(nullable(NUMBER), "seconds that it usually takes; of few runs, took last"),
        "usual_of": told(INTEGER, "of how many earlier runs that is"),
    }
)
_RUN = record(
    {
        "dag_id": TEXT,
        "run_id": TEXT,
        "state": _STATE,
        "steps": told(listing(reference("StepRun")), "none in lists of runs in Airflow"),
        "parameters": VALUES,
        "secret": told(listing(TEXT), "names of parameters whose values look like secrets"),
        "started": told(nullable(MOMENT), "when it began first"),
        "resumed": told(nullable(MOMENT), "when it went on last; its duration counts from then"),
        "ended": nullable(MOMENT),
        "url": told(_WORD, "the run's page in Airflow"),
        "metrics": VALUES,
        "expected_end": nullable(MOMENT),
        "stored": told(
            nullable(FLAG), "whether the store holds anything of it; null where nobody looked"
        ),
        "here": told(FLAG, "whether it is a run on the server's machine, not in Airflow"),
    },
    failure=told(nullable(reference("Error")), "why it failed; of a run that is shown alone"),
)
_GRAPH = record(
    {
        "steps": told(
            listing(record({"name": TEXT, "needs": _NEEDS})),
            "each below all that it needs; none where the run's bundle is gone",
        ),
        "notebook": told(
            _WORD, "the notebook, or the file of several, in the server's contents; null: unknown"
        ),
    }
)
_RUN_FILE = record(
    {
        "name": told(
            TEXT,
            "its path, relative to the notebook; of several notebooks each has a folder of its own",
        ),
        "size": told(INTEGER, "bytes"),
        "step": told(TEXT, "the step that left it as it is"),
    }
)
_JOB = record(
    {
        "id": TEXT,
        "kind": told(TEXT, "the endpoint that began it"),
        "about": told(TEXT, "the notebook or the pipeline"),
        "state": choice("queued", "running", "success", "failed", "cancelled"),
        "version": told(INTEGER, "rises with every change"),
        "said": told(listing(TEXT), "what has happened, in words; the latest last"),
        "run": told(nullable(reference("Run")), "how far it is, of a run"),
        "result": told(ANYTHING, "what came of it; null before"),
        "error": nullable(reference("Error")),
        "started": MOMENT,
        "ended": nullable(MOMENT),
    }
)
_VERSION = record(
    {"digest": TEXT, "by": _WORD, "moment": nullable(MOMENT), "action": TEXT, "kept": FLAG}
)
_PUBLICATION = record(
    {
        "dag_id": TEXT,
        "digest": told(TEXT, "of the version that runs; empty for one that was unpublished"),
        "notebook": TEXT,
        "target": TEXT,
        "dag": TEXT,
        "versions": told(listing(_VERSION), "the newest last"),
    }
)
_PUBLISHED = record(
    {
        "dag_id": TEXT,
        "digest": TEXT,
        "changed": FLAG,
        "dag": TEXT,
        "live_after": told(nullable(NUMBER), "seconds until Airflow had it"),
        "url": _WORD,
        "diagnostics": listing(reference("Diagnostic")),
        "missing": _WORD,
        "review": told(_WORD, "the branch that has it for somebody to merge"),
        "paused": told(FLAG, "Airflow has it and lets no run of it begin"),
        "preflight": nullable(reference("Preflight")),
    }
)
_PREFLIGHT = record(
    {
        "cluster": told(_WORD, "its address; null where it was not reached"),
        "unasked": told(_WORD, "why it was not reached"),
        "hint": _WORD,
        "findings": listing(VALUES),
    }
)
_REACH = record(
    {
        "embedded": told(FLAG, "whether the private Airflow is meant"),
        "state": told(
            choice("ready", "starting", "stopped", "missing", "refused", "unreachable"),
            "`missing`: the private one is not installed; `refused`: it does not let us in",
        ),
        "url": _WORD,
        "user": told(_WORD, "of the private one"),
        "password_file": told(_WORD, "of the private one"),
        "health": told(VALUES, "a word for each component of the private one"),
        "reason": told(_WORD, "why it is not ready"),
        "hint": _WORD,
    }
)

_CHANGE = record(
    {
        "part": TEXT,
        "name": TEXT,
        "sort": told(TEXT, "`new`, `gone` or `changed`"),
        "details": listing(TEXT),
    }
)
_CELL_CHANGE = record(
    {
        "cell": told(TEXT, "its id"),
        "index": told(INTEGER, "its place in the notebook, counted from 1"),
        "sort": told(TEXT, "`new`, `gone` or `changed`"),
        "text": told(TEXT, "its lines as a unified diff"),
        "step": nullable(TEXT),
        "stage": told(nullable(TEXT), "whose notebook it is in, of several"),
    }
)
_DIFFERENCE = record(
    {
        "dag_id": TEXT,
        "changed": FLAG,
        "digest": TEXT,
        "published": nullable(_WHICH),
        "unpublished": told(nullable(_WHICH), "what was taken away and is kept"),
        "changes": listing(_CHANGE),
        "cells": told(listing(_CELL_CHANGE), "those whose code, or text, changes"),
        "text": told(TEXT, "the unified diff of the DAG file"),
        "previous_runs": told(listing(MOMENT), "the next times as it is published"),
        "next_runs": listing(MOMENT),
        "at_once": told(
            nullable(listing(MOMENT)), "both ends of the interval that runs as soon as it is live"
        ),
        "first_run": told(TEXT, "that in words"),
        "another": told(
            nullable(TEXT),
            "the notebook, within its project, that another one of this name is published from",
        ),
        "summary": TEXT,
    }
)

ANSWERS: dict[str, dict[str, Any]] = {
    "Airflow": _REACH,
    "Diagnostic": _DIAGNOSTIC,
    "Error": _ERROR,
    "Difference": _DIFFERENCE,
    "Failure": _FAILURE,
    "Fix": _FIX,
    "Graph": _GRAPH,
    "Inspected": _INSPECTED,
    "Job": _JOB,
    "Parameter": _PARAMETER,
    "Preflight": _PREFLIGHT,
    "Profile": _PROFILE,
    "Publication": _PUBLICATION,
    "Published": _PUBLISHED,
    "Run": _RUN,
    "RunFile": _RUN_FILE,
    "Step": _STEP,
    "StepRun": _STEP_RUN,
    "Usage": _USAGE,
}
