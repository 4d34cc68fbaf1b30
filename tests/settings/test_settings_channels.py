"""Channels: what they may say, and that they hold no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import validate
from yaml import safe_load

from nbflow.errors import SettingsError
from nbflow.model import Channel
from nbflow.settings import load_settings, settings_schema

FULL = """\
channels:
  ops: {kind: slack, connection: ops_chat}
  hook: {kind: webhook, connection: incident_api, path: v1/events}
  mail: {kind: email, connection: mail_server, to: [ann@example.com], sender: nbflow@example.com}
"""


def test_channels_are_read_and_follow_the_schema(tmp_path: Path) -> None:
    (tmp_path / "nbflow.yaml").write_text(FULL)
    assert load_settings(tmp_path, environ={}).channels == {
        "hook": Channel("hook", "webhook", "incident_api", path="v1/events"),
        "mail": Channel(
            "mail", "email", "mail_server", to=("ann@example.com",), sender="nbflow@example.com"
        ),
        "ops": Channel("ops", "slack", "ops_chat"),
    }
    validate(safe_load(FULL), settings_schema())


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("{kind: slak, connection: x}", ["nbflow.yaml:2", "channels.ops.kind", "slak"]),
        ("{kind: slack}", ["nbflow.yaml:2", "connection", "missing"]),
        ("{kind: slack, connection: x, to: [a@b]}", ["for e-mail"]),
        ("{kind: slack, connection: x, path: T0/B0}", ["`path` is for webhooks"]),
        ("{kind: email, connection: x}", ["whom"]),
        ("{kind: email, connection: x, to: [ann]}", ["channels.ops.to.0"]),
        ("{kind: webhook, connection: x, url: y}", ["channels.ops.url"]),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(
    tmp_path: Path, channel: str, words: list[str]
) -> None:
    (tmp_path / "nbflow.yaml").write_text(f"channels:\n  ops: {channel}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environ={})
    for word in words:
        assert word in f"{caught.value} {caught.value.hint}"


def test_the_address_of_a_webhook_is_refused_without_showing_it(tmp_path: Path) -> None:
    secret = "https://hooks.slack.com/services/T0/B0/hidden"
    (tmp_path / "nbflow.yaml").write_text(
        f"channels:\n  ops: {{kind: slack, connection: '{secret}'}}\n"
    )
    with pytest.raises(SettingsError, match="an address is no name of a connection") as caught:
        load_settings(tmp_path, environ={})
    assert "hidden" not in str(caught.value)
