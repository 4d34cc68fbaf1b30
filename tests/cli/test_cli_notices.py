"""Notices of runs, sent by a real Airflow to a real web server and a real mail server."""

import html
import json
import os

import pytest
from commands import nbflow, write_notebook
from listeners import mail_server, web_server
from test_cli_secrets import files, leaks

from nbflow import embedded
from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(500)]

CHANNELS = """\
channels:
  broken: {kind: webhook, connection: broken}
  gone: {kind: webhook, connection: gone}
  hidden: {kind: webhook, connection: hidden}
  chat: {kind: slack, connection: chat}
  mail: {kind: email, connection: mail, to: [ann@example.com, bob@example.com]}
  programs: {kind: webhook, connection: programs, path: events}
"""
NO_CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "none", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
}
EVERYBODY = ["broken", "gone", "chat", "mail", "programs"]
CANARIES = {name: f"T0/B0/canary-{name}-7Zq4Wx9Lk2Vb8" for name in ("broken", "gone", "hidden")}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """An Airflow that has connections to a web server and a mail server; what they were told."""
    home = tmp_path_factory.mktemp("watched")
    with web_server() as (web, posted), mail_server() as (mail, mails):
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "nbflow@example.com"}
        connections = {
            "broken": {
                "conn_type": "http",
                "host": f"http://127.0.0.1:{web}/broken/{CANARIES['broken']}",
            },
            # Nobody listens at this port.
            "gone": {"conn_type": "http", "host": f"127.0.0.1:9/{CANARIES['gone']}"},
            "hidden": {
                "conn_type": "http",
                "host": f"http://127.0.0.1:{web}/broken/{CANARIES['hidden']}",
                "password": CANARIES["hidden"],
            },
            "chat": {"conn_type": "http", "host": f"http://127.0.0.1:{web}/T0/B0/secret"},
            "programs": {"conn_type": "http", "host": f"http://127.0.0.1:{web}/"},
            # Nobody listens there either.
            "kubernetes_default": {
                "conn_type": "kubernetes",
                "extra": {"kube_config": json.dumps(NO_CLUSTER), "namespace": "default"},
            },
            "mail": {"conn_type": "smtp", "host": "127.0.0.1", "port": mail, "extra": extra},
        }
        environ = {f"AIRFLOW_CONN_{k.upper()}": json.dumps(v) for k, v in connections.items()}
        try:
            instance = embedded.up(
                home=home / "home",
                dags=home / "dags",
                store=home / "store",
                deferring=True,
                environ={**os.environ, **environ},
            )
            (home / "nbflow.yaml").write_text(
                f"store: {home}/store\n"
                f"target: {{kind: folder, path: {home}/dags}}\n"
                f"airflow: {{url: '{instance.url}', user: {instance.user}, password_env: SECRET}}\n"
                f"{CHANNELS}"
            )

            def run(*arguments):
                return nbflow(*arguments, cwd=home, timeout=240, SECRET=instance.password)

            yield home, run, posted, mails, instance.url
        finally:
            embedded.down(home=home / "home")


def test_a_failed_step_is_told_of_with_step_cell_exception_and_link(watched):
    folder, run, posted, mails, url = watched
    write_notebook(
        folder / "told.ipynb",
        ("parameters", "n = 1"),
        ("setup", "import math"),
        ("step:load", "rows = ['<a> & {{ run_id }}']"),
        ("step:check", "print('fine')"),
        ("step:check", "# the check\nraise ValueError(rows[0])"),
        nbflow={"notify": {"failure": EVERYBODY, "success": ["programs"]}, "retries": 0},
    )
    assert run("publish", "told.ipynb").status == 0
    failed = run("trigger", "told", "--wait", "--json")
    assert failed.status == 10
    run_id = failed.json["run_id"]
    said = until(lambda: dict(posted) if len(posted) >= 2 else None)
    link = f"{url}/dags/told/runs/{run_id}/tasks/check?try_number=1"
    assert said["/events"] == {
        "event": "failure",
        "dag_id": "told",
        "run_id": run_id,
        "step": "check",
        "try": "1",
        "cell": "# the check",
        "cell_number": "5",
        "cell_id": "cell-5",
        "exception": "ValueError: <a> & {{ run_id }}",
        "link": link,
    }
    text = said["/T0/B0/secret"]["text"]
    assert text.splitlines() == [
        "told: step check failed",
        "cell 5: # the check",
        "ValueError: &lt;a&gt; &amp; {{ run_id }}",
        f"run: {run_id}, try 1",
        link,
    ]
    ((to, mail),) = until(lambda: list(mails))
    assert to == ["ann@example.com", "bob@example.com"]
    assert mail["Subject"] == "told: step check failed"
    assert mail["From"] == "nbflow@example.com"
    body = html.unescape(mail.get_body().get_content())
    assert "ValueError: <a> & {{ run_id }}" in body
    assert link in body


