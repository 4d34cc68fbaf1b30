"""A target in a bucket: races, refusals, and what is asked of the server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bucket_places import BucketPlace
from object_servers import BUCKET
from target_places import ANN, BEN, bundle

from nbflow.errors import SettingsError, TargetError
from nbflow.settings import Settings, TargetSettings, load_settings
from nbflow.targets import Target, find_target

FIRST, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16


class Meanwhile:
    """A tree in which something happens after what is to change was decided."""

    def __init__(self, tree, happen):
        self._tree = tree
        self._happen = happen

    def __getattr__(self, name):
        return getattr(self._tree, name)

    def update(self, decide):
        def decided(view):
            change = decide(view)
            happen, self._happen = self._happen, None
            if happen is not None:
                happen()
            return change

        self._tree.update(decided)


def test_of_two_people_who_publish_one_dag_at_once_one_is_told(bucket: BucketPlace) -> None:
    bucket.publish(bundle(digest=FIRST))
    tree = Meanwhile(
        bucket.target.tree,
        lambda: bucket.publish(bundle(digest=SECOND), signed=BEN, seen={"iris": FIRST}),
    )
    with pytest.raises(TargetError, match=r"now bbbbbbbbbbbbbbbb, published by ben@example\.com"):
        Target(tree).publish([bundle(digest=THIRD)], signed=ANN, seen={"iris": FIRST})
    (listing,) = bucket.target.published()
    assert listing.digest == SECOND
    assert [one.digest for one in listing.versions] == [FIRST, SECOND]


def test_of_two_people_who_publish_a_new_dag_at_once_one_is_told(bucket: BucketPlace) -> None:
    tree = Meanwhile(bucket.target.tree, lambda: bucket.publish(bundle(digest=SECOND), signed=BEN))
    with pytest.raises(TargetError, match=r"ben@example\.com"):
        Target(tree).publish([bundle(digest=FIRST)], signed=ANN)
    assert bucket.target.published()[0].digest == SECOND


def test_other_dags_that_are_published_meanwhile_do_not_matter(bucket: BucketPlace) -> None:
    tree = Meanwhile(bucket.target.tree, lambda: bucket.publish(bundle(dag_id="other")))
    Target(tree).publish([bundle()], signed=ANN)
    assert [one.dag_id for one in bucket.target.published()] == ["iris", "other"]


def test_each_team_has_its_prefix(bucket: BucketPlace) -> None:
    url = bucket.settings.target.options["url"]
    settings = replace(
        bucket.settings, target=TargetSettings("s3", None, {"url": f"{url}/{{team}}"})
    )
    find_target(settings.of_team("churn")).publish([bundle()], signed=ANN)
    find_target(settings.of_team(None)).publish([bundle(dag_id="mine")], signed=ANN)
    assert {path.split("/")[0] for path in bucket.files()} == {"churn", "default"}
    assert find_target(settings.of_team("churn")).edition("mine") is None


def test_a_prefix_is_not_mistaken_for_another_that_begins_alike(bucket: BucketPlace) -> None:
    longer = TargetSettings("s3", None, {"url": bucket.settings.target.options["url"] + "-2"})
    find_target(Settings(root=bucket.settings.root, target=longer)).publish([bundle()], signed=ANN)
    assert bucket.target.published() == ()


def test_a_bucket_without_a_prefix_is_a_target_too(bucket: BucketPlace) -> None:
    bucket.client.create_bucket(Bucket="whole")
    whole = find_target(
        replace(bucket.settings, target=TargetSettings("s3", None, {"url": "s3://whole"}))
    )
    whole.publish([bundle()], signed=ANN)
    keys = [one["Key"] for one in bucket.client.list_objects_v2(Bucket="whole")["Contents"]]
    assert "iris.py" in keys
    assert [one.dag_id for one in whole.published()] == ["iris"]


def test_a_second_look_at_many_dags_reads_none_of_them(
    bucket: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [bundle(dag_id=f"dag{number}") for number in range(20)]
    bucket.target.publish(many, signed=ANN)
    target = bucket.target
    asked: list[str] = []
    client = target.tree._s3()
    client.meta.events.register(
        "before-send.s3", lambda request, **_: asked.append(request.method + request.url)
    )
    assert not any(one.changed for one in target.publish(many, signed=BEN))
    assert len(asked) < 12, asked


@pytest.mark.parametrize(
    ("url", "code", "way_out"),
    [("s3://nowhere-at-all/dags", "NoSuchBucket", "have the bucket made")],
)
def test_what_the_server_refuses_is_said_with_a_way_out(
    bucket: BucketPlace, url: str, code: str, way_out: str
) -> None:
    target = find_target(replace(bucket.settings, target=TargetSettings("s3", None, {"url": url})))
    with pytest.raises(TargetError, match=code) as caught:
        target.publish([bundle()], signed=ANN)
    assert way_out in str(caught.value.hint)


def test_a_server_that_is_not_there_is_named(bucket: BucketPlace) -> None:
    options = {"url": f"s3://{BUCKET}/dags", "endpoint": "http://127.0.0.1:9"}
    target = find_target(replace(bucket.settings, target=TargetSettings("s3", None, options)))
    with pytest.raises(TargetError, match=r"127\.0\.0\.1:9") as caught:
        target.published()
    assert "endpoint:" in str(caught.value.hint)


def test_nobody_who_has_no_credentials_is_left_guessing(
    bucket: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(TargetError, match="credentials") as caught:
        bucket.target.published()
    assert "profile:" in str(caught.value.hint)


@pytest.mark.parametrize("said", ["{kind: s3}", "{kind: s3, url: 'https://x/y'}"])
def test_a_url_that_is_none_of_a_bucket_is_an_error(tmp_path, said: str) -> None:
    (tmp_path / "nbflow.yaml").write_text(f"target: {said}\n")
    with pytest.raises(SettingsError, match="s3://BUCKET/PREFIX"):
        find_target(load_settings(tmp_path, environ={}))


def test_an_unknown_key_is_named_with_the_nearest(tmp_path) -> None:
    (tmp_path / "nbflow.yaml").write_text("target: {kind: s3, url: s3://b, endpont: x}\n")
    with pytest.raises(SettingsError, match="endpont") as caught:
        load_settings(tmp_path, environ={})
    assert "endpoint" in f"{caught.value} {caught.value.hint}"
