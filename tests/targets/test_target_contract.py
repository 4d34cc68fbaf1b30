"""What every target keeps: files first, DAG last, the same again changes nothing, history stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bucket_places import BucketPlace
from target_places import ANN, BEN, Place, bundle

from nbflow.errors import SettingsError, TargetError
from nbflow.settings import TargetSettings
from nbflow.targets import find_target, listings

FIRST, SECOND = "a" * 16, "b" * 16


def test_publishing_writes_the_dag_beside_the_folder_of_its_digest(place: Place) -> None:
    done = place.publish(bundle())
    assert done.changed
    assert done.path.endswith("iris.py")
    assert sorted(place.files()) == [
        "iris.py",
        "iris/.airflowignore",
        "iris/.ruff.toml",
        f"iris/{'0' * 16}/dag.py",
        f"iris/{'0' * 16}/files/lib/m.py",
        f"iris/{'0' * 16}/manifest.json",
        f"iris/{'0' * 16}/steps/load.ipynb",
        "iris/versions.json",
    ]
    assert place.files()["iris.py"] == bundle().dag.encode()


def test_what_is_published_without_a_review_is_there_at_once(place: Place) -> None:
    assert not place.target.reviewed
    assert place.publish(bundle()).review is None


def test_publishing_the_same_bundle_changes_nothing(place: Place) -> None:
    place.publish(bundle())
    before = place.files()
    assert not place.publish(bundle(), signed=BEN).changed
    assert place.files() == before


def test_several_bundles_are_published_together(place: Place) -> None:
    many = [bundle(dag_id=name) for name in ("one", "two", "three")]
    done = place.target.publish(many, signed=ANN)
    assert [one.dag_id for one in done] == ["one", "two", "three"]
    assert [one.dag_id for one in place.target.published()] == ["one", "three", "two"]
    again = place.target.publish([*many[:2], bundle(dag_id="three", digest=SECOND)], signed=ANN)
    assert [one.changed for one in again] == [False, False, True]


def test_older_bundles_stay_for_runs_in_flight(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND))
    (listing,) = place.target.published()
    assert (listing.digest, listing.digests) == (SECOND, (FIRST, SECOND))
    place.publish(bundle(digest=FIRST))
    assert place.target.published()[0].digest == FIRST


def test_who_published_what_and_when_is_kept(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND), signed=BEN, seen={"iris": FIRST})
    (listing,) = place.target.published()
    assert [(one.digest, one.by) for one in listing.versions] == [
        (FIRST, "ann@example.com"),
        (SECOND, "ben@example.com"),
    ]
    assert str(listing.current) == (
        f"{SECOND}, published by ben@example.com on 2026-11-29 08:30 UTC"
    )


def test_a_version_by_somebody_else_that_was_not_seen_is_not_replaced(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND), signed=BEN, seen={"iris": FIRST})
    before = place.files()
    with pytest.raises(TargetError, match=r"ben@example\.com on 2026-11-29 08:30 UTC") as caught:
        place.publish(bundle(digest="c" * 16), seen={"iris": FIRST})
    assert "nbflow diff iris.ipynb" in str(caught.value.hint)
    assert place.files() == before
    assert not place.publish(bundle(digest=SECOND)).changed
    assert place.publish(bundle(digest="c" * 16), seen={"iris": SECOND}).changed


def test_ones_own_version_that_was_not_before_ones_eyes_is_not_replaced(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND), shown=[FIRST])
    before = place.files()
    with pytest.raises(TargetError, match="which you have not seen") as caught:
        place.publish(bundle(digest="c" * 16), seen={"iris": SECOND}, shown=[FIRST])
    assert caught.value.forcible
    assert caught.value.as_json()["unseen"]["digest"] == SECOND
    assert place.files() == before
    with pytest.raises(TargetError, match="which you have not seen"):
        place.publish(bundle(digest="c" * 16), shown=[])
    assert not place.publish(bundle(digest=SECOND), shown=[FIRST]).changed
    assert place.publish(bundle(digest="c" * 16), shown=[FIRST, SECOND]).changed


def test_what_was_shown_may_be_anybodys(place: Place) -> None:
    place.publish(bundle(digest=FIRST), signed=BEN)
    assert place.publish(bundle(digest=SECOND), shown=[FIRST]).changed


def test_a_version_by_somebody_else_is_replaced_by_force(place: Place) -> None:
    place.publish(bundle(digest=FIRST), signed=BEN)
    assert place.publish(bundle(digest=SECOND), force=True).changed


def test_a_damaged_bundle_is_written_again(place: Place) -> None:
    place.publish(bundle())
    path = f"iris/{'0' * 16}/steps/load.ipynb"
    place.break_file(path)
    assert place.publish(bundle()).changed
    assert place.files()[path] == b"{}"


def test_two_notebooks_with_one_name_are_an_error(place: Place) -> None:
    place.publish(bundle(notebook="a/iris.ipynb"))
    before = place.files()
    other = bundle(notebook="b/iris.ipynb", digest=SECOND)
    with pytest.raises(TargetError, match=r"from a/iris\.ipynb, not from b/iris\.ipynb"):
        place.publish(bundle(dag_id="fine"), other)
    assert place.files() == before
    assert place.publish(other, force=True).changed
    assert place.target.published()[0].notebook == "b/iris.ipynb"


def test_a_dag_file_that_someone_else_wrote_is_not_overwritten(place: Place) -> None:
    place.write_file("iris.py", b"# mine\n")
    with pytest.raises(TargetError, match="was not made by nbflow"):
        place.publish(bundle())
    assert place.target.published() == ()
    assert place.files() == {"iris.py": b"# mine\n"}


def test_what_lies_beside_stays(place: Place) -> None:
    place.write_file("by_hand.py", b"# mine\n")
    place.publish(bundle())
    place.target.unpublish("iris", signed=ANN, purge=True)
    assert place.files() == {"by_hand.py": b"# mine\n"}


def test_unpublishing_takes_the_dag_away_and_keeps_its_versions(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND))
    place.publish(bundle(dag_id="iris2"))
    before = place.files()
    assert place.target.unpublish("iris", signed=BEN)[0].digest == SECOND
    assert [one.dag_id for one in place.target.published()] == ["iris2"]
    after = place.files()
    assert before.keys() - after.keys() == {"iris.py"}
    last = json.loads(after["iris/versions.json"])["versions"][-1]
    assert (last["by"], last["action"], last["digest"]) == ("ben@example.com", "unpublish", SECOND)
    with pytest.raises(TargetError, match="no DAG 'iris'"):
        place.target.unpublish("iris", signed=BEN)


@pytest.mark.parametrize(("digest", "expected"), [(None, SECOND), (FIRST, FIRST)])
def test_what_was_unpublished_can_be_brought_back(
    place: Place, digest: str | None, expected: str
) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND))
    place.target.unpublish("iris", signed=ANN)
    was, now, _ = place.target.roll_back("iris", digest, signed=BEN)
    assert (was.digest, now.digest) == ("", expected)
    assert place.target.published()[0].digest == expected


def test_what_was_unpublished_can_be_published_again(place: Place) -> None:
    place.publish(bundle())
    place.target.unpublish("iris", signed=BEN)
    assert place.publish(bundle()).changed
    actions = [one.action for one in place.target.published()[0].versions]
    assert actions == ["publish", "unpublish", "publish"]


@pytest.mark.parametrize("unpublished", [False, True])
def test_purging_takes_a_dag_and_all_its_files_away_and_nothing_else(
    place: Place, unpublished: bool
) -> None:
    place.publish(bundle())
    place.publish(bundle(dag_id="iris2"))
    if unpublished:
        place.target.unpublish("iris", signed=ANN)
    assert place.target.unpublish("iris", signed=ANN, purge=True)[0].dag_id == "iris"
    assert [one.dag_id for one in place.target.published()] == ["iris2"]
    assert not [path for path in place.files() if path.startswith(("iris/", "iris.py"))]


def test_unpublishing_what_is_not_there_lists_what_is(place: Place) -> None:
    place.publish(bundle())
    with pytest.raises(TargetError, match="no DAG 'irs'") as caught:
        place.target.unpublish("irs", signed=ANN)
    assert "iris" in str(caught.value.hint)


@pytest.mark.parametrize("dag_id", ["every.thing-1", "naïve"])
def test_any_name_that_airflow_takes_is_listed_whole(place: Place, dag_id: str) -> None:
    place.publish(bundle(dag_id=dag_id))
    assert [one.dag_id for one in place.target.published()] == [dag_id]


def test_files_keep_odd_names_and_any_content(place: Place) -> None:
    odd = {
        'files/a "quoted" name.txt': b"1",
        "files/with space/ü\\x.csv": bytes(range(256)) * 50,
        "files/empty": b"",
        "files/new\nline": b"\n\n",
    }
    if isinstance(place, BucketPlace):
        del odd["files/new\nline"]  # the server of these tests has no way to such a key
    one = bundle()
    place.publish(replace(one, files={**one.files, **odd}))
    found = place.files()
    assert {path: found[f"iris/{one.digest}/{path}"] for path in odd} == odd
    assert not place.publish(replace(one, files={**one.files, **odd})).changed


def test_nothing_is_published_in_a_place_that_is_empty(place: Place) -> None:
    assert place.target.published() == ()


def test_a_history_that_cannot_be_read_does_not_stop_publishing(place: Place) -> None:
    place.publish(bundle(digest=FIRST))
    place.write_file("iris/versions.json", b"{")
    assert place.target.published()[0].versions == ()
    place.publish(bundle(digest=SECOND))
    kept = json.loads(place.files()["iris/versions.json"])["versions"]
    assert [one["digest"] for one in kept] == [SECOND]


def test_an_unknown_kind_of_target_lists_the_known_ones(place: Place) -> None:
    other = replace(place.settings, target=TargetSettings(kind="gti"))
    with pytest.raises(SettingsError, match="no target 'gti'") as caught:
        find_target(other)
    assert "folder, git" in str(caught.value.hint)


def test_going_back_takes_the_version_before(place: Place) -> None:
    for digest in (FIRST, SECOND, FIRST, "c" * 16):
        place.publish(bundle(digest=digest))
    was, now, _ = place.target.roll_back("iris", signed=BEN)
    assert (was.digest, now.digest) == ("c" * 16, FIRST)
    assert place.files()["iris.py"] == bundle(digest=FIRST).dag.encode()
    (listing,) = place.target.published()
    assert (
        str(listing.current) == f"{FIRST}, rolled back by ben@example.com on 2026-11-29 08:30 UTC"
    )
    assert set(listing.digests) == {FIRST, SECOND, "c" * 16}


def test_going_back_to_a_version_takes_the_beginning_of_its_digest(place: Place) -> None:
    for digest in (FIRST, SECOND, "c" * 16):
        place.publish(bundle(digest=digest))
    place.target.roll_back("iris", "bbb", signed=ANN)
    assert place.target.published()[0].digest == SECOND
    before = place.files()
    place.target.roll_back("iris", SECOND, signed=ANN)
    assert place.files() == before


def test_what_did_not_change_is_not_read_again_and_what_did_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dag_id in ("iris", "iris2", "iris3"):
        place.publish(bundle(dag_id=dag_id, digest=FIRST))
    first = place.target.published()
    read: list[str] = []
    whole = listings.listing
    monkeypatch.setattr(listings, "listing", lambda v, name: read.append(name) or whole(v, name))
    assert place.target.published() == first
    assert read == []
    place.publish(bundle(dag_id="iris2", digest=SECOND))
    assert [one.digest for one in place.target.published()] == [FIRST, SECOND, FIRST]
    place.target.roll_back("iris2", signed=BEN)
    again = place.target.published()
    assert [one.digest for one in again] == [FIRST] * 3
    assert len(again[1].versions) == 3
    assert {*read} == {"iris2"}
    place.target.prune({"iris2": [SECOND]})
    assert place.target.published()[1].digests == (FIRST,)
    place.target.unpublish("iris3", signed=ANN)
    assert [one.dag_id for one in place.target.published()] == ["iris", "iris2"]
    place.target.roll_back("iris3", signed=ANN)
    assert [one.dag_id for one in place.target.published()] == ["iris", "iris2", "iris3"]


def test_what_one_would_go_back_to_is_told_and_nothing_is_written(place: Place) -> None:
    for digest in (FIRST, SECOND):
        place.publish(bundle(digest=digest))
    before = place.files()
    goal = place.target.earlier("iris")
    assert (goal.digest, goal.dag) == (FIRST, bundle(digest=FIRST).dag)
    assert goal.files["manifest.json"] == bundle(digest=FIRST).files["manifest.json"]
    assert not [path for path in goal.files if path.startswith("files/")]
    assert place.target.earlier("iris", SECOND[:5]).digest == SECOND
    assert place.files() == before
    with pytest.raises(TargetError, match="no one version 'd'"):
        place.target.earlier("iris", "d")


@pytest.mark.parametrize("digest", [None, "d", ""])
def test_going_back_to_what_is_not_there_lists_what_is(place: Place, digest: str | None) -> None:
    place.publish(bundle(digest=FIRST))
    if digest == "":
        place.publish(bundle(digest=SECOND))
    with pytest.raises(TargetError, match="iris has no") as caught:
        place.target.roll_back("iris", digest, signed=ANN)
    assert FIRST in str(caught.value.hint)
