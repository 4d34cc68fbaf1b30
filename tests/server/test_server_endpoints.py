"""Who may ask, how answers and errors look, and that the description is true."""

import json
import subprocess
import sys

import pytest
from openapi_spec_validator import validate
from tornado.httpclient import HTTPClientError

from nbflow.server import openapi
from nbflow.server.handlers import EndpointHandler
from nbflow.server.table import ENDPOINTS


def rules(web_app):
    """All routes of the extension that the server has."""
    own = [rule for rule in web_app.wildcard_router.rules if rule.target is EndpointHandler]
    for rule in web_app.default_router.rules:
        own += [
            one
            for one in getattr(rule.target, "rules", ())
            if getattr(one, "target", None) is EndpointHandler
        ]
    return list(dict.fromkeys(own))


async def test_no_route_answers_without_a_token(jp_web_app, http_server_client):
    found = rules(jp_web_app)
    assert len(found) == len({one.path for one in ENDPOINTS})
    for rule in found:
        pattern = rule.matcher.regex.pattern.removesuffix("$").replace("\\", "")
        path = pattern
        for name in rule.matcher.regex.groupindex:
            path = path.replace(f"(?P<{name}>[^/]+)", "x")
        for method in ("GET", "POST", "DELETE", "PUT", "PATCH"):
            body = None if method in {"GET", "DELETE"} else "{}"
            with pytest.raises(HTTPClientError) as refused:
                await http_server_client.fetch(path, method=method, body=body)
            assert refused.value.code in (
                {403} if method in {"GET", "POST", "DELETE"} else {403, 405}
            )
            if method == "GET":
                said = json.loads(refused.value.response.body)
                assert (said["code"], said["status"]) == ("forbidden", 403)


async def test_a_cookie_alone_changes_nothing(jp_serverapp, http_server_client, jp_base_url):
    """As a page of somebody else in the user's browser would have it."""
    token = jp_serverapp.identity_provider.token
    login = await http_server_client.fetch(
        f"{jp_base_url}nbflow/api/jobs?token={token}", method="GET"
    )
    cookies = [one.split(";")[0] for one in login.headers.get_list("Set-Cookie")]
    assert cookies
    cookies.append(f"_xsrf={'0123456789abcdef' * 2}")
    url = f"{jp_base_url}nbflow/api/inspect"

    async def post(**headers):
        said = {"Cookie": "; ".join(cookies), **headers}
        return await http_server_client.fetch(
            url, method="POST", body="{}", headers=said, raise_error=False
        )

    refused = await post()
    assert refused.code == 403
    assert "_xsrf" in json.loads(refused.body)["message"]
    allowed = await post(**{"X-XSRFToken": "0123456789abcdef" * 2})
    assert (allowed.code, json.loads(allowed.body)["code"]) == (400, "request")


@pytest.fixture
def deny(jp_serverapp, monkeypatch):
    """Lets the authorizer say no to what is named."""

    def deny(*refused):
        asked = []

        def is_authorized(self, handler, user, action, resource):
            asked.append((action, resource))
            return (action, resource) not in refused

        kind = type(jp_serverapp.authorizer)
        monkeypatch.setattr(kind, "is_authorized", is_authorized)
        return asked

    return deny


async def test_the_servers_authorizer_is_asked_for_each_action(ask, root, deny):
    asked = deny(("execute", "nbflow"))
    refused = await ask("POST", "run", {"path": "work/train.ipynb"})
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert (await ask("POST", "inspect", {"path": "work/train.ipynb"})).status == 200
    assert ("read", "contents") in asked
    deny(("read", "contents"))
    hidden = await ask("POST", "inspect", {"path": "work/train.ipynb"})
    assert (hidden.status, "read contents" in hidden.json["message"]) == (403, True)


def test_the_description_is_sound_and_says_every_endpoint():
    described = openapi()
    validate(described)
    names = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    assert sorted(names) == sorted(one.name for one in ENDPOINTS)
    assert len(set(names)) == len(names)


async def test_the_description_is_served(ask):
    answer = await ask("GET", "openapi.json")
    assert answer.json == json.loads(json.dumps(openapi()))


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "inspect", {}, "'path' is a required property"),
        ("POST", "inspect", {"path": 5}, "path: 5 is not of type 'string'"),
        ("POST", "inspect", {"path": "a.ipynb", "what": 1}, "'what' was unexpected"),
        ("POST", "inspect", {"path": "a.ipynb", "content": []}, "content: [] is not of type"),
        ("POST", "inspect", [], "[] is not of type 'object'"),
        ("GET", "next-runs", None, "'schedule' is a required property"),
        ("GET", "next-runs?schedule=@daily&count=0", None, "count: 0 is less than"),
        ("GET", "next-runs?schedule=@daily&count=many", None, "count: 'many' is not of type"),
        ("GET", "jobs/x?wait=1000", None, "wait: 1000.0 is greater than"),
        ("GET", "runs?states=done", None, "states: 'done' does not match"),
        ("POST", "pipelines/a/rollback", {"digest": "../.."}, "digest: '../..' does not match"),
    ],
)
async def test_what_is_no_sound_request_is_refused(ask, root, method, path, body, words):
    path, _, query = path.partition("?")
    params = dict(one.split("=") for one in query.split("&")) if query else {}
    answer = await ask(method, path, body, **params)
    assert (answer.status, answer.json["code"], answer.json["status"]) == (400, "request", 400)
    assert words in answer.json["message"]


async def test_a_body_that_is_no_json_and_a_wrong_method_are_refused(jp_fetch, ask):
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("nbflow", "api", "inspect", method="POST", body="{")
    assert "no JSON" in json.loads(refused.value.response.body)["message"]
    wrong = await ask("GET", "inspect")
    assert (wrong.status, wrong.json["code"], wrong.headers["Allow"]) == (405, "method", "POST")


@pytest.mark.parametrize("path", ["../train.ipynb", "work/../../x.ipynb", ".ssh/a.ipynb", "a\\b"])
async def test_nothing_outside_the_servers_root_is_looked_at(ask, root, content, path):
    (root.parent / "train.ipynb").write_text(json.dumps(content))
    for body in ({"path": path}, {"path": path, "content": content}):
        answer = await ask("POST", "inspect", body)
        assert (answer.status, answer.json["code"]) == (400, "usage")
    assert (await ask("GET", "settings", project=path)).status == 400


async def test_a_bug_is_told_as_one_without_its_insides(ask, root, monkeypatch):
    monkeypatch.setattr("nbflow.api.describe", lambda _: 1 / 0, raising=False)
    answer = await ask("POST", "inspect", {"path": "work/train.ipynb"})
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert "ZeroDivisionError" in answer.json["hint"]
    assert "Traceback" not in json.dumps(answer.json)


def test_the_extension_loads_nothing_that_takes_time():
    program = (
        "import sys, nbflow.server as s\n"
        "s._jupyter_server_extension_points()\n"
        "print(sorted(m for m in sys.modules if m.startswith('nbflow')), len(sys.modules))\n"
        "import nbflow.server.table\n"
        "print([m for m in ('nbformat', 'pydantic', 'jsonschema', 'httpx') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    assert first.startswith("['nbflow', 'nbflow.server']")
    assert second == "[]"
