"""Run a step notebook as PapermillOperator does inside its task: `operating.py STEP RUN FILES`.

Prints the seconds of importing papermill and of executing the notebook.
"""

import json
import sys
import time

STEP, RUN, FILES = sys.argv[1:]

started = time.perf_counter()
import papermill  # noqa: E402 - the import is timed

imported = time.perf_counter()
papermill.execute_notebook(
    STEP,
    "executed.ipynb",
    parameters={
        "nbflow_params": "{}",
        "nbflow_run": RUN,
        "nbflow_files": FILES,
        "nbflow_attempt": "1",
    },
    progress_bar=False,
    report_mode=True,
)
ended = time.perf_counter()
print(json.dumps({"importing": imported - started, "executing": ended - imported}))
