"""`nbflow clean`: what goes, what stays, and that saying so changes nothing."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from commands import nbflow, outputs, start, write_notebook

DAY = 24 * 3600
STEPS = [("step:load", "rows = [1, 2, 3]"), ("step:report", "total = sum(rows)\nprint(total)")]


def publish(folder, *versions, name="sales"):
    """Publish versions of a notebook; their digests."""
    digests = []
    for number in versions:
        cells = [*STEPS, ("step:last", f"print({number})")]
        write_notebook(folder / f"{name}.ipynb", *cells)
        done = nbflow("publish", f"{name}.ipynb", "--no-wait", "--json", cwd=folder)
        assert done.status == 0, done.err
        digests.append(done.json[0]["digest"])
    return digests


def age_versions(folder, days, name="sales"):
    """Let everything that is published have been so for longer."""
    file = folder / ".nbflow/dags" / name / "versions.json"
    content = json.loads(file.read_text())
    for number, one in enumerate(content["versions"]):
        one["moment"] = f"2026-01-{number + 1:02d}T00:00:00+00:00"
    file.write_text(json.dumps(content))
    assert days < 100


def run_here(folder, name="sales"):
    """Run a notebook on this machine; the run's folder."""
    done = nbflow("run", f"{name}.ipynb", "--json", "--no-cache", cwd=folder)
    assert done.status == 0, done.err
    return folder / ".nbflow/store/default" / name / done.json["run_id"]


def age(folder, days):
    """Let nothing in a folder have changed for so many days."""
    then = time.time() - days * DAY
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (then, then))


def names(folder):
    return {one.name for one in folder.iterdir()}


def gone(result, kind):
    assert result.status == 0, result.err
    return [
        left["name"] for dag in result.json["dags"] for left in dag["gone"] if left["kind"] == kind
    ]


def test_old_versions_beyond_the_newest_go_and_only_with_yes(tmp_path):
    first, second, third = publish(tmp_path, 1, 2, 3)
    arguments = ("clean", "--keep-versions", "1", "--json")
    young = nbflow(*arguments, cwd=tmp_path)
    assert gone(young, "version") == []
    age_versions(tmp_path, 60)
    said = nbflow(*arguments, cwd=tmp_path)
    assert gone(said, "version") == [second, first]
    assert said.json["done"] is False
    assert said.json["size"] == sum(one["size"] for one in said.json["dags"]) > 0
    assert {first, second, third} <= names(tmp_path / ".nbflow/dags/sales")
    done = nbflow(*arguments, "--yes", cwd=tmp_path)
    assert gone(done, "version") == [second, first]
    kept = names(tmp_path / ".nbflow/dags/sales")
    assert third in kept
    assert not {first, second} & kept
    assert gone(nbflow(*arguments, "--yes", cwd=tmp_path), "version") == []


def test_what_would_go_is_said_with_sizes_for_people(tmp_path):
    publish(tmp_path, 1, 2)
    age_versions(tmp_path, 60)
    said = nbflow("clean", "--keep-versions", "1", cwd=tmp_path)
    assert said.status == 0
    assert "sales: " in said.out
    assert "KiB" in said.out
    assert "would go: 1 version, " in said.out
    assert "--yes" in said.err
    nothing = nbflow("clean", cwd=tmp_path)
    assert "nothing is old enough to go" in nothing.out


def test_runs_go_whole_beyond_the_newest_once_they_are_old(tmp_path):
    publish(tmp_path, 1)
    old, older = run_here(tmp_path), run_here(tmp_path)
    age(old, 40)
    age(older, 50)
    young = run_here(tmp_path)
    arguments = ("clean", "--keep-runs", "1", "--json")
    assert gone(nbflow(*arguments, cwd=tmp_path), "run") == [old.name, older.name]
    assert gone(nbflow(*arguments, "--older-than", "45d", cwd=tmp_path), "run") == [older.name]
    assert old.exists()
    assert older.exists()
    done = nbflow(*arguments, "--yes", cwd=tmp_path)
    assert gone(done, "run") == [old.name, older.name]
    assert [one.name for one in young.parent.iterdir() if not one.name.startswith(".")] in (
        [young.name],
        ["cache", young.name],
        [young.name, "cache"],
    )
    assert nbflow("output", f"sales/{young.name}", "-o", "out.ipynb", cwd=tmp_path).status == 0
    assert outputs(tmp_path / "out.ipynb")["cell-2"] == "6\n"


