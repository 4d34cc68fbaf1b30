"""`nbflow check --prove`, in real kernels."""

import json
import os
import signal

import pytest
from commands import nbflow, outputs, start, write_notebook

from waiting import until

pytestmark = pytest.mark.slow

HONEST = (
    ("parameters", "count = 3"),
    "import math",
    ("step:make", "rows = [{'n': i, 'root': math.sqrt(i)} for i in range(count)]\nprint(rows)"),
    ("step:use", "open('total.txt', 'w').write(str(sum(r['n'] for r in rows)))\nrows[-1]"),
    ("skip", "1 / 0"),
    ("step:end", "print(open('total.txt').read(), len(rows))"),
)


def test_a_notebook_that_shows_the_same_ends_with_0(tmp_path):
    write_notebook(tmp_path / "honest.ipynb", *HONEST)
    result = nbflow("check", "--prove", "honest.ipynb", cwd=tmp_path)
    assert result.status == 0, result.err
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert any(line.startswith("cell 3 make ✓ same rows = [") for line in lines)
    assert "make → use" in lines
    assert any(line.startswith("rows list ") for line in lines)
    assert "total.txt 1 B same bytes" in lines
    assert lines[-1].startswith("honest.ipynb: 5 cells, all the same; whole ")
    assert "(whole): success, 5 of 5 cells" in result.err
    assert "use: success" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["honest.ipynb"], "nothing is left behind"


def test_both_runs_get_the_parameters_and_their_notebooks_can_be_kept(tmp_path):
    write_notebook(tmp_path / "honest.ipynb", *HONEST)
    given = ("-p", "count=5", "--keep", "kept", "--json")
    result = nbflow("check", "--prove", "honest.ipynb", *given, cwd=tmp_path)
    assert result.status == 0, result.err
    whole, pipeline = (outputs(tmp_path / "kept" / f"{one}.ipynb") for one in ("whole", "pipeline"))
    assert whole["cell-6"] == pipeline["cell-6"] == "10 5\n"
    (answer,) = result.json
    proof = answer["proof"]
    assert proof["equal"] is True
    assert [(one["index"], one["step"], one["verdict"]) for one in proof["cells"]] == [
        (1, None, "same"),
        (2, None, "same"),
        (3, "make", "same"),
        (4, "use", "same"),
        (6, "end", "same"),
    ]
    edge = next(one for one in proof["edges"] if (one["source"], one["step"]) == ("make", "use"))
    (rows,) = edge["variables"]
    assert (rows["name"], rows["type"], rows["serializer"]) == ("rows", "list", "pickle")
    assert rows["size"] > 0
    assert rows["seconds"] >= 0
    assert edge["because"] == ["variables: rows"]
    assert proof["files"] == [{"path": "total.txt", "size": 2, "verdict": "same", "absent": None}]
    assert proof["seconds"].keys() == {"whole", "pipeline", "overhead"}
    assert proof["failures"] == {"whole": None, "pipeline": None}


def test_a_difference_ends_with_3_and_is_shown(tmp_path):
    # How many cells ran before is the one thing that a cut is meant to change.
    write_notebook(
        tmp_path / "counts.ipynb",
        ("step:one", "x = 1"),
        (
            "step:two",
            "print('the same', x)\nprint('cells so far:', len(get_ipython().user_ns['In']))",
        ),
    )
    result = nbflow("check", "--prove", "counts.ipynb", cwd=tmp_path)
    assert result.status == 3, result.err
    assert "cell 1  one  ✓ same" in result.out
    assert "cell 2  two  ✗ different" in result.out
    assert (
        "different: stdout of cell 2\n  --> counts.ipynb: cell 2 (id cell-2), step two"
        in result.out
    )
    assert "   |  the same 1\n   | -cells so far: 3\n   | +cells so far: " in result.out
    assert "2 cells, 1 different" in result.out


def test_what_differs_each_time_is_a_warning(tmp_path):
    write_notebook(
        tmp_path / "dice.ipynb",
        ("step:one", "import os\ny = os.getpid() * 7\nprint(y)"),
        ("step:two", "print(y - y)"),
    )
    result = nbflow("check", "--prove", "dice.ipynb", "--json", cwd=tmp_path)
    assert result.status == 0, result.err
    proof = result.json[0]["proof"]
    assert [one["verdict"] for one in proof["cells"]] == ["not_deterministic", "same"]
    assert proof["equal"] is True
    assert proof["whole_runs"] == 2


def test_no_step_is_skipped(tmp_path):
    ran = tmp_path / "ran"
    source = f"print(open({str(ran)!r}, 'a').write('x'))"
    write_notebook(tmp_path / "kept.ipynb", ("step:one cache:enabled", source))
    for _ in range(2):
        assert nbflow("check", "--prove", "kept.ipynb", cwd=tmp_path).status == 0
    assert ran.read_text() == "xxxx"


