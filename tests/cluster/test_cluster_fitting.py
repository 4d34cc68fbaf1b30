"""Where a pod could run: the scheduler's arithmetic, and what is said where it comes out short."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import yaml
from cluster_objects import REQUIRED, node, pod
from hypothesis import given
from hypothesis import strategies as st

from nbflow.cluster.amounts import pod_amounts, read_amounts, write_amount
from nbflow.cluster.findings import Answer, Verdict
from nbflow.cluster.placement import judge_beyond, judge_placement
from nbflow.cluster.places import Place, apart_from, obstacles, read_nodes

GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def judged(
    asked: dict[str, Any],
    *nodes: dict[str, Any],
    pods: tuple[dict[str, Any], ...] = (),
    pools: tuple[Place, ...] = (),
    pods_seen: bool = True,
) -> Answer:
    places = read_nodes(nodes, pods=pods)
    return judge_placement(asked, nodes=places, pools=pools, pods_seen=pods_seen)


def test_a_pod_that_fits_says_on_how_many_nodes() -> None:
    answer = judged(pod({"cpu": "2"}), node("a"), node("b", cpu="1"))
    assert answer == Answer(Verdict.OK, "fits now, on 1 of 2 nodes")


def test_each_reason_is_counted_the_most_frequent_first() -> None:
    asked = pod({"memory": "64Gi", "nvidia.com/gpu": "1"})
    answer = judged(
        asked,
        node("a", memory="22Gi"),
        node("b", memory="8Gi"),
        node("c", memory="128Gi", gpu="2", taints=[GPU_TAINT]),
    )
    assert answer.verdict is Verdict.PROBLEM
    assert answer.message == (
        "fits no node: 2 of 3 nodes: has no nvidia.com/gpu; 2 of 3 nodes: memory 64Gi asked,"
        " at most 22Gi; 1 of 3 nodes: taint nvidia.com/gpu=present:NoSchedule not tolerated"
    )
    assert answer.hint == (
        "for c: add `tolerations: [{key: nvidia.com/gpu, operator: Equal, value: present,"
        " effect: NoSchedule}]`"
    )


def test_a_pod_that_waits_for_others_fits_an_empty_node() -> None:
    busy = pod({"memory": "12Gi"}, on="a")
    answer = judged(pod({"memory": "8Gi"}), node("a"), pods=(busy,))
    assert answer.verdict is Verdict.WARNING
    assert answer.message == (
        "fits an empty node (busy now): 1 of 1 node: memory 8Gi asked, 4Gi free"
    )


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_takes_no_room(phase: str) -> None:
    ended = pod({"memory": "12Gi"}, on="a", phase=phase)
    assert judged(pod({"memory": "8Gi"}), node("a"), pods=(ended,)).verdict is Verdict.OK


def test_a_pod_that_has_no_node_yet_takes_no_room() -> None:
    waiting = pod({"memory": "12Gi"}, phase="Pending")
    assert judged(pod({"memory": "8Gi"}), node("a"), pods=(waiting,)).verdict is Verdict.OK


def test_a_node_that_holds_its_number_of_pods_is_full() -> None:
    answer = judged(pod(), node("a", pods="1"), pods=(pod(on="a"),))
    assert answer.verdict is Verdict.WARNING
    assert "pods 1 asked, 0 free" in answer.message


def test_where_pods_cannot_be_seen_a_fit_is_not_claimed() -> None:
    answer = judged(pod({"cpu": "1"}), node("a"), pods_seen=False)
    assert (answer.verdict, "cannot be seen" in answer.message) == (Verdict.UNKNOWN, True)
    assert judged(pod({"cpu": "9"}), node("a"), pods_seen=False).verdict is Verdict.PROBLEM


POOL = Place(
    "the pool pool=gpu",
    labels={"pool": "gpu"},
    taints=(GPU_TAINT,),
    capacity=read_amounts({"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "1"}),
)
TOLERANT = [{"key": "nvidia.com/gpu", "operator": "Exists"}]


def test_a_pool_that_grows_from_none_counts() -> None:
    asked = pod({"nvidia.com/gpu": "1"}, tolerations=TOLERANT, nodeSelector={"pool": "gpu"})
    answer = judged(asked, node("a"), pools=(POOL,))
    assert answer == Answer(Verdict.OK, "fits after scale-up of the pool pool=gpu")


def test_a_node_that_has_room_now_is_told_before_a_pool() -> None:
    answer = judged(pod({"cpu": "1"}, tolerations=TOLERANT), node("a"), pools=(POOL,))
    assert answer.message.startswith("fits now")


def test_a_pool_whose_nodes_are_too_small_is_told_apart_from_nodes() -> None:
    asked = pod({"nvidia.com/gpu": "4"}, tolerations=TOLERANT)
    assert judged(asked, node("a"), pools=(POOL,)).message == (
        "fits no node: 1 of 1 node: has no nvidia.com/gpu;"
        " 1 of 1 pool: nvidia.com/gpu 4 asked, at most 1"
    )


def test_a_cluster_without_nodes_says_so_and_how_to_describe_pools() -> None:
    answer = judged(pod())
    assert answer.message == "fits no node: the cluster has none"
    assert answer.hint is not None
    assert "autoscaled" in answer.hint


@pytest.mark.parametrize(
    ("asked", "place", "reason", "way_out"),
    [
        (
            pod(nodeSelector={"pool": "gpu"}),
            node(labels={"pool": "cpu"}),
            "no label pool=gpu",
            "its pool is cpu",
        ),
        (
            pod(nodeSelector={"pol": "gpu"}),
            node(labels={"pool": "gpu"}),
            "no label pol=gpu",
            "no node has the label pol",
        ),
        (pod(), node(unschedulable=True), "cordoned", "kubectl uncordon"),
        (
            pod({"amd.com/gpu": "1"}),
            node(gpu="2"),
            "has no amd.com/gpu",
            "nodes have nvidia.com/gpu; does the device plugin of amd.com/gpu run there?",
        ),
        (
            pod(),
            node(taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]),
            "taint node.kubernetes.io/not-ready:NoSchedule not tolerated",
            "kubectl describe node node-1",
        ),
        (
            pod({"cpu": "8"}),
            node(cpu="3920m"),
            "cpu 8 asked, at most 3.92",
            "ask for at most 3.92 of cpu",
        ),
    ],
    ids=["label-value", "label-key", "cordon", "resource", "not-ready", "cpu"],
)
def test_a_node_that_will_not_do_says_why_and_what_to_change(
    asked: dict[str, Any], place: dict[str, Any], reason: str, way_out: str
) -> None:
    answer = judged(asked, place)
    assert answer.verdict is Verdict.PROBLEM
    assert answer.message == f"fits no node: 1 of 1 node: {reason}"
    assert answer.hint is not None
    assert way_out in answer.hint


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        ({"operator": "Exists"}, True),
        ({"key": "k", "operator": "Exists"}, True),
        ({"key": "k", "operator": "Equal", "value": "v"}, True),
        ({"key": "k", "value": "v", "effect": "NoSchedule"}, True),
        ({"key": "k"}, False),
        ({"key": "k", "value": "other"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "k", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"value": "v"}, False),
    ],
)
def test_tolerations_match_as_in_kubernetes(toleration: dict[str, str], tolerated: bool) -> None:
    place = Place("a", taints=({"key": "k", "value": "v", "effect": "NoSchedule"},))
    found = [one for one in obstacles(pod(tolerations=[toleration]), place) if one.sort == "taint"]
    assert (found == []) is tolerated


def test_a_taint_that_only_prefers_keeps_nobody_off() -> None:
    soft = {"key": "k", "effect": "PreferNoSchedule"}
    assert judged(pod(), node(taints=[soft])).verdict is Verdict.OK


def test_a_cordoned_node_takes_pods_that_tolerate_it() -> None:
    tolerations = [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}]
    assert judged(pod(tolerations=tolerations), node(unschedulable=True)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("terms", "fits"),
    [
        ([{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}]}], True),
        ([{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["c"]}]}], False),
        ([{"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}], False),
        ([{"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["a"]}]}], True),
        ([{"matchExpressions": [{"key": "zone", "operator": "Exists"}]}], True),
        ([{"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}], False),
        ([{"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["7"]}]}], True),
        ([{"matchExpressions": [{"key": "cores", "operator": "Lt", "values": ["8"]}]}], False),
        ([{"matchExpressions": [{"key": "zone", "operator": "Gt", "values": ["1"]}]}], False),
        ([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}], True),
        ([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["m"]}]}], False),
        ([{}], False),
        (
            [
                {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["c"]}]},
                {"matchExpressions": [{"key": "cores", "operator": "In", "values": ["8"]}]},
            ],
            True,
        ),
        (
            [
                {
                    "matchExpressions": [
                        {"key": "zone", "operator": "Exists"},
                        {"key": "cores", "operator": "DoesNotExist"},
                    ]
                }
            ],
            False,
        ),
    ],
)
def test_required_node_affinity_holds_where_one_term_does(
    terms: list[dict[str, Any]], fits: bool
) -> None:
    affinity = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": terms}}}
    place = node("n", labels={"zone": "a", "cores": "8"})
    assert (judged(pod(affinity=affinity), place).verdict is Verdict.OK) is fits


def test_a_volume_keeps_its_pod_on_the_nodes_that_reach_it() -> None:
    term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
    disk = {"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}}}
    volumes = {"warehouse": disk, "shared": {"spec": {}}}
    places = read_nodes([node("x", labels={"zone": "b"}), node("y", labels={"zone": "a"})], pods=[])
    far, near = (apart_from(one, volumes) for one in places)
    assert judge_placement(pod(), nodes=[near, far]).message == "fits now, on 1 of 2 nodes"
    answer = judge_placement(pod(), nodes=[far])
    assert "1 of 1 node: cannot reach the volume of claim warehouse" in answer.message


def test_what_is_not_looked_at_is_said() -> None:
    spread = [{"whenUnsatisfiable": "DoNotSchedule"}]
    affinity = {"podAntiAffinity": {REQUIRED: [{"topologyKey": "zone"}]}}
    answer = judge_beyond(
        pod(affinity=affinity, topologySpreadConstraints=spread, schedulerName="volcano")
    )
    assert answer is not None
    assert answer.verdict is Verdict.UNKNOWN
    for word in ("podAntiAffinity", "topology_spread", "volcano"):
        assert word in answer.message
    assert judge_beyond(pod(affinity={"podAffinity": {}})) is None


SIZES = st.integers(min_value=0, max_value=2**50).map(Decimal)
CORES = st.decimals(min_value=0, max_value=10_000, places=3)
CONTAINERS = st.fixed_dictionaries(
    {"cpu": st.integers(0, 64), "sidecar": st.booleans()},
)


@given(amount=SIZES)
def test_an_amount_is_written_within_a_tenth_and_never_on_the_wrong_side(amount: Decimal) -> None:
    down = read_amounts({"memory": write_amount("memory", amount)})["memory"]
    up = read_amounts({"memory": write_amount("memory", amount, up=True)})["memory"]
    assert down <= amount <= up
    assert up - down <= amount / 10


@given(cores=CORES)
def test_cores_are_written_exactly(cores: Decimal) -> None:
    assert read_amounts({"cpu": write_amount("cpu", cores)})["cpu"] == cores


@given(st.lists(CONTAINERS, max_size=5), st.lists(st.integers(0, 64), max_size=3), SIZES)
def test_a_pod_asks_for_the_most_that_it_has_running_at_once(
    starting: list[dict[str, Any]], running: list[int], overhead: Decimal
) -> None:
    beside, most = 0, 0
    for one in starting:  # one after the other; sidecars stay
        most = max(most, beside + one["cpu"])
        beside += one["cpu"] if one["sidecar"] else 0
    most = max(most, beside + sum(running))
    spec = {
        "initContainers": [
            {"resources": {"limits": {"cpu": str(one["cpu"])}}}
            | ({"restartPolicy": "Always"} if one["sidecar"] else {})
            for one in starting
        ],
        "containers": [{"resources": {"requests": {"cpu": str(cpu)}}} for cpu in running],
        "overhead": {"cpu": str(overhead)},
    }
    assert pod_amounts({"spec": spec})["cpu"] == most + overhead


RESOURCES = ("cpu", "memory", "nvidia.com/gpu")
ASKED = st.dictionaries(st.sampled_from(RESOURCES), st.integers(1, 2**40))
LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))
TAINTS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from("kl"), "effect": st.sampled_from(["NoSchedule", "NoExecute"])},
        optional={"value": st.sampled_from("vw")},
    ),
    max_size=2,
)
PLACES = st.builds(
    lambda labels, taints, capacity, used, cordoned: Place(
        "n",
        labels=labels,
        taints=tuple(taints),
        capacity={**{key: Decimal(one) for key, one in capacity.items()}, "pods": Decimal(9)},
        used={key: Decimal(one) for key, one in used.items()},
        cordoned=cordoned,
    ),
    LABELS,
    TAINTS,
    ASKED,
    ASKED,
    st.booleans(),
)
PODS = st.builds(
    lambda asked, selector: pod({k: str(v) for k, v in asked.items()}, nodeSelector=selector),
    ASKED,
    LABELS,
)


@given(pod=PODS, place=PLACES)
def test_an_empty_node_has_no_obstacle_that_a_busy_one_has_not(
    pod: dict[str, Any], place: Place
) -> None:
    def named(place: Place) -> set[tuple[str, str]]:
        return {(one.sort, one.subject) for one in obstacles(pod, place)}

    assert named(place.emptied()) <= named(place)


@given(asked=PODS, places=st.lists(PLACES, min_size=1, max_size=3), pools=st.lists(PLACES))
def test_who_follows_the_hint_gets_a_pod_that_fits(
    asked: dict[str, Any], places: list[Place], pools: list[Place]
) -> None:
    answer = judge_placement(asked, nodes=places, pools=pools)
    hint = answer.hint or ""
    hint = re.sub("nodes have|no node has such", "it has no", hint)
    if answer.verdict is not Verdict.PROBLEM or "uncordon" in hint or "has no" in hint:
        return
    selector = dict(asked["spec"]["nodeSelector"])
    for amount, resource in re.findall(r"ask for at most (\S+) of (\S+)", hint.replace(";", "")):
        asked["spec"]["containers"][0]["resources"]["requests"][resource] = amount
    selector |= dict(re.findall(r"its (\w) is (\w)", hint))
    for key in re.findall(r"no node has the label (\w)|(?<!its )(\w) is [xy or]+ on other", hint):
        del selector["".join(key)]
    tolerations = [
        one
        for text in re.findall(r"add `(.*?)`", hint)
        for one in yaml.safe_load(text)["tolerations"]
    ]
    asked["spec"] |= {"nodeSelector": selector, "tolerations": tolerations}
    again = judge_placement(asked, nodes=places, pools=pools)
    assert again.verdict in {Verdict.OK, Verdict.WARNING}, (answer, again)
