"""Whose versions may be published over: what each person has seen in a folder."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import write_notebook

from nbflow import api
from nbflow.errors import TargetError


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """A person's notebook, which prints their text."""

    def written(by, text):
        monkeypatch.setenv("NBFLOW_USER", f"{by}@example.com")
        write_notebook(tmp_path / "churn.ipynb", ("step:only", f"print({text!r})"))
        return api.compile(tmp_path / "churn.ipynb")

    return written


@pytest.fixture
def publish(compiled):
    def published(by, text):
        return api.publish([compiled(by, text)], wait=False, tell=print)[0]

    return published


def test_what_another_person_published_in_the_same_folder_is_not_seen_by_me(compiled, publish):
    publish("ann", "first")
    publish("ann", "second")
    with pytest.raises(TargetError, match="which you have not seen"):
        publish("bob", "his")
    api.diff(compiled("bob", "his"))
    publish("bob", "his")
    publish("bob", "his other")
    with pytest.raises(TargetError, match=r"published by bob@example\.com"):
        publish("ann", "third")
    api.diff(compiled("ann", "third"))
    assert publish("ann", "third").changed


def test_what_was_seen_before_people_were_told_apart_still_counts(publish, tmp_path):
    publish("ann", "first")
    file = tmp_path / ".nbflow/seen.json"
    seen = json.loads(file.read_text())["people"]["ann@example.com"]
    file.write_text(json.dumps(seen))  # as it was kept for the folder
    publish("bob", "his")
    with pytest.raises(TargetError, match=r"published by bob@example\.com"):
        publish("ann", "second")


@pytest.mark.parametrize("kept", ["", "[1]", '{"people": 3}', "null"])
def test_a_damaged_record_counts_as_nothing_seen(publish, tmp_path, kept):
    publish("ann", "first")
    (tmp_path / ".nbflow/seen.json").write_text(kept)
    assert publish("ann", "second").changed
    (tmp_path / ".nbflow/seen.json").write_text(kept)
    with pytest.raises(TargetError, match="which you have not seen"):
        publish("bob", "his")
