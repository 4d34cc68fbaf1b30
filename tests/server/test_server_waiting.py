"""What is answered while an Airflow is there that takes questions and never answers one."""

import asyncio
import socket
import threading
from contextlib import suppress

import pytest

from nbflow import remote

AT_ONCE = 8
"""Requests that ask others, as many as are worked at together."""


class Silent:
    """An address that takes connections and says nothing; those that it took, until it hangs up."""

    def __init__(self):
        self.taken = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self):
        with suppress(OSError):
            while True:
                self.taken.append(self._listener.accept()[0])

    def hang_up(self):
        """Let those that wait go."""
        for one in self.taken:
            one.close()

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.hang_up()


@pytest.fixture
def silent(root, monkeypatch):
    """The Airflow of the project `work`, which is waited for as long as the test goes."""
    airflow = Silent()
    monkeypatch.setenv("TOKEN", "t")
    for grade in ("BRIEF", "ONCE"):
        monkeypatch.setattr(remote, grade, remote.Patience(600.0))
    (root / "work/nbflow.yaml").write_text(f"airflow: {{url: '{airflow.url}', token_env: TOKEN}}\n")
    yield airflow
    airflow.close()


@pytest.fixture
def asked(ask, silent):
    """Has so many requests of the same kind under way, of which Airflow has as many as may be."""
    tasks = []

    async def asked(count, path="settings"):
        before = len(silent.taken)
        new = [asyncio.create_task(ask("GET", path, project="work")) for _ in range(count)]
        tasks.extend(new)
        while len(silent.taken) < before + min(count, AT_ONCE):
            await asyncio.sleep(0.01)
        return new

    yield asked
    for one in tasks:
        one.cancel()


async def first_of(*tasks):
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return done


async def test_a_notebook_is_looked_at_while_more_requests_wait_for_airflow_than_may(ask, asked):
    body = {"path": "work/train.ipynb"}
    assert (await ask("POST", "inspect", body)).status == 200  # what it needs is imported
    waiting = await asked(AT_ONCE + 1)
    inspect = asyncio.create_task(ask("POST", "inspect", body))
    assert await first_of(inspect, *waiting) == {inspect}
    assert inspect.result().status == 200


async def test_a_run_here_is_begun_and_looked_at_while_requests_wait_for_airflow(ask, asked, done):
    waiting = await asked(AT_ONCE, "runs")
    job = await done(await ask("POST", "run", {"path": "work/train.ipynb"}))
    assert job["state"] == "success", job
    run = f"runs/{job['result']['dag_id']}/{job['result']['run_id']}"
    for path in (run, f"{run}/graph", f"{run}/files", f"{run}/notebooks"):
        assert (await ask("GET", path, project="work")).status == 200
    assert (await ask("GET", f"{run}/logs", project="work", step="load")).json["lines"]
    assert not any(one.done() for one in waiting)


async def test_what_nobody_reads_any_more_is_not_asked_of_airflow(
    ask, asked, silent, jp_serverapp, jp_base_url
):
    waiting = await asked(AT_ONCE)
    _, writer = await asyncio.open_connection(jp_serverapp.ip or "127.0.0.1", jp_serverapp.port)
    writer.write(
        f"GET {jp_base_url}nbflow/api/settings?project=work HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: token {jp_serverapp.identity_provider.token}\r\n\r\n".encode()
    )
    await ask("GET", "jobs")  # in the meantime it is read
    writer.close()
    await writer.wait_closed()
    await ask("GET", "jobs")
    silent.hang_up()
    states = {one.json["airflow"]["state"] for one in await asyncio.gather(*waiting)}
    assert states == {"unreachable"}
    (another,) = await asked(1)
    silent.hang_up()
    assert (await another).status == 200
    assert len(silent.taken) == AT_ONCE + 1
