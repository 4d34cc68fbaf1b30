"""What Airflow's import errors mean, in the words of the notebook."""

import pytest

from nbflow.checks import find_import_error
from nbflow.model import Cell, Document, Parameter, ParameterKind, Pipeline, Step

DAG = """\
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, Param

with DAG(
    dag_id="sales",
    params={
        "rate": Param(
            0.1,
            minimum=0.2,
        ),
    },
):
    load = PapermillOperator(
        task_id="load",
        retries=-1,
    )
"""
CELLS = (Cell("c1", 0, "code", "year = 1\nrate = 0.1", ()), Cell("c2", 1, "code", "x = 1", ()))
PIPELINE = Pipeline(
    "sales",
    Document("sales", CELLS),
    parameters=(Parameter("rate", ParameterKind.FLOAT, 0.1, cell="c1", line=2),),
    steps=(Step("load", ("c2",)),),
)


def found(said, *, line=None, pipeline=PIPELINE, text=DAG):
    frames = [
        '  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed',
        *([] if line is None else [f'  File "/dags/sales.py", line {line}, in <module>', "    x"]),
        '  File "/lib/airflow/sdk/param.py", line 99, in check',
        "    raise",
        "    ^^^^^",
    ]
    traceback = "\n".join(["Traceback (most recent call last):", *frames, said, ""])
    return find_import_error(
        traceback, dag_id="sales", file="/dags/sales.py", text=text, pipeline=pipeline
    )


def place(diagnostic):
    return diagnostic.cell, diagnostic.line, diagnostic.file


def test_an_error_names_its_code_and_what_airflow_says_in_its_last_words():
    one = found("ValueError: two\nlines", line=1)
    assert (one.code, one.severity) == ("NB610", "error")
    assert one.message == "Airflow cannot import sales.py: ValueError: two\nlines"
    assert one.as_json()["file"] == "/dags/sales.py"


@pytest.mark.parametrize(
    ("line", "said", "package", "asked"),
    [
        (1, "No module named 'airflow.providers.papermill'", "papermill", "`backend: papermill`"),
        (2, "No module named 'airflow.providers.cncf'", "cncf-kubernetes", "`backend: pod`"),
    ],
)
def test_a_provider_that_is_missing_is_named_with_what_asks_for_it(line, said, package, asked):
    one = found(f"ModuleNotFoundError: {said}", line=line)
    assert place(one) == (None, line, "/dags/sales.py")
    assert f"Install apache-airflow-providers-{package} where" in one.hint
    assert asked in one.hint


def test_an_airflow_that_is_too_old_is_told_of():
    one = found("ImportError: cannot import name 'Param' from 'airflow.sdk' (/x.py)", line=3)
    assert "3.3" in one.hint


def test_another_module_is_named_as_it_is():
    one = found("ModuleNotFoundError: No module named 'acme.air'", line=99)
    assert one.hint.startswith("Install acme where Airflow's DAG processor")


@pytest.mark.parametrize(
    ("line", "said", "where", "about"),
    [
        (8, "ParamValidationError: 0.1 is less than 0.2", ("c1", 2, None), "parameter 'rate': "),
        (16, "ValueError: no retries", ("c2", None, None), "step 'load': "),
        (None, "AirflowClusterPolicyViolation: task 'load': not here", ("c2", None, None), "step "),
        (
            None,
            "TypeError: to Operator (task_id: load). Not:\n{'a': 1}",
            ("c2", None, None),
            "step ",
        ),
        (None, "ParamValidationError: for param rate: 1", ("c1", 2, None), "parameter 'rate': "),
        (9, "ImportError: no 'load' in acme", (None, 9, "/dags/sales.py"), "Airflow cannot"),
        (5, "AirflowTimetableInvalid: five fields", (None, None, None), "metadata.nbflow.schedule"),
        (5, "ValueError: something else", (None, 5, "/dags/sales.py"), "Airflow cannot"),
    ],
)
def test_an_error_is_told_at_what_it_came_from(line, said, where, about):
    one = found(said, line=line)
    assert place(one) == where
    assert one.message.startswith(about)
    assert one.message.endswith(said)


def test_without_the_notebook_it_is_told_at_the_files_line():
    assert place(found("ValueError: x", line=16, pipeline=None, text="")) == (
        None,
        16,
        "/dags/sales.py",
    )


@pytest.mark.parametrize("text", ["", "def (", "Airflow's own\0"])
def test_what_is_no_traceback_and_no_python_is_told_as_it_is(text):
    one = find_import_error(
        "DagBag import timeout for /dags/sales.py after 30.0s",
        dag_id="sales",
        file="s3://dags/sales.py",
        text=text,
        pipeline=PIPELINE,
    )
    assert place(one) == (None, None, "s3://dags/sales.py")
    assert "DagBag import timeout" in one.message
    assert "dagbag_import_timeout" in one.hint