def test_artifacts_go_before_the_notebooks_of_their_run(tmp_path):
    publish(tmp_path, 1)
    cells = [*STEPS, ("step:last", "open('left.txt', 'w').write('x')"), ("step:end", "print(1)")]
    write_notebook(tmp_path / "sales.ipynb", *cells)
    run = run_here(tmp_path)
    assert list((run / ".files").iterdir())
    age(run, 10)
    kept = json.loads((run / "load/manifest.json").read_text())
    arguments = ("clean", "--artifacts-older-than", "7d", "--json")
    said = nbflow(*arguments, cwd=tmp_path)
    assert gone(said, "artifacts") == [run.name]
    assert (run / "load/try-1").exists()
    done = nbflow(*arguments, "--yes", cwd=tmp_path)
    assert gone(done, "artifacts") == [run.name]
    assert not list(run.glob("*/try-1"))
    assert not (run / ".files").exists()
    assert not (run / "load/manifest.json").exists()
    assert json.loads((run / "load/pruned.json").read_text()) == kept
    assert nbflow("output", f"sales/{run.name}", "-o", "out.ipynb", cwd=tmp_path).status == 0
    assert outputs(tmp_path / "out.ipynb")["cell-2"] == "6\n"
    assert gone(nbflow(*arguments, "--yes", cwd=tmp_path), "artifacts") == []
    run = run.rename(run.with_name("local__2026-01-02T00-00-00"))
    later = nbflow("clean", "--keep-runs", "0", "--older-than", "9d", "--json", cwd=tmp_path)
    assert gone(later, "run") == [run.name]


def test_a_run_that_a_process_holds_is_not_touched(tmp_path):
    publish(tmp_path, 1)
    run = run_here(tmp_path)
    age(run, 90)
    with (run / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        age(run, 90)
        done = nbflow("clean", "--keep-runs", "0", "--yes", "--json", cwd=tmp_path)
        assert gone(done, "run") == []
        assert done.json["dags"][0]["live"] == [run.name]
        assert run.exists()
    done = nbflow("clean", "--keep-runs", "0", "--yes", "--json", cwd=tmp_path)
    assert gone(done, "run") == [run.name]
    assert not run.exists()


def as_airflow_left_it(run: Path, digest: str, name="manual__2026-01-02T00:00:00+00:00"):
    """Make of a run on this machine one that looks like Airflow's, from a version in the target."""
    place = run.with_name(name)
    run.rename(place)
    for path in (place / "run.json", place / ".lock"):
        path.unlink()
    for notebook in place.glob("*/try-1.ipynb"):
        content = json.loads(notebook.read_text())
        content["metadata"].pop("nbflow", None)
        files = f"/dags/sales/{digest}/files"
        content["metadata"]["papermill"] = {"parameters": {"nbflow_files": files}}
        notebook.write_text(json.dumps(content))
    age(place, 90)
    return place


def test_the_version_of_a_run_that_stays_stays_too(tmp_path):
    first, second, third = publish(tmp_path, 1, 2, 3)
    as_airflow_left_it(run_here(tmp_path), first)
    age_versions(tmp_path, 60)
    arguments = ("clean", "--keep-versions", "1", "--json")
    assert gone(nbflow(*arguments, cwd=tmp_path), "version") == [second]
    both = nbflow(*arguments, "--keep-runs", "0", cwd=tmp_path)
    assert gone(both, "version") == [second, first]
    assert third not in gone(both, "version")


def test_without_an_airflow_a_run_that_has_no_end_is_kept(tmp_path):
    (first,) = publish(tmp_path, 1)
    run = as_airflow_left_it(run_here(tmp_path), first)
    (run / "last/manifest.json").unlink()
    age(run, 90)
    done = nbflow("clean", "--keep-runs", "0", "--yes", "--json", cwd=tmp_path)
    assert (gone(done, "run"), done.json["dags"][0]["live"]) == ([], [run.name])
    assert done.json["asked_airflow"] is False
    assert run.exists()


def test_without_an_airflow_a_run_that_changed_within_a_day_is_kept(tmp_path):
    (first,) = publish(tmp_path, 1)
    run = as_airflow_left_it(run_here(tmp_path), first)
    (run / "last/manifest.json").touch()
    arguments = ("clean", "--keep-runs", "0", "--older-than", "1s", "--json")
    time.sleep(1.1)
    assert nbflow(*arguments, cwd=tmp_path).json["dags"][0]["live"] == [run.name]
    age(run, 2)
    assert gone(nbflow(*arguments, cwd=tmp_path), "run") == [run.name]


def test_bundles_in_the_store_go_once_no_version_and_no_run_needs_them(tmp_path):
    first, second = publish(tmp_path, 1, 2)
    bundles = tmp_path / ".nbflow/store/default/sales/.bundles"
    for digest in (first, second, "d" * 16, "e" * 16):
        (bundles / digest).mkdir(parents=True)
        (bundles / digest / "manifest.json").write_text("{}")
        age(bundles / digest, 0 if digest == "e" * 16 else 60)
    arguments = ("clean", "--keep-versions", "1", "--json")
    assert gone(nbflow(*arguments, cwd=tmp_path), "bundle") == ["d" * 16]
    age_versions(tmp_path, 60)
    done = nbflow(*arguments, "--yes", cwd=tmp_path)
    assert gone(done, "bundle") == sorted([first, "d" * 16])
    assert names(bundles) == {second, "e" * 16}


def test_one_dag_alone_can_be_cleaned(tmp_path):
    publish(tmp_path, 1, 2)
    publish(tmp_path, 1, 2, name="stock")
    age_versions(tmp_path, 60)
    age_versions(tmp_path, 60, name="stock")
    done = nbflow("clean", "stock", "--keep-versions", "1", "--yes", "--json", cwd=tmp_path)
    assert [one["dag_id"] for one in done.json["dags"]] == ["stock"]
    rest = nbflow("clean", "--keep-versions", "1", "--json", cwd=tmp_path)
    assert [one["dag_id"] for one in rest.json["dags"]] == ["sales"]


def test_the_rule_of_the_settings_holds_and_options_come_before_it(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(
        "retention: {versions: 1, runs: 3, older_than: 10d, artifacts_older_than: 2d}\n"
    )
    first, *_ = publish(tmp_path, 1, 2)
    age_versions(tmp_path, 60)
    said = nbflow("clean", "--json", cwd=tmp_path)
    assert gone(said, "version") == [first]
    assert said.json["keep"] == {
        "versions": 1,
        "runs": 3,
        "older_than": 10 * DAY,
        "artifacts_older_than": 2 * DAY,
    }
    assert gone(nbflow("clean", "--keep-versions", "2", "--json", cwd=tmp_path), "version") == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("none",), 2, "of a DAG 'none'"),
        (("--keep-versions", "0"), 2, "--keep-versions"),
        (("--keep-runs", "-1"), 2, "--keep-runs"),
        (("--older-than", "soon"), 2, "'soon' is not a duration"),
        (("--artifacts-older-than", "0"), 2, "not longer than nothing; write 1s or more"),
        (("--older-than", "0d"), 2, "'0d' is not longer than nothing; write 1s or more"),
    ],
)
def test_bad_input_is_an_error_and_nothing_goes(tmp_path, arguments, status, said):
    done = nbflow("clean", *arguments, "--yes", cwd=tmp_path)
    assert (done.status, said in done.err) == (status, True), done.err


