"""Going on with a run: what earlier attempts left does not get in the way."""

import json

import pytest
from by_hand import Hand, Notebook, assert_success, compiled, run

from nbflow import host
from nbflow.errors import UsageError
from nbflow.host.ledgers import held


def resume(notebook, folder, **options):
    plan, bundle = compiled(notebook)
    how = host.resumption(plan, bundle, folder=folder, parameters={})
    return how, run(notebook, folder, resume=how, **options)


def test_claims_of_an_attempt_that_counts_no_more_stop_nobody(tmp_path):
    writes = Hand(["open('f', 'w').write('changed')"])
    files = {"f": b"given"}
    first = Notebook({"a": writes, "b": Hand(["print(open('f').read())"])}, files=files)
    failed = run(first, tmp_path / "run", workers=1)
    assert failed.failed_step.failure.ename == "StoreError", "they are in each other's way"
    second = Notebook({"a": writes, "b": Hand(["print('reads nothing')"])}, files=files)
    how, finished = resume(second, tmp_path / "run")
    assert_success(finished)
    assert set(how.kept) <= {"a"}


def test_attempts_go_on_counting_and_nothing_is_written_over(tmp_path):
    folder = tmp_path / "run"
    notebook = Notebook(
        {"one": Hand(["x = 1"], saves=["x"]), "two": Hand(["x / 0"], ["one"], ["x"])}
    )
    for attempt in (1, 2, 3):
        finished = run(notebook, folder) if attempt == 1 else resume(notebook, folder)[1]
        one, two = finished.steps
        assert (one.attempt, one.kept, two.attempt) == (1, attempt > 1, attempt)
    assert {path.name for path in (folder / "two").rglob("*.ipynb")} == {
        f"try-{number}.ipynb" for number in (1, 2, 3)
    }
    ledger = host.read_ledger(folder)
    assert ledger is not None
    assert ledger.run == finished
    assert list(host.executed(folder)) == ["one", "two"]


def test_a_step_whose_kernel_died_while_it_saved_runs_again(tmp_path):
    folder = tmp_path / "run"
    assert_success(run(Notebook({"one": Hand(["1"])}), folder))
    path = folder / "one/try-1.ipynb"
    notebook = json.loads(path.read_text())
    del notebook["cells"][-1]["metadata"]["execution"]["shell.execute_reply"]
    path.write_text(json.dumps(notebook))
    how, finished = resume(Notebook({"one": Hand(["1"])}), folder)
    assert not how.kept
    assert finished.steps[0].attempt == 2


def test_two_processes_do_not_run_one_folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    with held(folder), pytest.raises(UsageError, match="run is still going on"):
        run(Notebook({"one": Hand(["1"])}), folder)


def test_a_bundle_that_is_gone_makes_everything_run_again(tmp_path):
    import shutil

    folder = tmp_path / "run"
    assert_success(run(Notebook({"one": Hand(["1"])}), folder))
    shutil.rmtree(folder / host.BUNDLE)
    how, finished = resume(Notebook({"one": Hand(["1"])}), folder)
    assert how.reasons == {"one": "what it ran is not known"}
    assert_success(finished)