def test_a_notebook_that_fails_the_same_way_is_equal_and_ends_with_10(tmp_path):
    write_notebook(
        tmp_path / "fails.ipynb",
        ("step:one", "x = 0\nprint('one')"),
        ("step:two", "print('two')\n1 / x"),
        ("step:three", "print('never', x)"),
    )
    result = nbflow("check", "--prove", "fails.ipynb", cwd=tmp_path)
    assert result.status == 10
    assert (
        "failed, whole and as a pipeline: cell 2 (id cell-2): ZeroDivisionError: division by zero"
        in result.out
    )
    assert "different" not in result.out
    assert "3 cells, 1 not run" in result.out


def test_a_notebook_that_ends_its_kernel_is_told_so(tmp_path):
    write_notebook(tmp_path / "gone.ipynb", ("step:one", "x = 1"), "import os\nos._exit(3)")
    result = nbflow("check", "--prove", "gone.ipynb", "--json", cwd=tmp_path)
    assert result.status == 10
    failures = result.json[0]["proof"]["failures"]
    assert failures["whole"]["ename"] == failures["pipeline"]["ename"] == "KernelDied"
    assert result.json[0]["proof"]["equal"] is True


def test_what_is_refused_while_it_runs_is_told_with_its_cell(tmp_path):
    write_notebook(
        tmp_path / "sly.ipynb",
        ("step:one", "box = {}\nexec('import threading; box[0] = threading.Lock()')"),
        ("step:two", "print(len(box))"),
    )
    result = nbflow("check", "--prove", "sly.ipynb", cwd=tmp_path)
    assert result.status == 10, result.out
    assert "cell 1  one  ✗ refused" in result.out
    assert "refused: refused of cell 1" not in result.out
    assert "cannot pickle '_thread.lock' object" in result.out
    assert "cell 2  two  - not run" in result.out


def test_a_refused_notebook_does_not_run(tmp_path):
    write_notebook(
        tmp_path / "lock.ipynb",
        ("step:one", "import pathlib\npathlib.Path('/tmp/ran').touch()\nf = open('x', 'w')"),
        ("step:two", "f.write('y')"),
    )
    result = nbflow("check", "--prove", "lock.ipynb", cwd=tmp_path)
    assert result.status == 3
    assert "error[NB501]" in result.out
    assert "cell" not in result.err
    as_json = nbflow("check", "--prove", "lock.ipynb", "--json", cwd=tmp_path)
    assert as_json.status == 3
    assert "proof" not in as_json.json[0]


def test_every_cell_can_be_a_step(tmp_path):
    write_notebook(
        tmp_path / "flat.ipynb",
        "import math",
        "def area(r):\n    return math.pi * r**2",
        "sizes = [area(r) for r in (1, 2)]",
        "sizes.append(3)",
        "print([round(size, 3) for size in sizes])",
    )
    result = nbflow("check", "--every-cell", "flat.ipynb", "--json", cwd=tmp_path)
    assert result.status == 0, result.err
    steps = [one["step"] for one in result.json[0]["proof"]["cells"]]
    assert steps == ["cell_1", "cell_2", "cell_3", "cell_4", "cell_5"]
    assert {one["verdict"] for one in result.json[0]["proof"]["cells"]} == {"same"}


@pytest.mark.parametrize(
    "arguments", [("-p", "count=2"), ("--keep", "kept"), ("--prove", "-p", "counts=2")]
)
def test_parameters_that_make_no_sense_end_with_2(tmp_path, arguments):
    write_notebook(tmp_path / "honest.ipynb", *HONEST)
    result = nbflow("check", "honest.ipynb", *arguments, cwd=tmp_path)
    assert result.status == 2
    assert "help:" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["honest.ipynb"]


@pytest.mark.parametrize("when", ["whole", "pipeline"])
def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path, when):
    marker, scratch = tmp_path / "marker", tmp_path / "scratch"
    scratch.mkdir()
    once = "True" if when == "whole" else f"pathlib.Path({str(marker)!r} + '1').exists()"
    source = (
        "import pathlib, time\n"
        f"if {once}:\n    pathlib.Path({str(marker)!r}).touch()\n    time.sleep(600)\n"
        f"pathlib.Path({str(marker)!r} + '1').touch()"
    )
    write_notebook(tmp_path / "long.ipynb", ("step:one", source))
    process = start("check", "--prove", "long.ipynb", cwd=tmp_path, TMPDIR=str(scratch))
    until(marker.exists)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert [one.name for one in scratch.iterdir() if one.name.startswith("nbflow-")] == []


def test_local_modules_and_data_are_there_for_both(tmp_path):
    (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    (tmp_path / "in.csv").write_text("a\n1\n")
    write_notebook(
        tmp_path / "files.ipynb",
        ("step:one", "import helper\nprint(helper.twice(open('in.csv').read()))"),
        ("step:two", "import os\nprint(os.getcwd(), sorted(os.listdir()))"),
    )
    result = nbflow("check", "--prove", "files.ipynb", "--json", cwd=tmp_path)
    proof = json.loads(result.out)[0]["proof"]
    assert (result.status, proof["equal"]) == (0, True), proof
