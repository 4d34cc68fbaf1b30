"""`nbflow teams`: the list, the manifests, and what is said of settings that do not do."""

import pytest
import yaml
from commands import nbflow

SETTINGS = """\
airflow: {service_account: airflow/airflow-worker}
teams:
  churn:
    namespace: ds-churn
    service_account: churn-runner
    profiles: [small, highmem]
    images: ["registry.example.com/*"]
    quota: {requests.memory: 512Gi, requests.cpu: 64}
    egress: [{cidr: 10.20.0.0/16, ports: [443, 53/UDP]}]
    connections: [kubernetes_default, "churn_*"]
    bundle: {name: dags, folder: churn/, path: /srv/dags}
  ads: {namespace: ds-ads, profiles: []}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    return tmp_path


def refused(folder, text, *arguments):
    (folder / "nbflow.yaml").write_text(text)
    result = nbflow("teams", *arguments, cwd=folder)
    assert result.out == ""
    assert "Traceback" not in result.err
    return result


def test_the_list_says_what_each_team_may_use(project):
    result = nbflow("teams", cwd=project)
    assert (result.status, result.err) == (0, "")
    assert result.out == (
        "ads\n"
        "  namespace        ds-ads\n"
        "  service account  the namespace's default\n"
        "  profiles         none\n"
        "  images           all\n"
        "  connections      all\n"
        "  quota            none\n"
        "  egress           none\n"
        "  DAG bundle       ads\n"
        "churn\n"
        "  namespace        ds-churn\n"
        "  service account  churn-runner\n"
        "  profiles         small, highmem\n"
        "  images           registry.example.com/*\n"
        "  connections      kubernetes_default, churn_*\n"
        "  quota            requests.cpu 64, requests.memory 512Gi\n"
        "  egress           10.20.0.0/16 53/UDP 443/TCP\n"
        "  DAG bundle       dags/churn\n"
    )


def test_the_list_is_there_for_programs(project):
    ads, churn = nbflow("teams", "--json", cwd=project).json
    assert ads["profiles"] == []
    assert ads["images"] is None
    assert churn == {
        "name": "churn",
        "namespace": "ds-churn",
        "service_account": "churn-runner",
        "profiles": ["small", "highmem"],
        "images": ["registry.example.com/*"],
        "claims": None,
        "host_paths": [],
        "connections": ["kubernetes_default", "churn_*"],
        "kubernetes_connection": None,
        "airflow_account": None,
        "bundle": {
            "name": "dags",
            "folder": "churn",
            "path": "/srv/dags",
            "classpath": None,
            "kwargs": {},
        },
        "quota": {"requests.cpu": "64", "requests.memory": "512Gi"},
        "egress": [{"cidr": "10.20.0.0/16", "ports": ["53/UDP", "443/TCP"]}],
    }


def test_a_project_without_teams_has_none_to_list(tmp_path):
    result = nbflow("teams", cwd=tmp_path)
    assert (result.status, result.out) == (0, "")
    assert "no teams" in result.err
    assert nbflow("teams", "--json", cwd=tmp_path).json == []


def test_the_project_may_be_elsewhere(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    listed = nbflow("teams", "--project", project, cwd=elsewhere)
    assert listed.out == nbflow("teams", cwd=project).out
    written = nbflow("teams", "manifests", "--project", project, cwd=elsewhere)
    assert written.out == nbflow("teams", "manifests", cwd=project).out != ""


def test_manifests_of_all_teams_come_sorted_and_the_same_each_time(project):
    result = nbflow("teams", "manifests", cwd=project)
    assert (result.status, result.err) == (0, "")
    documents = list(yaml.safe_load_all(result.out))
    namespaces = [one["metadata"]["name"] for one in documents if one["kind"] == "Namespace"]
    assert namespaces == ["ds-ads", "ds-churn"]
    assert nbflow("teams", "manifests", "churn", "ads", "ads", cwd=project).out == result.out


def test_manifests_of_one_team_are_its_own(project):
    result = nbflow("teams", "manifests", "churn", cwd=project)
    documents = list(yaml.safe_load_all(result.out))
    inside = {one["metadata"].get("namespace", one["metadata"]["name"]) for one in documents}
    assert inside == {"ds-churn"}


def test_every_setting_reaches_a_manifest(project):
    text = nbflow("teams", "manifests", "churn", cwd=project).out
    by_kind = {one["kind"]: one for one in yaml.safe_load_all(text)}
    assert by_kind["Namespace"]["metadata"]["name"] == "ds-churn"
    assert by_kind["ServiceAccount"]["metadata"]["name"] == "churn-runner"
    hard = by_kind["ResourceQuota"]["spec"]["hard"]
    assert hard == {"requests.cpu": "64", "requests.memory": "512Gi"}
    (subject,) = by_kind["RoleBinding"]["subjects"]
    assert (subject["namespace"], subject["name"]) == ("airflow", "airflow-worker")
    way_out = by_kind["NetworkPolicy"]["spec"]["egress"][-1]
    assert way_out["to"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]


def test_a_folder_gets_a_file_per_namespace(project):
    result = nbflow("teams", "manifests", "-o", "deploy/teams", cwd=project)
    assert result.status == 0
    assert result.out.split() == ["deploy/teams/ds-ads.yaml", "deploy/teams/ds-churn.yaml"]
    together = "".join((project / name).read_text() for name in result.out.split())
    assert together == nbflow("teams", "manifests", cwd=project).out


def test_airflows_account_may_be_given_for_once(project):
    arguments = ("manifests", "ads", "--airflow-account", "prod/airflow-scheduler")
    text = nbflow("teams", *arguments, cwd=project).out
    (binding,) = [one for one in yaml.safe_load_all(text) if one["kind"] == "RoleBinding"]
    (subject,) = binding["subjects"]
    assert (subject["namespace"], subject["name"]) == ("prod", "airflow-scheduler")


def test_without_airflows_account_the_file_is_named_and_the_way_out(tmp_path):
    result = refused(tmp_path, "teams: {a: {namespace: ds-a}}\n", "manifests")
    assert result.status == 4
    assert str(tmp_path / "nbflow.yaml") in result.err
    assert "service_account: NAMESPACE/NAME" in result.err
    assert "--airflow-account" in result.err


@pytest.mark.parametrize(
    ("teams", "arguments", "says"),
    [
        ("{}", (), "there are no teams"),
        ("{a: {}}", (), "team 'a' has no namespace"),
        ("{a: {namespace: ds-a}, b: {}}", (), "team 'b' has no namespace"),
        ("{a: {namespace: ds-a}}", ("b",), "the teams are: a"),
        ("{a: {namespace: x}, b: {namespace: x}}", ("a",), "namespace 'x' with team 'b'"),
        ("{a: {namespace: airflow}}", (), "Airflow's service account"),
        ("{a: {namespace: kube-system}}", (), "Kubernetes itself"),
    ],
)
def test_a_team_that_cannot_be_a_tenant_ends_with_4(tmp_path, teams, arguments, says):
    text = f"airflow: {{service_account: airflow/worker}}\nteams: {teams}\n"
    result = refused(tmp_path, text, "manifests", "-o", "out", *arguments)
    assert result.status == 4
    assert says in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["nbflow.yaml"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("namespace: Churn_Team", "no name of a namespace"),
        ("service_account: a/b", "no name of a service account"),
        ("quota: {nvidia.com/gpu: 4}", "write requests.nvidia.com/gpu"),
        ("quota: {limits.nvidia.com/gpu: 4}", "write requests.nvidia.com/gpu"),
        ("quota: {request.cpu: 4}", "did you mean 'requests.cpu'?"),
        ("quota: {requests.cpu: lots}", "not a Kubernetes quantity"),
        ("egress: [{cidr: example.com}]", "10.20.0.0/16"),
        ("egress: [{cidr: 10.20.0.1/16}]", "host bits set"),
        ("egress: [{cidr: 10.0.0.0/8, ports: [70000]}]", "no port"),
        ("egress: [{cidr: 10.0.0.0/8, ports: [https]}]", "no port"),
        ("egress: [{cidr: 10.0.0.0/8, ports: []}]", "at least 1 item"),
        ("egress: [{cidr: 10.0.0.0/8, port: 443}]", "did you mean 'ports'?"),
        ("egress: [{ports: [443]}]", "cidr is missing"),
        ("kubernetes_connection: no spaces", "no name of a connection"),
        ("airflow_account: worker", "write NAMESPACE/NAME"),
        ("connections: churn_db", "valid list"),
        ("bundle: {folder: ../ads}", "no folder within the bundle"),
        ("bundle: {folder: /ads}", "no folder within the bundle"),
        ("bundle: {path: dags}", "bundle.path"),
        ("bundle: {path: /dags, classpath: a.B}", "say `path`, or `classpath` and `kwargs`"),
        ("bundle: {kwargs: {a: 1}}", "say the `classpath`"),
        ("bundle: {class: a.B}", "did you mean 'classpath'?"),
        ("bundle: {classpath: a.B, kwargs: {password: hunter2}}", "holds a secret"),
    ],
)
def test_what_kubernetes_would_refuse_is_an_error_with_its_line(tmp_path, line, says):
    result = refused(tmp_path, f"teams:\n  a:\n    {line}\n")
    assert result.status == 4
    assert "nbflow.yaml:3:" in result.err
    assert says in result.err


@pytest.mark.parametrize(
    "name",
    [
        "cpu",
        "requests.storage",
        "limits.memory",
        "pods",
        "count/jobs.batch",
        "requests.nvidia.com/mig-1g.10gb",
        "fast.storageclass.storage.k8s.io/requests.storage",
        "hugepages-2Mi",
    ],
)
def test_whatever_kubernetes_counts_may_be_in_a_quota(tmp_path, name):
    (tmp_path / "nbflow.yaml").write_text(f"teams: {{a: {{quota: {{{name}: 4}}}}}}\n")
    (team,) = nbflow("teams", "--json", cwd=tmp_path).json
    assert team["quota"] == {name: "4"}


@pytest.mark.parametrize("account", ["worker", "airflow/", "/worker", "Airflow/worker", "a/b/c"])
def test_an_account_that_is_none_is_refused_wherever_it_is_said(project, account):
    given = nbflow("teams", "manifests", "--airflow-account", account, cwd=project)
    assert given.status == 2
    assert "--airflow-account" in given.err
    said = refused(project, f"airflow:\n  service_account: {account}\n")
    assert said.status == 4
    assert "nbflow.yaml:2: airflow.service_account" in said.err


def test_a_folder_that_is_a_file_ends_with_2(project):
    (project / "taken").write_text("mine")
    result = nbflow("teams", "manifests", "-o", "taken", cwd=project)
    assert result.status == 2
    assert "taken" in result.err
    assert "Traceback" not in result.err
    assert (project / "taken").read_text() == "mine"


def test_an_error_is_there_for_programs(tmp_path):
    (tmp_path / "nbflow.yaml").write_text("teams: {a: {namspace: x}}\n")
    result = nbflow("teams", "--json", cwd=tmp_path)
    assert result.status == 4
    assert result.json["error"]["code"] == "settings"


@pytest.mark.parametrize("option", [("--json",), ("--project", "elsewhere")])
def test_options_of_the_list_are_not_taken_for_the_manifests(project, option):
    result = nbflow("teams", *option, "manifests", cwd=project)
    assert result.status == 2
    # A program that asks for JSON gets the error as JSON.
    told = result.json["error"]["message"] if option == ("--json",) else result.err
    assert "--project after `manifests`" in told


def test_a_teams_own_account_of_airflow_gets_its_rights(project):
    text = (project / "nbflow.yaml").read_text()
    (project / "nbflow.yaml").write_text(f"{text}    airflow_account: airflow/ads\n".replace(
        "  ads: {namespace: ds-ads, profiles: []}\n", "  ads:\n    namespace: ds-ads\n"
    ))  # fmt: skip
    documents = yaml.safe_load_all(nbflow("teams", "manifests", cwd=project).out)
    bound = {
        one["metadata"]["namespace"]: one["subjects"][0]["name"]
        for one in documents
        if one["kind"] == "RoleBinding"
    }
    assert bound == {"ds-ads": "ads", "ds-churn": "airflow-worker"}