def test_a_failed_step_of_a_stage_is_told_of_with_the_cell_of_its_own_notebook(watched):
    folder, run, posted, _, _ = watched
    posted.clear()
    write_notebook(folder / "first.ipynb", "rows = [1]")
    write_notebook(folder / "second.ipynb", ("parameters", "n = 0"), "1 / n", nbflow={"retries": 0})
    (folder / "staged.yaml").write_text(
        "name: staged\nnotify: {failure: [programs]}\nstages:\n"
        "  first: {notebook: first.ipynb}\n"
        "  second: {notebook: second.ipynb, foreach: {n: [1, 0]}, after: [first]}\n"
    )
    assert run("publish", "staged.yaml").status == 0
    assert run("trigger", "staged", "--wait").status == 10
    # A busy machine may fail an item that has no fault; it is told of too.
    said = until(lambda: next((said for _, said in posted if said["cell"]), None))
    assert said["step"].startswith("second.")
    assert (said["cell"], said["cell_number"], said["cell_id"]) == ("1 / n", "2", "cell-2")
    assert said["exception"] == "ZeroDivisionError: division by zero"


def test_a_step_whose_pod_no_cluster_takes_is_told_of_without_a_cell(watched):
    folder, run, posted, _, url = watched
    posted.clear()
    pods = folder / "pods"
    pods.mkdir()
    (pods / "nbflow.yaml").write_text(
        f"{(folder / 'nbflow.yaml').read_text()}"
        "backend: pod\ndefaults: {profile: small, image: x, retries: 0}\n"
        f"profiles: {{small: {{volumes: {{s: {{claim: s, mount: {folder}/store}}}}}}}}\n"
    )
    write_notebook(
        pods / "homeless.ipynb",
        "print('never')",
        nbflow={"notify": {"failure": ["chat", "programs"]}},
    )
    done = run("publish", "pods/homeless.ipynb", "--no-preflight")
    assert done.status == 0, done.err
    failed = run("trigger", "homeless", "--wait", "--json")
    assert failed.status == 10
    run_id, step = failed.json["run_id"], failed.json["steps"][0]["name"]
    said = until(lambda: dict(posted) if len(posted) >= 2 else None)
    exception = said["/events"].pop("exception")
    assert "Connection refused" in exception
    assert "127.0.0.1" in exception
    link = f"{url}/dags/homeless/runs/{run_id}/tasks/{step}?try_number=1"
    nothing = {"cell": "", "cell_number": "", "cell_id": ""}
    assert said["/events"] == {
        "event": "failure",
        "dag_id": "homeless",
        "run_id": run_id,
        "step": step,
        "try": "1",
        "link": link,
        **nothing,
    }
    heading, text, *_, last = said["/T0/B0/secret"]["text"].splitlines()
    assert heading == f"homeless: step {step} failed"
    assert "Connection refused" in text
    assert last == link


def test_a_run_that_went_well_is_told_of(watched):
    folder, run, posted, mails, url = watched
    posted.clear()
    mails.clear()
    write_notebook(
        folder / "well.ipynb",
        "print('well')",
        nbflow={"notify": {"success": EVERYBODY, "failure": ["chat"]}},
    )
    assert run("publish", "well.ipynb").status == 0
    done = run("trigger", "well", "--wait", "--json")
    assert done.status == 0, done.err
    run_id = done.json["run_id"]
    said = until(lambda: dict(posted) if len(posted) >= 2 else None)
    link = f"{url}/dags/well/runs/{run_id}"
    assert said["/events"] == {
        "event": "success",
        "dag_id": "well",
        "run_id": run_id,
        "link": link,
    }
    assert said["/T0/B0/secret"]["text"].splitlines() == [
        "well: a run went well",
        f"run: {run_id}",
        link,
    ]
    assert until(lambda: [mail["Subject"] for _, mail in mails]) == ["well: a run went well"]


def test_a_late_run_is_told_of_while_it_goes_on(watched):
    folder, run, posted, mails, url = watched
    posted.clear()
    mails.clear()
    write_notebook(
        folder / "slow.ipynb",
        "import time\ntime.sleep(40)",
        nbflow={"notify": {"late": {"after": "3s", "to": ["hidden", "programs", "mail", "chat"]}}},
    )
    assert run("publish", "slow.ipynb").status == 0
    begun = run("trigger", "slow", "--json")
    assert begun.status == 0, begun.err
    run_id = begun.json["run_id"]
    said = until(lambda: dict(posted) if len(posted) >= 2 else None)
    link = f"{url}/dags/slow/runs/{run_id}"
    assert said["/events"] == {
        "event": "late",
        "dag_id": "slow",
        "run_id": run_id,
        "state": "running",
        "link": link,
    }
    assert "slow: a run is late" in said["/T0/B0/secret"]["text"]
    assert until(lambda: [mail["Subject"] for _, mail in mails]) == ["slow: a run is late"]
    run("cancel", "slow")


def test_no_log_has_the_address_of_a_webhook_that_did_not_work(watched):
    folder, *_ = watched
    logs = folder / "home" / "logs"
    said = "\n".join(file.read_text(errors="replace") for file in files(logs))
    # Each of them was tried: after the failure, after the success, when it was late.
    for words in ("Connection refused", "Cannot POST", "404"):
        assert words in said
    # On the output of a scheduler with the LocalExecutor, which repeats what tasks log, Airflow 3.3
    # masks nothing, not even passwords.
    found = leaks(CANARIES, folders=[logs, folder / "dags", folder / "store"])
    assert {file for _, file in found} <= {str(logs / "scheduler.log")}
