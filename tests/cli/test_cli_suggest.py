"""`nbflow profiles suggest` and `nbflow run --enforce-limits`, on real runs."""

from __future__ import annotations

import json
import shutil

import pytest
from commands import nbflow, write_notebook

pytestmark = pytest.mark.slow

SETTINGS = """
store: store
profiles:
  tiny: {cpu: 4, memory: 16Mi, price: 0.001}
  small: {cpu: 4, memory: 512Mi, price: 3600}
  medium: {cpu: 4, memory: 1Gi, price: 7200}
  large: {cpu: 8, memory: 64Gi, price: 36000}
  secret: {cpu: 4, memory: 256Mi}
  unsized: {}
teams:
  churn: {profiles: [small, medium, large, unsized]}
"""
EAT = "x = bytearray(500 << 20)\nx[::4096] = b'x' * len(x[::4096])\ndel x"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    write_notebook(
        tmp_path / "eats.ipynb",
        ("step:light profile:large", "print('light')"),
        ("step:heavy profile:large prev:light", EAT),
        ("step:plain profile:unsized", "print('plain')"),
        nbflow={"team": "churn"},
    )
    return tmp_path


def run(project, *arguments):
    return nbflow("run", "eats.ipynb", *arguments, cwd=project, NBFLOW_CGROUP="off")


def suggested(project, *arguments):
    found = nbflow("profiles", "suggest", *arguments, "--json", cwd=project)
    assert found.status == 0, found.out
    return {one["step"]: one for one in found.json}


def test_each_step_is_told_the_smallest_profile_that_its_team_may_use(project):
    assert run(project).status == 0
    assert run(project).status == 0
    for reference in ("eats", "eats.ipynb"):
        found = suggested(project, reference)
        assert list(found) == ["light", "heavy", "plain"]
        light, heavy, plain = found.values()
        assert (light["profile"], light["suggestion"], light["attempts"]) == ("large", "small", 2)
        assert (heavy["profile"], heavy["suggestion"]) == ("large", "medium")
        assert (plain["profile"], plain["memory"], plain["suggestion"]) == (
            "unsized",
            None,
            "small",
        )
        assert heavy["peak_memory"] > 500 << 20
        assert (heavy["memory"], heavy["cpu"]) == (64 << 30, 8)
        assert 0.98 < heavy["memory_unused"] < 1
        assert 0 < heavy["cores"] < 8
        assert heavy["cost"] == pytest.approx(5 * heavy["cost_then"])
        assert plain["cost"] is None
    shown = nbflow("profiles", "suggest", cwd=project)
    assert "heavy" in shown.out
    assert "medium" in shown.out
    assert "99%" in shown.out


def test_runs_that_papermill_made_count_as_in_airflow(project, recwarn):
    import papermill

    assert nbflow("compile", "eats.ipynb", "-o", ".nbflow/dags", cwd=project).status == 0
    (bundle,) = (project / ".nbflow/dags/eats").glob("*/")
    folder = project / "store/churn/eats/manual__1"
    for step in ("light", "heavy", "plain"):
        (folder / step).mkdir(parents=True)
        papermill.execute_notebook(
            bundle / f"steps/{step}.ipynb",
            folder / step / "try-1.ipynb",
            parameters={
                "nbflow_params": "{}",
                "nbflow_run": str(folder),
                "nbflow_files": f"/elsewhere/dags/eats/{bundle.name}/files",
                "nbflow_attempt": "1",
            },
            progress_bar=False,
        )
    found = suggested(project, "eats")
    assert [(one["profile"], one["suggestion"]) for one in found.values()] == [
        ("large", "small"),
        ("large", "medium"),
        ("unsized", "small"),
    ]
    assert found["heavy"]["peak_memory"] > 500 << 20
    assert found["heavy"]["cores"] > 0


def test_only_the_last_runs_count(project):
    assert run(project).status == 0
    write_notebook(
        project / "eats.ipynb",
        ("step:heavy profile:medium", "print('no longer')"),
        nbflow={"team": "churn"},
    )
    assert run(project).status == 0
    both, last = suggested(project, "eats"), suggested(project, "eats", "--last", "1")
    assert both.keys() == last.keys() == {"heavy"}
    assert (both["heavy"]["profile"], both["heavy"]["suggestion"]) == ("medium", "medium")
    assert (last["heavy"]["attempts"], last["heavy"]["suggestion"]) == (1, "small")


