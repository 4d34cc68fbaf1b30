import sys
import uuid
from pathlib import Path

import pytest

# The pipelines written by hand, and places to keep things, serve both rooms' tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "host"))
# Notebooks run whole and cut by what proves that these are equal.
sys.path.insert(0, str(Path(__file__).parent.parent / "equivalence"))


@pytest.fixture
def tiny_disk(tmp_path):
    from disks import small_disk

    with small_disk(tmp_path / "tiny") as folder:
        yield folder


@pytest.fixture(scope="session")
def shells():
    from shells import start_shells

    running = start_shells()
    yield running
    running.close()


@pytest.fixture(scope="session")
def server():
    from object_servers import moto_server

    with moto_server() as running:
        yield running


@pytest.fixture
def at_server(server, monkeypatch):
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def proxy(at_server, monkeypatch):
    import object_servers

    with object_servers.proxy(at_server) as front:
        monkeypatch.setenv("AWS_ENDPOINT_URL", front.url)
        yield front


@pytest.fixture
def url(request, tmp_path):
    from object_servers import BUCKET

    kind = request.param
    if kind in ("s3", "s3fs"):
        running = request.getfixturevalue("at_server")
    if kind == "s3fs":
        # What is set for fsspec alone is fsspec's to heed.
        request.getfixturevalue("monkeypatch").setenv("FSSPEC_S3_ENDPOINT_URL", running.url)
    return {
        "folder": str(tmp_path / "store"),
        "file": f"file://{tmp_path}/store",
        "local": f"local://{tmp_path}/store",
        "memory": f"memory://{uuid.uuid4().hex}",
        "s3": f"s3://{BUCKET}/{uuid.uuid4().hex}/run one",
        "s3fs": f"s3://{BUCKET}/{uuid.uuid4().hex}/run one",
    }[kind]


@pytest.fixture
def store(url):
    from nbflow.runtime import open_store

    return open_store(url)
