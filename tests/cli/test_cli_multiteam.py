"""`nbflow teams policy` and `nbflow teams airflow`: what Airflow is told of teams."""

import configparser
import json
import shlex

import pytest
import yaml
from commands import nbflow

SETTINGS = """\
airflow: {bundles: {platform: {path: /srv/platform}}}
teams:
  churn:
    namespace: ds-churn
    bundle: {path: "/srv/100%/churn"}
  ads:
    namespace: ds-ads
    bundle:
      name: ads-dags
      classpath: airflow.providers.git.bundles.git.GitDagBundle
      kwargs: {tracking_ref: main, git_conn_id: ads_git}
"""
GIT = "airflow.providers.git.bundles.git.GitDagBundle"
LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"
BUNDLES = [
    {
        "name": "ads-dags",
        "classpath": GIT,
        "kwargs": {"git_conn_id": "ads_git", "tracking_ref": "main"},
        "team_name": "ads",
    },
    {
        "name": "churn",
        "classpath": LOCAL,
        "kwargs": {"path": "/srv/100%/churn"},
        "team_name": "churn",
    },
    {"name": "platform", "classpath": LOCAL, "kwargs": {"path": "/srv/platform"}},
]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    return tmp_path


def test_the_policy_is_json_and_the_same_each_time(project):
    result = nbflow("teams", "policy", cwd=project)
    assert (result.status, result.err) == (0, "")
    assert sorted(result.json) == ["free_bundles", "teams", "version"]
    assert sorted(result.json["teams"]) == ["ads", "churn"]
    assert nbflow("teams", "policy", cwd=project).out == result.out


def test_the_policy_replaces_a_file_as_a_whole(project):
    (project / "deploy").mkdir()
    (project / "deploy" / "policy.json").write_text("older")
    result = nbflow("teams", "policy", "-o", "deploy/policy.json", cwd=project)
    assert (result.status, result.out) == (0, "deploy/policy.json\n")
    written = (project / "deploy" / "policy.json").read_text()
    assert written == nbflow("teams", "policy", cwd=project).out
    assert [path.name for path in (project / "deploy").iterdir()] == ["policy.json"]


def test_a_policy_that_cannot_be_written_is_an_error(project):
    (project / "deploy").write_text("a file")
    result = nbflow("teams", "policy", "-o", "deploy/policy.json", cwd=project)
    assert result.status == 2
    assert "give a file that can be written" in result.err


def test_the_lines_of_airflows_file_are_read_as_they_were_meant(project):
    result = nbflow("teams", "airflow", "--policy", "/etc/policy.json", cwd=project)
    assert (result.status, result.err) == (0, "")
    parser = configparser.ConfigParser()  # which interpolates, as Airflow's does
    parser.read_string(result.out)
    assert parser["core"]["multi_team"] == "True"
    assert json.loads(parser["dag_processor"]["dag_bundle_config_list"]) == BUNDLES
    assert parser["nbflow"]["policy_file"] == "/etc/policy.json"
    assert "#   airflow teams create ads\n#   airflow teams create churn\n" in result.out


def test_environment_variables_are_read_by_a_shell(project):
    result = nbflow("teams", "airflow", "--format", "env", cwd=project)
    said = dict(line.split("=", 1) for line in shlex.split(result.out, comments=True))
    assert said.pop("AIRFLOW__CORE__MULTI_TEAM") == "True"
    assert json.loads(said.pop("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST")) == BUNDLES
    assert said == {}


def test_values_of_airflows_chart_are_yaml(project):
    result = nbflow("teams", "airflow", "--format", "helm", cwd=project)
    config = yaml.safe_load(result.out)["config"]
    assert config["core"] == {"multi_team": "True"}
    text = config["dag_processor"]["dag_bundle_config_list"]
    assert json.loads(text.replace("%%", "%")) == BUNDLES  # it becomes a part of airflow.cfg


def test_programs_get_configuration_and_commands(project):
    result = nbflow("teams", "airflow", "--json", cwd=project).json
    assert result["configuration"]["dag_processor"]["dag_bundle_config_list"] == BUNDLES
    assert result["commands"] == ["airflow teams create ads", "airflow teams create churn"]


@pytest.mark.parametrize(
    ("command", "teams", "says"),
    [
        ("policy", "{}", "there are no teams"),
        ("policy", "{a: {}}", "team 'a' has no namespace"),
        ("policy", "{a: {namespace: x}, b: {namespace: x}}", "share the namespace 'x'"),
        ("airflow", "{}", "there are no teams"),
        ("airflow", "{abc: {namespace: x}}", "where the DAG files of bundle 'abc' lie"),
        ("airflow", "{ab: {bundle: {path: /a}}}", "Airflow takes no team named 'ab'"),
        (
            "airflow",
            "{abc: {bundle: {name: x, path: /a}}, abd: {bundle: {name: x, path: /a, folder: b}}}",
            "the DAG bundle 'x' is said more than once",
        ),
    ],
)
def test_teams_that_airflow_could_not_tell_apart_end_with_4(tmp_path, command, teams, says):
    (tmp_path / "nbflow.yaml").write_text(f"teams: {teams}\n")
    result = nbflow("teams", command, cwd=tmp_path)
    assert (result.status, result.out) == (4, "")
    assert says in result.err
    assert "Traceback" not in result.err
