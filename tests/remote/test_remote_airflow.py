"""The client against a real Airflow."""

from __future__ import annotations

import secrets
import urllib.request

import pytest
from counting import Counted

from nbflow import remote
from nbflow.errors import RemoteError
from nbflow.model import RunState

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(240)]

EMPTY = """
from airflow.sdk import DAG, Param
from airflow.providers.standard.operators.empty import EmptyOperator

EDITION = "{edition}"
with DAG(
    "{dag_id}",
    params={{"n": Param(1, type="integer")}},
    tags=[EDITION],
    is_paused_upon_creation=False,
):
    EmptyOperator(task_id="only")
"""


@pytest.fixture
def publish(airflow):
    """Put an edition of a DAG of one empty step where Airflow reads it."""
    written = []

    def publish(dag_id, text=EMPTY):
        edition = secrets.token_hex(8)
        file = airflow.dags / f"{dag_id}.py"
        new = file.with_suffix(".new")
        new.write_text(text.format(edition=edition, dag_id=dag_id), encoding="utf-8")
        new.replace(file)
        written.append(file)
        return edition

    yield publish
    for file in written:
        file.unlink(missing_ok=True)


def test_health_and_version_are_told(airflow):
    assert airflow.client.version().startswith("3.")
    health = airflow.client.health()
    assert health["scheduler"] == health["dag_processor"] == "healthy"


def test_a_wrong_password_is_refused_with_a_hint(airflow):
    with (
        remote.Airflow.connect(airflow.instance.url, user="admin", password="x") as client,
        pytest.raises(remote.Refused, match="sign in admin") as caught,
    ):
        client.runs()
    assert caught.value.status == 401
    assert "password" in str(caught.value.hint)


def test_a_false_token_is_refused_with_a_hint(airflow):
    with (
        remote.Airflow.connect(airflow.instance.url, token="x.y.z") as client,
        pytest.raises(remote.Refused, match="Invalid JWT token") as caught,
    ):
        client.runs()
    assert "new token" in str(caught.value.hint)


def test_a_token_that_airflow_no_longer_knows_is_replaced(airflow):
    instance = airflow.instance
    with remote.Airflow.connect(
        instance.url, token="x.y.z", user=instance.user, password=instance.password
    ) as client:
        assert isinstance(client.runs(), tuple)


def test_an_unknown_dag_is_an_error_that_names_the_one_like_it(airflow, mechanics):
    for ask in (
        lambda: airflow.client.trigger("mechanic"),
        lambda: airflow.client.runs("mechanic"),
        lambda: airflow.client.pause("mechanic"),
        lambda: airflow.client.run("mechanic", "r"),
    ):
        with pytest.raises(remote.Refused, match=r"Airflow has no DAG mechanic$") as caught:
            ask()
        assert caught.value.status == 404
        assert str(caught.value.hint).startswith("did you mean 'mechanics'? its DAGs are: ")


def test_an_unknown_run_is_an_error_that_names_it(airflow, mechanics):
    with pytest.raises(remote.Refused, match="no-such-run") as caught:
        airflow.client.run(mechanics, "no-such-run")
    assert caught.value.status == 404
    assert f"nbflow runs {mechanics}" in str(caught.value.hint)


def test_an_ill_typed_value_is_an_error_in_the_words_of_airflow(airflow, mechanics):
    with pytest.raises(remote.Refused, match="param count: 'abc' does not match") as caught:
        airflow.client.trigger(mechanics, parameters={"count": "abc"})
    assert caught.value.status == 400


def test_a_dag_goes_live_runs_and_is_listed(airflow, publish):
    told = []
    digest = publish("arriving")
    seconds = airflow.client.wait_for_dag("arriving", digest=digest, observe=told.append)
    assert 0 <= seconds < 60
    assert told[0] == "waiting for Airflow to find the file"
    run = airflow.client.trigger("arriving", parameters={"n": 2}, run_id="mine+1", note="a note")
    assert (run.run_id, run.parameters) == ("mine+1", {"n": 2})
    with pytest.raises(remote.Refused, match="arriving has a run mine\\+1 already") as caught:
        airflow.client.trigger("arriving", run_id="mine+1")
    assert caught.value.status == 409

    run = airflow.client.watch("arriving", "mine+1", poll=0.2)
    assert run.state is RunState.SUCCESS
    assert [step.name for step in run.steps] == ["only"]
    assert run.started is not None
    assert run.ended is not None
    assert run.started.utcoffset() is not None
    assert run.started <= run.ended

    second = airflow.client.trigger("arriving")
    ids = [run.run_id for run in airflow.client.runs("arriving")]
    assert ids == [second.run_id, "mine+1"]
    assert airflow.client.runs(limit=1)[0].run_id == second.run_id

    with urllib.request.urlopen(run.url) as page:
        assert page.status == 200
        assert "text/html" in page.headers["Content-Type"]


