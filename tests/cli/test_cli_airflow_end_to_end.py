"""From a notebook to a finished run in a real Airflow, through the command line."""

import json
import signal

import pytest
from commands import injected, nbflow, outputs, start, write_notebook
from nbclient import execute
from nbformat import read

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

PARAMETERS = """\
count = 3  # how many
rate = 0.5
name = "a"
fast = False
sizes = [1, 2]
options = {"deep": {"er": [None, 1.5]}}
nothing = None
"""
AWKWARD = {
    "count": 2**70,
    "rate": 1.0,
    "name": "O'Brien\n{{ x }} 007 ü \u2028 None",
    "fast": True,
    "sizes": [[["007", None, 1.0, 2]]],
    "options": {"z": "{% raw %}", "a": {"b": -1}},
    "nothing": "None",
}


def test_a_run_gives_what_the_notebook_gives_in_one_kernel(project):
    folder, run = project
    cells = [
        ("parameters", PARAMETERS),
        ("imports", ("import numpy as np\n\n\nclass Box:\n    def __init__(self, held):\n"
         "        self.held = held")),
        ("step:make", "box = Box(list(range(count)))\nopen('note.txt', 'w').write(name)"),
        ("step:left prev:make", "left = [2 * each for each in box.held]\nleft"),
        ("step:right prev:make", "right = np.array(box.held) / 2\nright"),
        ("step:join", "print(left, right, isinstance(box, Box), open('note.txt').read())"),
        ("pipeline-metrics", "total = sum(left)\nprint(total)"),
    ]  # fmt: skip
    path = write_notebook(folder / "whole.ipynb", *cells)
    whole = read(path, as_version=4)
    whole.cells[0].source += "\ncount = 5"
    execute(whole, cwd=folder)
    (folder / "expected.ipynb").write_text(json.dumps(whole))

    published = run("publish", "whole.ipynb", "--json")
    assert published.status == 0, published.err
    assert published.json[0]["live_after"] is not None
    ran = run("trigger", "whole", "-p", "count=5", "--wait", "-o", "done.ipynb", "--json")
    assert ran.status == 0, ran.err
    assert ran.json["metrics"] == {"total": 20}
    assert outputs(folder / "done.ipynb") == outputs(folder / "expected.ipynb")
    assert injected(folder / "done.ipynb") == "# Parameters\ncount = 5"

    fetched = run("output", "whole", "-o", "again.ipynb")
    assert fetched.status == 0, fetched.err
    assert (folder / "again.ipynb").read_bytes() == (folder / "done.ipynb").read_bytes()

    offline = folder / "offline"
    offline.mkdir()
    known = (folder / "nbflow.yaml").read_text().splitlines()
    (offline / "nbflow.yaml").write_text("\n".join(known[:2]))
    fetched = nbflow("output", "whole", "-o", "stored.ipynb", cwd=offline)
    assert fetched.status == 0, fetched.err
    assert outputs(offline / "stored.ipynb") == outputs(folder / "done.ipynb")


def test_types_survive_from_the_command_line_through_airflow_into_the_kernel(project):
    folder, run = project
    write_notebook(
        folder / "typed.ipynb",
        ("parameters", PARAMETERS),
        "import json\nprint(json.dumps([count, rate, name, fast, sizes, options, nothing]))",
    )
    (folder / "given.json").write_text(json.dumps(AWKWARD))
    assert run("publish", "typed.ipynb").status == 0
    ran = run("trigger", "typed", "-f", "given.json", "--wait", "-o", "done.ipynb")
    assert ran.status == 0, ran.err
    printed = outputs(folder / "done.ipynb")["cell-2"].strip()
    assert printed == json.dumps(list(AWKWARD.values()))
    shown: dict[str, object] = {}
    exec(f"{PARAMETERS}\n{injected(folder / 'done.ipynb')}", shown)
    assert json.dumps([shown[name] for name in AWKWARD]) == printed


