"""Which values are shown, and which look like secrets."""

import pytest

from nbflow.notebook.secrets import asks_for_secret, looks_secret, may_be_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "hunter2"),
        ("db_password", "changeit"),
        ("dbPassword", "hunter2"),
        ("credentials", "u:p"),
        ("api_key", "abc"),
        ("api_token", "tok-TOPSECRET99"),
        ("auth", "Basic12345678="),
        ("database_url", "postgres://u:pw@h/db"),
        ("anything", "AKIAABCDEFGHIJKLMNOP"),
        ("connection", {"host": "h", "password": "hunter2"}),
        ("connections", [{"host": "h"}, {"token": "abc12345"}]),
        ("passwords_of", {"a": {"pwd": "x"}}),
    ],
)
def test_what_may_be_a_secret_is_hidden(name, value):
    assert may_be_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", ""),
        ("password", None),
        ("secret_path", "/run/secrets/db"),
        ("credentials", "service.json"),
        ("max_tokens", 512),
        ("pad_token", "[PAD]"),
        ("eos_token", "</s>"),
        ("tokenizer", "bert-base-uncased-2"),
        ("auth", "basic"),
        ("url", "https://example.org/a@b"),
        ("pin", 1234),
        ("rows", {"n": 7, "names": ["a", "b"]}),
        ("when", ("2026-01-01", "2026-02-01")),
    ],
)
def test_what_is_none_is_shown(name, value):
    assert not may_be_secret(name, value)


def test_of_what_is_hidden_only_the_clear_cases_are_a_finding():
    assert looks_secret("password", "hunter2")
    assert not looks_secret("api_token", "tok-TOPSECRET99")
    assert not looks_secret("password", "changeit")


@pytest.mark.parametrize("name", ["password", "api_token", "db_credentials"])
@pytest.mark.parametrize("default", ["", None])
def test_a_parameter_without_a_value_asks_for_a_secret_by_its_name(name, default):
    assert asks_for_secret(name, default)


@pytest.mark.parametrize(
    ("name", "default"), [("pad_token", "[PAD]"), ("country", ""), ("n", None)]
)
def test_others_ask_for_none(name, default):
    assert not asks_for_secret(name, default)