def test_a_new_edition_is_live_only_when_airflow_has_it(airflow, publish):
    airflow.client.wait_for_dag("changing", digest=publish("changing"))
    first = airflow.client.trigger("changing")
    # A run under way would get the new edition's tasks too: this bundle keeps no versions.
    airflow.client.watch("changing", first.run_id, poll=0.2)
    told = []
    digest = publish("changing", EMPTY.replace("only", "other"))
    airflow.client.wait_for_dag("changing", digest=digest, observe=told.append)
    assert told == [f"waiting for Airflow to read version {digest}"]
    second = airflow.client.trigger("changing")
    steps = {
        run.run_id: [step.name for step in run.steps]
        for run in (airflow.client.watch("changing", r.run_id, poll=0.2) for r in (first, second))
    }
    assert steps == {first.run_id: ["only"], second.run_id: ["other"]}


def test_a_file_that_cannot_be_imported_is_an_error_with_its_traceback(airflow, publish):
    broken = EMPTY + "\nimport no_such_package  # {edition}\n"
    digest = publish("breaking", broken)
    with pytest.raises(RemoteError, match=r"cannot import breaking\.py") as caught:
        airflow.client.wait_for_dag("breaking", digest=digest)
    assert "No module named 'no_such_package'" in caught.value.message
    # The error of the edition before is not held against the next one.
    airflow.client.wait_for_dag("breaking", digest=publish("breaking"))
    assert not any(found.file == "breaking.py" for found in airflow.client.import_errors())
    # One that breaks while it is live is noticed as well.
    with pytest.raises(RemoteError, match="no_such_package"):
        airflow.client.wait_for_dag("breaking", digest=publish("breaking", broken))


def test_many_dags_are_waited_for_with_few_requests_and_a_broken_one_keeps_none(airflow, publish):
    names = [f"many_{number}" for number in range(8)]
    texts = dict.fromkeys(names, EMPTY) | {"many_3": EMPTY + "\nraise OSError('no {edition}')\n"}
    told, asked = [], []
    digests = {name: publish(name, text) for name, text in texts.items()}
    with remote.Airflow(Counted(airflow.client.connection, asked)) as client:
        done = remote.wait_for_dags(client, digests, observe=told.append)
        looks = list(asked)
        asked.clear()
        # What is live already costs no more than to see that.
        live = {name: digest for name, digest in digests.items() if name != "many_3"}
        assert sorted(remote.wait_for_dags(client, live).live) == sorted(live)
        assert len(asked) == 2 + len(live)
    assert sorted(done.live) == [name for name in names if name != "many_3"]
    assert max(done.live.values()) < 60
    assert list(done.broken) == ["many_3"]
    assert f"OSError: no {digests['many_3']}" in done.broken["many_3"].traceback
    assert done.missing == {}
    assert len(told[0].missing) == 8
    assert told[-1] == done
    # Each look is one list of DAGs, or at most three single ones, and one of import errors.
    lists = looks.count("/api/v2/dags")
    assert 1 <= lists <= looks.count("/api/v2/importErrors")
    assert len([path for path in looks if "dagSources" in path]) <= 2 * len(names)
    # An edition that did not come leaves the others alone.
    late = remote.wait_for_dags(airflow.client, {**live, "many_1": "other"}, timeout=2)
    assert list(late.missing) == ["many_1"]
    assert "to read version" in late.missing["many_1"]
    assert len(late.live) == 6


def test_a_dag_that_does_not_come_is_an_error_that_says_why(airflow):
    with pytest.raises(RemoteError, match="has not taken up absent after 1 s") as caught:
        airflow.client.wait_for_dag("absent", digest="x", timeout=1)
    assert "find the file" in caught.value.message
    assert "refresh_interval" in str(caught.value.hint)


def test_a_paused_dag_starts_no_run_until_it_is_let_go(airflow, publish):
    airflow.client.wait_for_dag("pausing", digest=publish("pausing"))
    airflow.client.pause("pausing")
    run = airflow.client.trigger("pausing")
    assert airflow.client.run("pausing", run.run_id).state is RunState.QUEUED
    airflow.client.unpause("pausing")
    assert airflow.client.watch("pausing", run.run_id, poll=0.2).state is RunState.SUCCESS


def test_a_log_has_what_the_task_printed(airflow, mechanics):
    run = airflow.client.trigger(mechanics, parameters={"mode": "raise"})
    airflow.client.watch(mechanics, run.run_id, poll=0.3)
    lines = airflow.client.logs(mechanics, run.run_id, "zeroth")
    assert any("PapermillExecutionError" in line.text for line in lines)
    assert any(line.level == "error" and line.moment is not None for line in lines)
