"""What a namespace does with a pod: defaults, limit ranges, quotas."""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import limit_range, node, pod, quota

from nbflow.cluster.admission import admitted, judge_limits
from nbflow.cluster.amounts import pod_amounts, read_amounts
from nbflow.cluster.findings import Verdict
from nbflow.cluster.placement import judge_placement
from nbflow.cluster.places import read_nodes
from nbflow.cluster.quotas import judge_quotas, usage


def test_a_limit_range_gives_what_the_pod_does_not_say() -> None:
    ranges = [limit_range(default={"memory": "2Gi"}, defaultRequest={"memory": "1Gi", "cpu": "1"})]
    kept = admitted(pod({"cpu": "3"}), limit_ranges=ranges)
    assert pod_amounts(kept) == read_amounts({"cpu": "3", "memory": "1Gi"})
    assert pod_amounts(kept, "limits") == read_amounts({"memory": "2Gi"})


def test_a_limit_of_the_pod_is_its_request_before_a_limit_range_gives_one() -> None:
    ranges = [limit_range(defaultRequest={"memory": "1Gi"})]
    kept = admitted(pod(limits={"memory": "8Gi"}), limit_ranges=ranges)
    assert pod_amounts(kept) == read_amounts({"memory": "8Gi"})


def test_what_is_given_counts_where_the_pod_is_placed() -> None:
    ranges = [limit_range(defaultRequest={"memory": "32Gi"})]
    kept = admitted(pod(), limit_ranges=ranges)
    places = read_nodes([node(memory="16Gi")], pods=[])
    assert judge_placement(kept, nodes=places).verdict is Verdict.PROBLEM


def test_a_runtime_class_adds_its_overhead_and_its_nodes() -> None:
    runtime_class = {
        "overhead": {"podFixed": {"memory": "1Gi"}},
        "scheduling": {
            "nodeSelector": {"runtime": "kata"},
            "tolerations": [{"key": "kata", "operator": "Exists"}],
        },
    }
    kept = admitted(pod({"memory": "1Gi"}, nodeSelector={"a": "b"}), runtime_class=runtime_class)
    assert pod_amounts(kept) == read_amounts({"memory": "2Gi"})
    assert pod_amounts(kept, "limits") == {}
    assert kept["spec"]["nodeSelector"] == {"runtime": "kata", "a": "b"}
    assert kept["spec"]["tolerations"] == [{"key": "kata", "operator": "Exists"}]


@pytest.mark.parametrize(
    ("asked", "item", "words"),
    [
        (pod(limits={"memory": "64Gi"}), {"max": {"memory": "32Gi"}}, "memory 64Gi asked"),
        (pod({"memory": "1Gi"}), {"max": {"memory": "32Gi"}}, "wants a limit of memory"),
        (pod(limits={"cpu": "100m"}), {"min": {"cpu": "500m"}}, "cpu 0.1 asked"),
        (
            pod({"cpu": "1"}, limits={"cpu": "8"}),
            {"maxLimitRequestRatio": {"cpu": "4"}},
            "at most 4 times",
        ),
        (
            pod(limits={"memory": "64Gi"}),
            {"type": "Pod", "max": {"memory": "32Gi"}},
            "allows a pod 32Gi",
        ),
    ],
    ids=["max", "no-limit", "min", "ratio", "pod"],
)
def test_a_pod_outside_a_limit_range_is_a_problem(
    asked: dict[str, Any], item: dict[str, Any], words: str
) -> None:
    ranges = [limit_range(**item)]
    (answer,) = judge_limits(admitted(asked, limit_ranges=ranges), ranges)
    assert answer.verdict is Verdict.PROBLEM
    assert words in answer.message
    assert answer.hint


def test_a_pod_within_a_limit_range_is_fine() -> None:
    ranges = [limit_range(max={"memory": "32Gi"}, min={"memory": "1Gi"})]
    (answer,) = judge_limits(admitted(pod(limits={"memory": "8Gi"})), ranges)
    assert answer.verdict is Verdict.OK


def test_a_quota_that_is_full_now_is_a_warning() -> None:
    full = quota({"requests.memory": "16Gi"}, used={"requests.memory": "12Gi"})
    (answer,) = judge_quotas(pod({"memory": "8Gi"}), [full])
    assert answer.verdict is Verdict.WARNING
    assert answer.message == "quota team is full now: requests.memory 8Gi asked, 12Gi of 16Gi used"


def test_a_quota_that_is_too_small_is_a_problem() -> None:
    (answer,) = judge_quotas(
        pod({"nvidia.com/gpu": "4"}), [quota({"requests.nvidia.com/gpu": "2"})]
    )
    assert answer.verdict is Verdict.PROBLEM
    assert answer.message == (
        "quota team is too small: requests.nvidia.com/gpu 4 asked, 0 of 2 used"
    )


def test_a_quota_refuses_a_pod_that_does_not_say_what_it_counts() -> None:
    (answer,) = judge_quotas(pod({"memory": "1Gi"}), [quota({"limits.memory": "64Gi"})])
    assert answer.verdict is Verdict.PROBLEM
    assert "counts limits.memory, and the pod says none" in answer.message
    assert answer.hint == "say `memory: {limit: …}` in the profile"


def test_a_quota_with_room_is_named() -> None:
    (answer,) = judge_quotas(pod({"cpu": "1"}), [quota({"cpu": "4", "pods": "10"})])
    assert (answer.verdict, answer.message) == (Verdict.OK, "there is room in team")


def test_without_quotas_there_is_nothing_to_say() -> None:
    assert judge_quotas(pod({"cpu": "1"}), []) == []


def test_volumes_that_are_made_for_the_pod_count_in_quotas_of_storage() -> None:
    claim = {"spec": {"resources": {"requests": {"storage": "1Ti"}}}}
    volumes = [{"name": "fast", "ephemeral": {"volumeClaimTemplate": claim}}]
    taken = usage(pod(volumes=volumes))
    expected = read_amounts({"requests.storage": "1Ti", "persistentvolumeclaims": "1"})
    assert taken.items() >= expected.items()


@pytest.mark.parametrize(
    ("scope", "asked", "counts"),
    [
        ({"scopes": ["BestEffort"]}, pod(), True),
        ({"scopes": ["BestEffort"]}, pod({"cpu": "1"}), False),
        ({"scopes": ["NotBestEffort"]}, pod({"cpu": "1"}), True),
        ({"scopes": ["Terminating"]}, pod(), False),
        ({"scopes": ["NotTerminating"]}, pod(), True),
        ({"scopes": ["NotTerminating", "NotBestEffort"]}, pod(), False),
        ("In", pod(priorityClassName="nightly"), True),
        ("In", pod(), False),
        ("NotIn", pod(), True),
        ("Exists", pod(priorityClassName="other"), True),
        ("DoesNotExist", pod(priorityClassName="other"), False),
    ],
)
def test_a_quota_counts_the_pods_in_its_scopes(
    scope: dict[str, Any] | str, asked: dict[str, Any], counts: bool
) -> None:
    if isinstance(scope, str):
        one = {"scopeName": "PriorityClass", "operator": scope, "values": ["nightly"]}
        scope = {"scopeSelector": {"matchExpressions": [one]}}
    full = quota({"pods": "0"}, **scope)
    assert bool(judge_quotas(asked, [full])) is counts
