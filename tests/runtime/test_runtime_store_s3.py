"""S3 over HTTP: what it costs, its troubles, and a pipeline that meets there."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid

import pytest
from by_hand import Hand, Notebook, step_notebook
from object_servers import BUCKET, environ, free_port, moto_server

from nbflow import host
from nbflow.errors import StoreError
from nbflow.runtime import open_store, read_manifest

BIG = 100 << 20


def test_a_range_fetches_only_what_is_asked(proxy):
    store = open_store(f"s3://{BUCKET}/ranges-{uuid.uuid4().hex}")
    with store.create("data") as stream:
        stream.write(os.urandom(BIG // 4))
    for size in (100, 3 << 20, 20 << 20):
        proxy.passed.clear()
        assert len(store.buffer("data", offset=1000, size=size)) == size
        gets = [one for one in proxy.passed if one.method == "GET"]
        assert sum(one.sent for one in gets) == size
        assert all(one.range.startswith("bytes=") for one in gets)
    proxy.passed.clear()
    store.buffer("data", offset=1000, size=20 << 20)
    assert [one.method for one in proxy.passed] == ["HEAD"], "the same part is fetched once"


def test_troubles_that_pass_are_waited_out(proxy):
    store = open_store(f"s3://{BUCKET}/trouble-{uuid.uuid4().hex}")
    counted = {}

    def fault(request):
        key = (request.method, request.path.partition("?")[0])
        counted[key] = counted.get(key, 0) + 1
        return [500, 503, None][min(counted[key] - 1, 2)]

    proxy.fault = fault
    store.write("one", b"content")
    assert store.read("one") == b"content"
    assert store.exists("one")


def test_a_server_that_stays_ill_is_an_error_that_says_so(proxy, monkeypatch):
    store = open_store(f"s3://{BUCKET}/ill")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    proxy.fault = lambda _: 503
    with pytest.raises(StoreError, match=r"one in the store s3://runs/ill .*Service Unavailable"):
        store.read("one")


def test_an_upload_that_is_refused_halfway_is_taken_back(proxy, at_server):
    folder = f"refused-{uuid.uuid4().hex}"
    store = open_store(f"s3://{BUCKET}/{folder}")
    proxy.fault = lambda request: 403 if "partNumber=3" in request.path else None
    with pytest.raises(StoreError, match="PermissionError"), store.create("data") as stream:
        stream.write(bytes(50 << 20))
    assert not store.exists("data")
    assert store.names() == ()
    pending = at_server.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [one["Key"] for one in pending if one["Key"].startswith(folder)] == []


def test_an_upload_whose_process_is_killed_leaves_nothing_to_see(proxy):
    url = f"s3://{BUCKET}/killed-{uuid.uuid4().hex}"
    begun = threading.Event()

    def fault(request):
        if "partNumber=3" in request.path:
            begun.set()
            time.sleep(5)  # so that the upload is under way when its process dies

    proxy.fault = fault
    code = "stream = store.create('data')\nwith stream as s: s.write(bytes(50 << 20))"
    head = "import sys\nfrom nbflow.runtime import open_store\nstore = open_store(sys.argv[1])\n"
    process = subprocess.Popen([sys.executable, "-c", head + code, url])
    assert begun.wait(60)
    process.kill()
    process.wait()
    proxy.fault = lambda _: None
    store = open_store(url)
    assert not store.exists("data")
    assert store.names() == ()


def test_a_bucket_that_is_not_there_is_named_and_not_made(at_server, tmp_path):
    store = open_store("s3://no-such-bucket/runs")
    (tmp_path / "file").write_bytes(b"1")
    uses = [
        lambda: store.read("a"),
        lambda: store.write("a", b""),
        lambda: store.exists("a"),
        lambda: store.names("a"),
        lambda: store.holds("a", sha256="", size=1),
        lambda: store.buffer("a", offset=0, size=9_000_000),
        lambda: store.put("a", tmp_path / "file"),
        lambda: store.fetch("a", tmp_path / "out"),
    ]
    for use in uses:
        with pytest.raises(StoreError, match="s3://no-such-bucket/runs is not there") as caught:
            use()
        assert "make the bucket" in (caught.value.hint or "")
    assert [one["Name"] for one in at_server.client().list_buckets()["Buckets"]] == [BUCKET]


def test_a_store_that_may_not_be_used_is_an_error_with_the_way_out(monkeypatch):
    with moto_server(INITIAL_NO_AUTH_ACTION_COUNT="3") as guarded:
        guarded.client("iam").create_user(UserName="guest")
        key = guarded.client("iam").create_access_key(UserName="guest")["AccessKey"]
        for name, value in environ(
            guarded.url, key=key["AccessKeyId"], secret=key["SecretAccessKey"]
        ).items():
            monkeypatch.setenv(name, value)
        store = open_store(f"s3://{BUCKET}/run")
        for use in (lambda: store.read("a"), lambda: store.write("a", b"")):
            with pytest.raises(StoreError, match=r"s3://runs/run .*PermissionError") as caught:
                use()
            assert "credentials" in (caught.value.hint or "")


def test_an_address_where_nobody_listens_is_named(monkeypatch):
    for name, value in environ(f"http://127.0.0.1:{free_port()}").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    with pytest.raises(StoreError, match=r"s3://runs/x .*Could not connect.*127.0.0.1") as caught:
        open_store(f"s3://{BUCKET}/x").read("a")
    assert "AWS_ENDPOINT_URL" in (caught.value.hint or "")


def test_the_endpoint_can_be_given_as_fsspec_takes_it(server):
    variables = {k: v for k, v in server.environ.items() if k != "AWS_ENDPOINT_URL"}
    code = f"from nbflow.runtime import *\nprint(open_store('s3://{BUCKET}/empty').names())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **variables, "FSSPEC_S3_ENDPOINT_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "()\n", done.stderr


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    code = (
        "import sys\nsys.modules['s3fs'] = None\n"
        "from nbflow.runtime import open_store\nfrom nbflow.errors import MissingExtraError\n"
        "try:\n    open_store('s3://bucket/x')\n"
        "except MissingExtraError as error:\n    print(error.message, '|', error.hint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert "the store s3://bucket/x needs the package s3fs" in done.stdout
    assert done.stdout.strip().endswith("| pip install 'nbflow[s3]'"), done.stderr


def test_an_address_of_no_known_kind_is_refused():
    with pytest.raises(StoreError, match=r"nonesuch://x cannot be used.*nonesuch"):
        open_store("nonesuch://x")


@pytest.mark.slow
def test_a_store_that_goes_away_while_a_step_runs_fails_the_step(tmp_path, monkeypatch):
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from nbformat.v4 import to_notebook

    begun, go = tmp_path / "begun", tmp_path / "go"
    cell = (
        f"import pathlib, time\nx = [1]\nprint('on')\npathlib.Path({str(begun)!r}).touch()\n"
        f"while not pathlib.Path({str(go)!r}).exists():\n    time.sleep(0.01)"
    )
    notebook = Notebook({"make": Hand([cell], saves=["x"])})
    raw = step_notebook(notebook, "make")
    url = f"s3://{BUCKET}/gone"
    raw["cells"][0]["source"] += f"\nnbflow_run = {url!r}"
    with moto_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
        node = to_notebook(raw)
        client = NotebookClient(node, resources={"metadata": {"path": str(tmp_path)}})

        def stop():
            while not begun.exists() and not go.exists():
                time.sleep(0.01)
            server.stop()
            go.touch()

        stopper = threading.Thread(target=stop)
        stopper.start()
        try:
            with pytest.raises(CellExecutionError) as caught:
                client.execute()
        finally:
            go.touch()
            stopper.join()
    assert caught.value.ename == "StoreError"
    assert f"in the store {url} cannot be reached" in caught.value.evalue
    assert f'Could not connect to the endpoint URL: "{server.url}' in caught.value.evalue
    assert "see that the address is right" in caught.value.evalue
    own = next(cell for cell in node.cells if cell.id == "make-0")
    assert [output.text for output in own.outputs] == ["on\n"]


PIPELINE = Notebook(
    {
        "make": Hand(
            [
                "import numpy as np\nbig = np.arange(1_000_000)\nsmall = [1, 2]",
                "import os\nos.makedirs('out')\nopen('out/f #1', 'w').write('made')",
            ],
            saves=["big", "small"],
        ),
        "change": Hand(
            ["small.append(int(big[-1]))", "open('out/f #1', 'a').write(' changed')"],
            after=["make"],
            needs=["small", "big"],
            saves=["small"],
        ),
        "use": Hand(
            ["print(small, big.sum(), open('out/f #1').read())"],
            after=["make", "change"],
            needs=["small", "big"],
        ),
    }
)


def by_papermill(source, url, executed):
    import papermill

    papermill.execute_notebook(
        source,
        executed,
        parameters={"nbflow_params": "{}", "nbflow_run": url, "nbflow_attempt": "1"},
        progress_bar=False,
    )


def by_host(source, url, executed):
    """As in a pod, which keeps the executed notebook in the store."""
    done = subprocess.run(
        [sys.executable, "-m", "nbflow.host", source, "--run", url],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    open_store(url).fetch(f"{source.stem}/try-1.ipynb", executed)


@pytest.mark.slow
@pytest.mark.parametrize("execute", [by_papermill, by_host])
def test_a_pipeline_hands_on_its_variables_and_files_there(at_server, tmp_path, recwarn, execute):
    url = f"s3://{BUCKET}/{uuid.uuid4().hex}/local run"
    store = open_store(url)
    for name in PIPELINE.steps:
        source = tmp_path / f"{name}.ipynb"
        source.write_text(json.dumps(step_notebook(PIPELINE, name)))
        (tmp_path / "done" / name).mkdir(parents=True)
        execute(source, url, tmp_path / "done" / name / "try-1.ipynb")
    last = host.executed(tmp_path / "done")["use"]["cells"]
    text = "".join("".join(o["text"]) for cell in last for o in cell["outputs"])
    assert text == "[1, 2, 999999] 499999500000 made changed\n"
    for name in PIPELINE.steps:
        manifest = read_manifest(store, name)
        assert manifest is not None
        assert manifest.step == name


@pytest.mark.slow
def test_a_pod_whose_store_is_away_for_a_while_goes_on(proxy, tmp_path):
    """The executed notebook is copied there while it grows; that must not cost the step."""
    cells = ["import time\nprint('on')\ntime.sleep(7)", "x = 1"]
    source = tmp_path / "make.ipynb"
    source.write_text(json.dumps(step_notebook(Notebook({"make": Hand(cells)}), "make")))
    url = f"s3://{BUCKET}/{uuid.uuid4().hex}"
    refused = []

    def fault(request):
        if request.method == "PUT" and request.path.endswith((".ipynb", ".cells")):
            refused.append(request)
            return 403 if len(refused) in (2, 3) else None
        return None

    proxy.fault = fault
    by_host(source, url, tmp_path / "executed.ipynb")
    assert len(refused) > 3
    assert "on\\n" in (tmp_path / "executed.ipynb").read_text()