def test_a_step_that_raises_fails_the_run_with_step_cell_and_exception(project):
    folder, run = project
    write_notebook(
        folder / "breaks.ipynb",
        ("step:one", "x = 1"),
        ("step:two", "y = x + 1"),
        ("step:three", "print('so far')\nz = y / 0"),
        ("step:four", "print(z)"),
    )
    assert run("publish", "breaks.ipynb").status == 0
    ran = run("trigger", "breaks", "--wait", "-o", "done.ipynb")
    assert ran.status == 10
    assert "step three, cell 3 (id cell-3): ZeroDivisionError: division by zero" in ran.err
    found = outputs(folder / "done.ipynb")
    assert found["cell-3"] == "so far\nZeroDivisionError: division by zero"
    assert found["cell-4"] == ""

    shown = run("runs", "breaks", "--json").json[0]
    assert shown["state"] == "failed"
    steps = {step["name"]: step for step in shown["steps"]}
    assert steps["three"]["attempt"] == 1, "an exception of the author's is not retried"
    assert steps["four"]["state"] == "upstream_failed"
    one_run = run("runs", f"breaks/{shown['run_id']}")
    assert one_run.status == 10
    assert "step three, cell 3" in one_run.err


def test_a_killed_kernel_is_tried_again(project):
    folder, run = project
    write_notebook(
        folder / "killed.ipynb",
        ("step:one", f"import os, pathlib\nmark = pathlib.Path('{folder}/mark')"),
        (
            "step:two",
            (
                "if not mark.exists():\n    mark.touch()\n"
                f"    os.kill(os.getpid(), {int(signal.SIGKILL)})\nprint('alive')"
            ),
        ),
    )
    assert run("publish", "killed.ipynb").status == 0
    ran = run("trigger", "killed", "--wait", "-o", "done.ipynb", "--json")
    assert ran.status == 0, ran.err
    attempts = {step["name"]: step["attempt"] for step in ran.json["steps"]}
    assert attempts == {"one": 1, "two": 2}
    assert outputs(folder / "done.ipynb")["cell-2"] == "alive\n"


def test_a_step_that_never_began_fails_the_run_with_what_its_task_says(project, airflow):
    folder, run = project
    write_notebook(folder / "headless.ipynb", ("step:one retries:0", "x = 1"))
    assert run("publish", "headless.ipynb").status == 0
    [step] = airflow.dags.glob("headless/*/steps/one.ipynb")
    step.unlink()
    ran = run("trigger", "headless", "--wait", "-o", "done.ipynb")
    assert ran.status == 10
    assert "one.ipynb" in ran.err, ran.err
    assert "no notebook: " in ran.err
    assert not (folder / "done.ipynb").exists()
    shown = run("runs", "headless", "--json").json[0]
    asked = run("runs", f"headless/{shown['run_id']}")
    assert asked.status == 10
    assert "one.ipynb" in asked.err


def test_publishing_again_changes_nothing(project):
    folder, run = project
    write_notebook(folder / "again.ipynb", "print(1)")
    first, second = (run("publish", "again.ipynb", "--json").json[0] for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["digest"] == second["digest"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("trigger", "nowhere"), "no DAG nowhere"),
        (("runs", "nowhere"), "nowhere"),
        (("output", "nowhere", "-o", "x.ipynb"), "nowhere"),
    ],
    ids=["trigger", "runs", "output"],
)
def test_what_airflow_does_not_have_ends_with_6(project, arguments, says):
    folder, run = project
    result = run(*arguments)
    assert result.status == 6
    assert says in result.err
    assert not (folder / "x.ipynb").exists()


def test_a_wrong_parameter_is_refused_before_a_run_starts(project):
    folder, run = project
    write_notebook(folder / "strict.ipynb", ("parameters", "count = 3"), "print(count)")
    assert run("publish", "strict.ipynb").status == 0
    for given, says in (("cuont=4", "Did you mean 'count'?"), ("count=many", "count")):
        result = run("trigger", "strict", "-p", given)
        assert result.status == 2
        assert says in result.err
    assert run("runs", "strict", "--json").json == []


def test_without_any_airflow_the_error_says_how_to_get_one(tmp_path):
    result = nbflow("trigger", "something", cwd=tmp_path)
    assert result.status == 6
    assert "nbflow airflow up" in result.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_says_that_the_run_goes_on(project, airflow):
    folder, run = project
    write_notebook(folder / "slow.ipynb", "import time\ntime.sleep(20)")
    assert run("publish", "slow.ipynb").status == 0
    secret = {"SECRET": airflow.instance.password}
    process = start("trigger", "slow", "--wait", cwd=folder, **secret)
    first = process.stderr.readline()
    assert first.startswith("run: http")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on in Airflow" in err
    assert "nbflow runs slow/" in err
