"""A canary: what is given by reference is in nothing that is written or said."""

import base64
import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest
from commands import nbflow, outputs, write_notebook

sys.path.append(str(Path(__file__).parents[1] / "host"))

from object_servers import BUCKET, moto_server

pytestmark = pytest.mark.slow

CANARIES = {
    name: f"canary-{name.lower().replace('_', '-')}-7Zq4Wx9Lk2Vb8"
    for name in ("WAREHOUSE_TOKEN", "AIRFLOW_TOKEN", "AIRFLOW_PASSWORD", "AWS_SECRET_ACCESS_KEY")
}
USE = "import os\ntoken = os.environ['WAREHOUSE_TOKEN']\nsize = len(token)\ndel token\nprint(size)"


def forms(secret):
    """A secret as it is, and as other formats would hide it."""
    plain = secret.encode()
    # Base64 is the same at three offsets, but for its ends.
    shifted = [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, plain.hex().encode(), plain[::-1], *shifted]


def contents(path):
    """A file's bytes, unpacked where it is an archive."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        return data + gzip.decompress(data)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return data + b"".join(archive.read(name) for name in archive.namelist())
    return data


def leaks(secrets, *, folders=(), texts=()):
    """Where secrets are found: names of files and texts."""
    pieces = [(str(file), contents(file)) for folder in folders for file in files(folder)]
    pieces += [(text[:200], text.encode()) for text in texts]
    assert pieces
    return [
        (name, where)
        for name, secret in secrets.items()
        for where, content in pieces
        if any(form in content for form in forms(secret))
    ]


def files(folder):
    return [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]


@pytest.fixture
def watched(tmp_path):
    """Run commands in a folder with canaries in the environment; all that they say is kept."""
    said = []

    def run(*arguments, status=0, **environ):
        done = nbflow(*arguments, cwd=tmp_path, **{**CANARIES, **environ})
        said.extend((done.out, done.err))
        assert done.status == status, (arguments, done.err)
        return done

    return tmp_path, run, said


def test_the_canary_is_heard(tmp_path):
    secret = CANARIES["WAREHOUSE_TOKEN"].encode()
    hidden = {
        "plain": b"x" + secret + b"y",
        "base64": base64.b64encode(b"user:" + secret + b" and more"),
        "packed": gzip.compress(b"a line\n" + secret),
    }
    for name, content in hidden.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "file").write_bytes(content)
        assert leaks(CANARIES, folders=[folder]), name
    assert leaks(CANARIES, texts=["nothing"]) == []


def test_a_run_here_writes_none_of_them(watched):
    folder, run, said = watched
    (folder / "nbflow.yaml").write_text(
        "airflow: {url: 'http://127.0.0.1:9', token_env: AIRFLOW_TOKEN}\n"
        "profiles:\n  db:\n    cpu: 1\n    memory: 1Gi\n"
        "    env: {WAREHOUSE_TOKEN: {secret: warehouse, key: token}}\n"
    )
    cells = [
        ("parameters", "bad = False"),
        ("step:load profile:db cache:enabled", USE),
        ("step:use secret:warehouse:token:WAREHOUSE_TOKEN cache:enabled",
         "import os\nassert len(os.environ['WAREHOUSE_TOKEN']) == size\nassert not bad, 'bad'"),
        ("step:report", "print(size)"),
    ]  # fmt: skip
    write_notebook(folder / "uses.ipynb", *cells)
    run("check", "uses.ipynb")
    run("show", "uses.ipynb", "--json")
    run("compile", "uses.ipynb", "-o", "compiled")
    run("publish", "uses.ipynb", "--no-wait", "--no-preflight")
    run("run", "uses.ipynb", "-o", "well.ipynb")
    run("run", "uses.ipynb", "-p", "bad=true", "-o", "failed.html", status=10)
    first, second = sorted(path.name for path in (folder / ".nbflow").rglob("local__*"))
    run("output", f"uses/{second}", "-o", "again.html")
    run("debug", f"uses/{second}", "use", "-o", "debug.ipynb")
    run("check", "--prove", "uses.ipynb", "--keep", "proof")
    run("diff-runs", f"uses/{first}", f"uses/{second}", "--json")
    # Nobody answers there: the errors name the variable at most.
    for command in (("runs",), ("trigger", "uses"), ("logs", "uses")):
        run(*command, status=6)
    run("runs", "--json", status=6)
    assert len(files(folder)) > 20
    assert leaks(CANARIES, folders=[folder], texts=said) == []
    assert outputs(folder / "well.ipynb")["cell-4"] == f"{len(CANARIES['WAREHOUSE_TOKEN'])}\n"


def test_pods_of_steps_are_told_the_name_of_a_secret_only(watched):
    folder, run, said = watched
    (folder / "nbflow.yaml").write_text(
        f"backend: pod\nstore: s3://{BUCKET}/runs\n"
        "profiles:\n  db:\n    cpu: 1\n    memory: 1Gi\n    image: registry.example.com/ds:1\n"
        "    env: {WAREHOUSE_TOKEN: {secret: warehouse, key: token}}\n"
        "defaults: {profile: db}\n"
    )
    write_notebook(folder / "pods.ipynb", ("step:load secret:warehouse:token:WAREHOUSE_TOKEN", USE))
    run("compile", "pods.ipynb", "-o", "compiled")
    dag = (folder / "compiled" / "pods.py").read_text()
    assert "warehouse" in dag
    assert "WAREHOUSE_TOKEN" in dag
    assert leaks(CANARIES, folders=[folder], texts=said) == []


def test_a_bucket_is_written_with_keys_that_are_not_in_it(watched, tmp_path):
    folder, run, said = watched
    with moto_server() as server:
        secret = {"AWS_SECRET_ACCESS_KEY": CANARIES["AWS_SECRET_ACCESS_KEY"]}
        environ = {**server.environ, **secret}
        (folder / "nbflow.yaml").write_text(
            f"store: s3://{BUCKET}/runs\ntarget: {{kind: s3, url: s3://{BUCKET}/dags}}\n"
        )
        write_notebook(folder / "bucket.ipynb", ("step:load", USE))
        run("publish", "bucket.ipynb", "--no-wait", **environ)
        run("published", "--json", **environ)
        run("diff", "bucket.ipynb", **environ)
        client = server.client()
        listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
        assert len(listed) > 3
        fetched = tmp_path / "fetched"
        fetched.mkdir()
        for number, one in enumerate(listed):
            body = client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
            (fetched / str(number)).write_bytes(one["Key"].encode() + b"\n" + body)
    # The server has gone: the error says where it was, and no more.
    run("published", status=6, **environ)
    assert leaks(CANARIES, folders=[folder], texts=said) == []


@pytest.mark.airflow
@pytest.mark.timeout(400)
def test_airflow_is_talked_to_with_a_password_that_nothing_repeats(project, airflow):
    folder, run = project
    password = airflow.instance.password
    cells = [
        ("parameters", "bad = False"),
        ("step:load", "print('loaded')"),
        ("step:use", "assert not bad, 'bad'"),
    ]
    write_notebook(folder / "guarded.ipynb", *cells)
    texts = []
    for *command, status in (
        ("publish", "guarded.ipynb", 0),
        ("trigger", "guarded", "--wait", "-o", "well.ipynb", 0),
        ("trigger", "guarded", "-p", "bad=true", "--wait", "-o", "failed.html", 10),
        ("runs", "guarded", "--json", 0),
        ("logs", "guarded", 0),
        ("output", "guarded", "-o", "again.ipynb", 0),
        ("runs", "guarded/none", 6),
    ):
        done = run(*command)
        texts += [done.out, done.err]
        assert done.status == status, (command, done.err)
    wrong = nbflow("runs", cwd=folder, SECRET=f"wrong-{password}")
    assert wrong.status == 6
    texts += [wrong.out, wrong.err]
    home = airflow.store.parent / "home"
    folders = [folder, airflow.dags, airflow.store, home / "logs" / "tasks"]
    assert leaks({"password": password}, folders=folders, texts=texts) == []
