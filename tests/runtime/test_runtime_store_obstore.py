"""S3 through obstore: alone where it can be, and s3fs where it cannot."""

import json
import signal
import ssl
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from object_servers import BUCKET, moto_server
from werkzeug.serving import make_ssl_devcert

from nbflow.runtime import open_store

ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
HEAD = "import sys\nfrom nbflow.runtime import open_store\n"
USE = (
    "store = open_store(sys.argv[1])\nstore.write('a/b', b'content')\n"
    "assert store.read('a/b') == b'content' and store.names('a') == ('b',)\n"
    "print(type(store).__name__, {'s3fs', 'botocore', 'asyncio'} & set(sys.modules))\n"
)
ALONE = "S3Store set()\n"


def run_python(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", HEAD + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def give(monkeypatch, variables):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def new_url():
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


def test_s3fs_is_not_imported_where_obstore_is_enough(at_server):
    done = run_python(USE, new_url())
    assert done.stdout == ALONE, done.stderr


def test_without_obstore_s3fs_does_all(at_server):
    done = run_python("sys.modules['obstore'] = None\n" + USE, new_url())
    assert done.stdout.startswith("RemoteStore"), done.stderr


def test_what_a_notebook_sets_for_its_own_use_does_not_lead_the_store_astray(at_server):
    code = (
        "import os\nstore = open_store(sys.argv[1])\n"
        "for name in ('ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'ENDPOINT_URL', 'ENDPOINT_URL_S3'):\n"
        "    os.environ[f'AWS_{name}'] = 'http://127.0.0.1:1'\n"
        "store.write('one', b'content')\nprint(store.read('one'), 's3fs' in sys.modules)\n"
    )
    done = run_python(code, new_url())
    assert done.stdout == "b'content' False\n", done.stderr


def test_a_bucket_of_another_region_is_found_by_s3fs(proxy):
    store = open_store(new_url())
    store.write("one", b"content")
    proxy.passed.clear()
    answers = iter([301])
    proxy.fault = lambda _: next(answers, None)
    assert store.read("one") == b"content"
    assert len(proxy.passed) == 2
    assert store.read("one") == b"content"


@pytest.mark.parametrize("root", ["a//b", "a/./b", "a/../b"])
def test_a_folder_that_obstore_has_no_name_for_is_used_all_the_same(at_server, root):
    """As keys of S3 these are names like any other."""
    folder = uuid.uuid4().hex
    store = open_store(f"s3://{BUCKET}/{folder}/{root}")
    store.write("one", b"content")
    assert store.read("one") == b"content"
    assert store.names() == ("one",)
    listed = at_server.client().list_objects_v2(Bucket=BUCKET, Prefix=folder)["Contents"]
    assert [one["Key"] for one in listed] == [f"{folder}/{root}/one"]


def test_a_neighbour_without_a_name_does_not_hide_the_others(at_server):
    folder = uuid.uuid4().hex
    store = open_store(f"s3://{BUCKET}/{folder}")
    store.write("one", b"1")
    at_server.client().put_object(Bucket=BUCKET, Key=f"{folder}/./odd", Body=b"2")
    assert "one" in store.names()
    assert store.read("one") == b"1"


def test_a_name_that_begins_like_another_is_no_folder(at_server):
    store = open_store(new_url())
    store.write("folder-2/one", b"1")
    assert not store.exists("folder")
    assert store.names("folder") == ()


@pytest.mark.slow
def test_more_names_than_one_answer_holds_are_all_listed(at_server):
    store = open_store(new_url())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.write(f"f/{n:04}", b""), range(1100)))
    assert store.names("f") == tuple(f"{n:04}" for n in range(1100))