def test_a_rule_in_the_settings_that_keeps_no_version_is_refused(tmp_path):
    (tmp_path / "nbflow.yaml").write_text("retention:\n  versions: 0\n")
    done = nbflow("clean", cwd=tmp_path)
    assert (done.status, "nbflow.yaml:2" in done.err) == (4, True), done.err


def test_without_anything_nothing_goes(tmp_path):
    done = nbflow("clean", cwd=tmp_path)
    assert (done.status, "nothing is old enough" in done.out) == (0, True), done.err


def test_a_clean_that_is_killed_leaves_whole_runs_or_none(tmp_path):
    publish(tmp_path, 1)
    run = run_here(tmp_path)
    whole = {path.relative_to(run) for path in run.rglob("*") if path.name != ".lock"}
    for number in range(150):
        shutil.copytree(run, run.with_name(f"local__copy-{number:03}"))
    for one in run.parent.iterdir():
        age(one, 90)

    def there():
        return [one for one in run.parent.iterdir() if one.name.startswith("local__")]

    arguments = ("clean", "--keep-runs", "0", "--yes")
    for seen in range(4):
        process = start(*arguments, cwd=tmp_path)
        until = time.monotonic() + 60
        before = len(there())
        while len(there()) > before - 5 * seen - 1 and time.monotonic() < until:
            time.sleep(0.0005)
        process.kill()
        process.communicate()
        assert 0 < len(there()) < before
        for one in there():
            assert {path.relative_to(one) for path in one.rglob("*")} >= whole, one
    assert nbflow(*arguments, cwd=tmp_path).status == 0
    assert names(run.parent) <= {"cache"}