def test_a_run_of_airflow_is_read_from_the_store_and_the_bundle_in_its_target(project):
    assert run(project).status == 0
    (folder,) = project.glob("store/churn/eats/*")
    digest = project / ".nbflow" / "dags" / "eats" / "0123456789abcdef"
    shutil.move(folder / ".bundle", digest)
    (folder / "run.json").unlink()
    for path in folder.glob("*/try-1.ipynb"):
        notebook = json.loads(path.read_text())
        given = {"nbflow_files": str(digest / "files")}
        notebook["metadata"]["papermill"] = {"parameters": given}
        path.write_text(json.dumps(notebook))
    assert suggested(project, "eats")["heavy"]["profile"] == "large"
    shutil.rmtree(digest)
    heavy = suggested(project, "eats")["heavy"]
    assert (heavy["profile"], heavy["memory"], heavy["cost"]) == (None, None, None)
    assert heavy["suggestion"] == "medium"


@pytest.mark.parametrize("last", [1, 10])
def test_steps_that_a_failed_run_did_not_reach_are_told_from_older_ones(project, last):
    assert run(project).status == 0
    write_notebook(
        project / "eats.ipynb",
        ("step:light profile:large", "raise ValueError"),
        ("step:heavy profile:large prev:light", EAT),
        ("step:later profile:large prev:heavy", "x = 1"),
        nbflow={"team": "churn"},
    )
    assert run(project).status == 10
    found = suggested(project, "eats", "--last", str(last))
    assert list(found) == ["light", "heavy", "later"]
    assert (found["heavy"]["attempts"], found["heavy"]["suggestion"]) == (1, "medium")
    assert found["heavy"]["profile"] == "large"
    assert (found["later"]["attempts"], found["later"]["suggestion"]) == (0, None)
    assert found["light"]["attempts"] == min(last, 2)
    shown = nbflow("profiles", "suggest", "eats", cwd=project).out
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "later large 0 64.0 GiB - - 8 - - - -" in rows
    assert "later: no run that was looked at measured it" in rows
    assert any(row.startswith("a run costs ") and "; without later" in row for row in rows)


def test_tries_on_a_larger_profile_of_the_ladder_are_told_and_priced_by_it(project):
    small = "small: {cpu: 4, memory: 512Mi, price: 3600"
    (project / "nbflow.yaml").write_text(
        SETTINGS.replace(small, f"{small}, escalate_to: medium").replace(
            "medium: {cpu: 4, memory: 1Gi, price: 7200",
            "medium: {cpu: 4, memory: 1Gi, price: 7200, escalate_to: large",
        )
    )
    limited(project, "small")
    assert run(project, "--enforce-limits").status == 10
    (first,) = project.glob("store/churn/eats/*/heavy/try-1.ipynb")
    notebook = json.loads(first.read_text())
    about = notebook["metadata"]["nbflow"]
    assert about["usage"]["memory_limit"] == 512 << 20
    about["usage"] |= {"wall": 2.0}
    first.write_text(json.dumps(notebook))
    about["usage"] |= {"memory_limit": 64 << 30, "peak_memory": 700 << 20, "wall": 3.0}
    about["stopped_by"] = None
    first.with_name("try-2.ipynb").write_text(json.dumps(notebook))
    heavy = suggested(project, "eats")["heavy"]
    assert (heavy["profile"], heavy["ended_on"]) == ("small", "large")
    assert (heavy["memory"], heavy["cpu"]) == (64 << 30, 8)
    assert heavy["suggestion"] == "medium"
    assert heavy["cost"] == pytest.approx(2 * 1 + 3 * 10)
    assert heavy["cost_then"] == pytest.approx(5 * 2)
    shown = nbflow("profiles", "suggest", "eats", cwd=project).out
    assert "small → large" in shown
    assert "heavy: its newest try was on large" in shown


