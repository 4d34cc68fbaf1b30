"""Publish many notebooks to a target: `publishing.py KIND COUNT,COUNT,… [FOLDER]`.

KIND is folder, git or s3, each of its own for each count. Says the seconds of publishing all for
the first time, all again with nothing changed, all with one changed, and one changed notebook by
itself; compiling apart. With a FOLDER, a target of the kind folder stays there.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from nbflow import api
from nbflow.settings import Settings, TargetSettings
from nbflow.targets import Signature, Target, find_target

BUCKET = "dags"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write(path, number, edition):
    """A small notebook of three steps; another edition has another value in it."""
    sources = {
        "parameters": f"rows = {number}\nname = 'pipeline {number}'",
        "step:load": f"values = [n * {edition} for n in range(rows)]",
        "step:train": "total = sum(values)\nmodel = {'total': total, 'rows': rows}",
        "step:report": "print(name, model)",
    }
    cells = [
        {
            "id": f"cell-{place}",
            "cell_type": "code",
            "metadata": {"tags": [tag]},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for place, (tag, source) in enumerate(sources.items())
    ]
    content = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4}
    path.write_text(json.dumps({**content, "nbformat_minor": 5}))
    return path


def compiled(folder, number, edition=1):
    return api.compile(write(folder / f"pipeline_{number:04}.ipynb", number, edition)).bundle


@contextmanager
def s3():
    """A server that speaks as S3 does, with a bucket."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = Path(sys.executable).with_name("moto_server")
    silent = subprocess.DEVNULL
    server = subprocess.Popen([program, "-p", str(port)], stdout=silent, stderr=silent)
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        import botocore.session

        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        botocore.session.Session().create_client("s3").create_bucket(Bucket=BUCKET)
        yield
    finally:
        server.kill()
        server.wait()


def target(kind, root, kept):
    """A new, empty one."""
    if kind == "git":
        place = root / f"{uuid.uuid4().hex}.git"
        subprocess.run(["git", "init", "--quiet", "--bare", place], check=True)
        options = {"url": str(place), "author": "Bench <bench@example.com>"}
        return find_target(Settings(root=root, target=TargetSettings("git", None, options)))
    if kind == "s3":
        options = {"url": f"s3://{BUCKET}/{uuid.uuid4().hex}"}
        return find_target(Settings(root=root, target=TargetSettings("s3", None, options)))
    folder = str(kept or root / uuid.uuid4().hex)
    return find_target(Settings(root=root, target=TargetSettings("folder", folder)))


def timed(place: Target, bundles, *, changed):
    """Seconds of publishing these, of which so many are new there."""
    signed = Signature("bench@example.com", datetime.now(UTC))
    started = time.perf_counter()
    done = place.publish(bundles, signed=signed)
    seconds = time.perf_counter() - started
    assert sum(one.changed for one in done) == changed, done
    return seconds


def measure(kind, bundles, editions, root, kept):
    place = target(kind, root, kept)
    count = len(bundles)
    first = timed(place, bundles, changed=count)
    again = timed(place, bundles, changed=0)
    one = timed(place, [editions[0], *bundles[1:]], changed=1)
    alone = timed(place, [editions[1]], changed=1)
    return {"first": first, "again": again, "one": one, "alone": alone}


def main(kind, counts, kept=None):
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nbflow-bench-")))
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        (root / "notebooks/.nbflow").mkdir(parents=True)
        if kind == "s3":
            stack.enter_context(s3())
        compiled(root / "notebooks", 0)
        started = time.perf_counter()
        bundles = [compiled(root / "notebooks", number) for number in range(max(counts))]
        said = {"compile": (time.perf_counter() - started) / len(bundles)}
        editions = [compiled(root / "notebooks", 0, edition) for edition in (2, 3)]
        for count in counts:
            said[str(count)] = measure(kind, bundles[:count], editions, root, kept)
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], [int(one) for one in sys.argv[2].split(",")], *sys.argv[3:4])
