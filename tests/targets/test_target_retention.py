"""Which versions a target keeps, and how some of them go: the same for every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from target_places import ANN, FolderPlace, Place, bundle

from nbflow.errors import TargetError
from nbflow.targets import Signature

FIRST, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16


def on_day(number: int) -> Signature:
    return replace(ANN, moment=ANN.moment + timedelta(days=number))


def publish_three(place: Place) -> None:
    for number, digest in enumerate((FIRST, SECOND, THIRD)):
        place.publish(bundle(digest=digest), signed=on_day(number))


def test_versions_are_told_the_newest_first_with_when_they_were_replaced(place: Place) -> None:
    publish_three(place)
    ((listing, versions),) = place.target.histories()
    assert listing.dag_id == "iris"
    assert [(one.digest, one.current) for one in versions] == [
        (THIRD, True),
        (SECOND, False),
        (FIRST, False),
    ]
    assert [one.replaced for one in versions] == [None, on_day(2).moment, on_day(1).moment]
    files = place.files()
    for one in versions:
        own = [len(text) for path, text in files.items() if path.startswith(f"iris/{one.digest}/")]
        assert one.size == sum(own) > 0


def test_a_version_that_came_back_counts_from_when_it_came_back(place: Place) -> None:
    publish_three(place)
    place.target.roll_back("iris", FIRST, signed=on_day(3))
    place.publish(bundle(digest=THIRD), signed=on_day(4))
    ((_, versions),) = place.target.histories()
    assert [one.digest for one in versions] == [THIRD, FIRST, SECOND]
    assert versions[1].replaced == on_day(4).moment


def test_what_is_pruned_is_gone_and_the_rest_is_as_it_was(place: Place) -> None:
    publish_three(place)
    place.publish(bundle(dag_id="other"))
    before = place.files()
    gone = place.target.prune({"iris": [FIRST, SECOND]})
    assert sorted(gone) == [f"iris/{FIRST}", f"iris/{SECOND}"]
    after = place.files()
    assert after == {
        path: text
        for path, text in before.items()
        if not path.startswith((f"iris/{FIRST}/", f"iris/{SECOND}/"))
    }
    listing = next(one for one in place.target.published() if one.dag_id == "iris")
    assert listing.digests == (THIRD,)
    assert [one.digest for one in listing.versions] == [FIRST, SECOND, THIRD]


def test_the_version_that_a_dag_runs_is_never_pruned(place: Place) -> None:
    publish_three(place)
    place.target.roll_back("iris", FIRST, signed=on_day(3))
    assert place.target.prune({"iris": [FIRST]}) == ()
    assert place.target.published()[0].digests == (FIRST, SECOND, THIRD)


def test_pruning_what_is_not_there_changes_nothing(place: Place) -> None:
    publish_three(place)
    before = place.files()
    assert place.target.prune({"iris": ["d" * 16], "none": [FIRST]}) == ()
    assert place.files() == before


def test_nobody_goes_back_to_a_version_that_was_pruned(place: Place) -> None:
    publish_three(place)
    place.target.prune({"iris": [SECOND]})
    with pytest.raises(TargetError, match="no one version"):
        place.target.roll_back("iris", SECOND, signed=on_day(3))
    _, now, _ = place.target.roll_back("iris", signed=on_day(3))
    assert now.digest == FIRST


def test_versions_of_a_dag_that_was_unpublished_are_told_too(place: Place) -> None:
    publish_three(place)
    place.target.unpublish("iris", signed=on_day(3))
    ((listing, versions),) = place.target.histories()
    assert listing.digest == ""
    assert [one.digest for one in versions] == [THIRD, SECOND, FIRST]
    assert (versions[0].replaced, versions[0].current) == (on_day(3).moment, False)
    place.target.prune({"iris": [FIRST, SECOND, THIRD]})
    assert place.target.histories() == ()


def test_what_a_killed_removal_left_in_a_folder_goes_with_the_next(tmp_path) -> None:
    from target_places import folder_place

    place: FolderPlace = folder_place(tmp_path)
    publish_three(place)
    left = place.settings.target_folder / "iris" / ".removing-abc"
    (left / "gone").mkdir(parents=True)
    place.target.prune({"iris": [FIRST]})
    assert not left.exists()