def test_a_tag_that_limits_a_step_which_ran_out_is_named(project):
    write_notebook(
        project / "eats.ipynb",
        ("step:heavy profile:medium limit:memory:200Mi", EAT),
        nbflow={"team": "churn"},
    )
    assert run(project, "--enforce-limits").status == 10
    heavy = suggested(project, "eats")["heavy"]
    assert (heavy["ran_out"], heavy["limited_by"]) == (True, ["limit:memory:200Mi"])
    shown = nbflow("profiles", "suggest", "eats", cwd=project).out
    assert "heavy: its tag `limit:memory:200Mi` is the memory that ran out" in shown
    limited(project, "small")
    assert run(project, "--enforce-limits").status == 10
    assert suggested(project, "eats", "--last", "1")["heavy"]["limited_by"] == []


def test_where_no_profile_would_do_that_is_said(project):
    assert run(project).status == 0
    (project / "nbflow.yaml").write_text(
        SETTINGS.replace("[small, medium, large, unsized]", "[small, unsized]")
    )
    assert suggested(project, "eats")["heavy"]["suggestion"] is None
    shown = nbflow("profiles", "suggest", "eats", cwd=project)
    assert "heavy: no profile would do that may be used: it takes " in shown.out


def test_a_step_of_a_resumed_run_and_a_damaged_notebook_do_no_harm(project):
    assert run(project).status == 0
    (path,) = project.glob("store/churn/eats/*/light/try-1.ipynb")
    path.write_text("{")
    found = suggested(project, "eats")
    assert {step: one["attempts"] for step, one in found.items()} == {
        "light": 0,
        "heavy": 1,
        "plain": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nothing"], 6, "no run of nothing in "),
        (["missing.ipynb"], 2, "missing.ipynb"),
        (["--last", "0"], 2, "--last"),
        ([], 6, "there is no run in "),
    ],
)
def test_what_cannot_be_told_is_an_error(tmp_path, arguments, status, said):
    found = nbflow("profiles", "suggest", *arguments, cwd=tmp_path)
    assert found.status == status
    assert said in found.err
    assert "Traceback" not in found.err


def test_dags_with_runs_are_listed_where_another_one_is_asked_for(project):
    assert run(project).status == 0
    found = nbflow("profiles", "suggest", "eat", cwd=project)
    assert "DAGs with runs: eats" in found.err


def limited(project, profile, cell="x = bytearray(700 << 20)"):
    write_notebook(
        project / "eats.ipynb",
        (f"step:heavy profile:{profile}", cell),
        ("step:plain profile:unsized", "x = bytearray(700 << 20)"),
        nbflow={"team": "churn"},
    )


def test_a_step_over_its_limit_fails_with_the_next_profile_as_the_way_out(project):
    limited(project, "small")
    result = run(project, "--enforce-limits")
    assert result.status == 10
    assert "memory limits by RLIMIT_DATA" in result.err
    assert "step heavy: 512.0 MiB (profile small)" in result.err
    assert "step heavy, cell 1 (id cell-1): MemoryError: the step may have 512.0 MiB" in result.err
    assert "Profile medium (1.0 GiB) is the next larger one: `profile:medium`." in result.err
    assert "plain: success" in result.err
    assert suggested(project, "eats")["heavy"]["ran_out"]
    assert suggested(project, "eats")["heavy"]["suggestion"] == "medium"


def test_a_step_within_its_limit_goes_well_and_its_peak_is_shown(project):
    limited(project, "medium")
    result = run(project, "--enforce-limits", "--json")
    assert result.status == 0, result.err
    assert "peak memory" in result.err
    assert result.json["steps"][0]["usage"]["memory_limit"] == 1 << 30
    assert result.json["steps"][1]["usage"]["peak_memory"] > 0


def test_without_the_option_nothing_is_limited(project):
    limited(project, "small")
    result = run(project)
    assert result.status == 0
    assert "memory limits" not in result.err


def test_where_no_larger_profile_may_be_used_that_is_said(project):
    (project / "nbflow.yaml").write_text(
        SETTINGS.replace("[small, medium, large, unsized]", "[small, unsized]")
    )
    limited(project, "small")
    assert "No profile has more memory than small" in run(project, "--enforce-limits").err


def test_a_group_that_there_is_not_is_an_error_before_anything_runs(project):
    limited(project, "small")
    result = nbflow("run", "eats.ipynb", "--enforce-limits", cwd=project, NBFLOW_CGROUP="/nowhere")
    assert result.status == 4
    assert "NBFLOW_CGROUP: /nowhere is not the folder of a cgroup" in result.err