def test_an_interrupt_ends_the_wait_for_a_silent_server(proxy):
    seen, answers = threading.Event(), threading.Event()

    def fault(_):
        seen.set()
        answers.wait(120)

    proxy.fault = fault
    code = (
        "try:\n    open_store(sys.argv[1]).read('one')\nexcept KeyboardInterrupt:\n    print('x')"
    )
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{HEAD}{code}\nimport os; sys.stdout.flush(); os._exit(0)",
            new_url(),
        ],
        stdout=subprocess.PIPE,
    )
    assert seen.wait(60)
    process.send_signal(signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[0] == b"x\n"
    finally:
        answers.set()


def test_a_store_with_a_certificate_of_its_own_is_trusted(tmp_path, monkeypatch):
    certificate, _ = make_ssl_devcert(str(tmp_path / "own"), host="localhost")
    own = tmp_path / "own.crt"
    assert str(own) == certificate
    with moto_server(host="localhost", certificate=own) as server:
        give(monkeypatch, server.environ)
        done = run_python(USE, new_url())
        assert done.stdout == ALONE, done.stderr
        monkeypatch.delenv("AWS_CA_BUNDLE")
        done = run_python(USE, new_url())
        assert "cannot be reached" in done.stderr


ANSWER = """\
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>{AccessKeyId}</AccessKeyId><SecretAccessKey>{SecretAccessKey}</SecretAccessKey>
<SessionToken>{SessionToken}</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""
TOKEN = "the-token-of-this-pod"


class Giver(BaseHTTPRequestHandler):
    """Gives credentials to whom brings the token: as the agent on a node, and as AWS's STS."""

    known: ClassVar[dict[str, str]] = {}

    def log_message(self, *_):
        pass

    def do_GET(self):
        known = {
            **self.known,
            "Token": self.known["SessionToken"],
            "Expiration": "2100-01-01T00:00:00Z",
        }
        self.answer(self.headers.get("Authorization") == TOKEN, json.dumps(known))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.answer(f"WebIdentityToken={TOKEN}" in self.path + body, ANSWER.format(**self.known))

    def answer(self, granted, text):
        data = text.encode() if granted else b""
        self.send_response(200 if granted else 403)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def guarded():
    """A store that lets nobody in, from its fifth request on, but who has a role's credentials."""
    with moto_server(INITIAL_NO_AUTH_ACTION_COUNT="4") as server:
        iam, sts = server.client("iam"), server.client("sts")
        role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=POLICY)["Role"]["Arn"]
        iam.put_role_policy(RoleName="runner", PolicyName="all", PolicyDocument=POLICY)
        taken = sts.assume_role(RoleArn=role, RoleSessionName="step")["Credentials"]
        Giver.known = {name: str(value) for name, value in taken.items()}
        yield server


@pytest.fixture
def giver():
    with ThreadingHTTPServer(("127.0.0.1", 0), Giver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def token(tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    return str(tmp_path / "token")


def without_keys(variables):
    return {name: value for name, value in variables.items() if "_KEY" not in name}


def test_credentials_come_from_the_agent_that_a_pod_is_pointed_to(
    guarded, giver, token, monkeypatch
):
    agent = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{giver.server_port}/v1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
    }
    give(monkeypatch, without_keys(guarded.environ) | agent)
    done = run_python(USE, new_url())
    assert done.stdout == ALONE, done.stderr


def test_a_role_is_taken_with_the_token_of_a_service_account(
    guarded, giver, token, tmp_path, monkeypatch
):
    certificate, key = make_ssl_devcert(str(tmp_path / "own"), host="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    giver.socket = context.wrap_socket(giver.socket, server_side=True)
    account = {
        "AWS_CA_BUNDLE": certificate,
        "AWS_ENDPOINT_URL_STS": f"https://localhost:{giver.server_port}",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/runner",
        "AWS_WEB_IDENTITY_TOKEN_FILE": token,
    }
    give(monkeypatch, without_keys(guarded.environ) | account)
    done = run_python(USE, new_url())
    assert done.stdout == ALONE, done.stderr


def test_a_session_token_goes_with_its_keys(guarded, monkeypatch):
    keys = {
        "AWS_ACCESS_KEY_ID": Giver.known["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": Giver.known["SecretAccessKey"],
    }
    give(monkeypatch, without_keys(guarded.environ) | keys)
    assert "cannot be reached" in run_python(USE, new_url()).stderr
    monkeypatch.setenv("AWS_SESSION_TOKEN", Giver.known["SessionToken"])
    done = run_python(USE, new_url())
    assert done.stdout == ALONE, done.stderr
