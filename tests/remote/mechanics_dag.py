"""Written by hand, as nbflow writes it: proof that Airflow does what nbflow counts on."""

from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG, ExceptionRetryPolicy, Param, RetryAction, RetryRule

FILES = "{{ dag.folder }}/mechanics/0123456789abcdef"
RUN = "{{ dag.folder }}/../store/default/mechanics/{{ run_id }}"
RETRY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="papermill.exceptions.PapermillExecutionError",
            action=RetryAction.FAIL,
            reason="the notebook raised an exception",
        )
    ]
)


def make_output_folder(context):
    Path(context["task"].output_nb).parent.mkdir(parents=True, exist_ok=True)


with DAG(
    "mechanics",
    schedule=None,
    start_date=datetime(2024, 1, 1),
    catchup=False,
    is_paused_upon_creation=False,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=3), "retry_policy": RETRY},
    params={
        "text": Param("007", type="string"),
        "anything": Param(None),
        "count": Param(
            5,
            type=["integer", "string"],
            pattern="^-?[0-9]+$",
            minimum=-9007199254740991,
            maximum=9007199254740991,
        ),
        "big": Param(
            "123456789012345678901234567890", type=["string", "integer"], pattern="^-?[0-9]+$"
        ),
        "rate": Param("Infinity", type=["number", "string"], pattern="^(-?Infinity|NaN)$"),
        "table": Param(
            {"z": [1, 2.0, None, {"é": "O'Brien\n{{ x }}"}], "a": "None"}, type="object"
        ),
        "mode": Param("work", type="string"),
    },
) as dag:
    steps = {
        name: PapermillOperator(
            task_id=name,
            input_nb=f"{FILES}/steps/{name}.ipynb",
            output_nb=f"{RUN}/{name}/try-{{{{ ti.try_number }}}}.ipynb",
            parameters={
                "nbflow_params": "{{ macros.json.dumps(params) }}",
                "nbflow_run": RUN,
                "nbflow_files": f"{FILES}/files",
                "nbflow_attempt": "{{ ti.try_number }}",
            },
            pre_execute=make_output_folder,
        )
        for name in ("zeroth", "after")
    }
    steps["zeroth"] >> steps["after"]
