"""Pods that fare badly on a real cluster: each is named, and tried again where that may help."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from kubernetes import client as k8s
from live_cluster import npus
from live_steps import FULL, NAMESPACE

from waiting import until

if TYPE_CHECKING:
    from live_steps import Project

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(600)]

WAITS = "import time\ntime.sleep(8)"


def test_the_log_tells_of_cells_while_the_pod_runs(steps: Project) -> None:
    # The first trigger of a triggerer takes seconds to begin.
    cells = [("step:slow", "a = 1"), "import time\ntime.sleep(25)", "print('last')"]
    with steps.running("talks", *cells):
        until(
            lambda: "cell 2 of 3 (cell-2): import time" in steps.logs("talks", "slow"), seconds=180
        )
        assert steps.pod("talks").status.phase == "Running"
        assert "cell 2 of 3: done" not in steps.logs("talks", "slow")
    assert steps.logs("talks", "slow").count("cell 2 of 3: done") == 1


def test_a_pod_that_is_lost_is_tried_again(steps: Project) -> None:
    with steps.running("lost", ("step:waits", WAITS)):
        pod = steps.pod("lost")
        k8s.CoreV1Api().delete_namespaced_pod(pod.metadata.name, NAMESPACE, grace_period_seconds=0)
    said = steps.logs("lost", "waits")
    assert said.count("runs on profile") == 2
    assert "step waits: its pod is gone: deleted, evicted, or its node lost" in said


@pytest.mark.parametrize("how", ["deleted", "evicted"])
def test_a_pod_that_is_ended_in_good_order_is_tried_again(steps: Project, how: str) -> None:
    core = k8s.CoreV1Api()
    with steps.running(how, ("step:waits", WAITS)):
        name = steps.pod(how).metadata.name
        until(lambda: "cell 1 of 1" in core.read_namespaced_pod_log(name, NAMESPACE))
        if how == "deleted":
            core.delete_namespaced_pod(name, NAMESPACE)
        else:
            core.create_namespaced_pod_eviction(name, NAMESPACE, {"metadata": {"name": name}})
    assert steps.logs(how, "waits").count("runs on profile") == 2


def test_a_pod_that_fills_its_disk_is_evicted_and_says_so(steps: Project) -> None:
    filling = "open('big', 'wb').write(bytes(200 * 2**20))"
    ran = steps.done(
        "filled", ("step:fills profile:narrow", filling), "import time\ntime.sleep(120)"
    )
    assert ran.status == 10
    assert "Evicted" in ran.err
    assert "ephemeral" in ran.err
    assert steps.logs("filled", "fills").count("runs on profile") == 2


def test_a_quota_that_stays_used_up_is_named_in_the_end(steps: Project) -> None:
    ran = steps.done("stuck", ("step:waits profile:hasty retries:0", "print('here')"), team="full")
    assert ran.status == 10
    assert "step waits: Failed: its team's quota is used up" in ran.err
    assert "exceeded quota: all, requested: pods=1" in ran.err


def test_what_no_quota_could_hold_goes_to_the_fallback_at_once(steps: Project) -> None:
    ran = steps.done("oversized", ("step:big profile:huge", "print('here')"))
    said = steps.logs("oversized", "big")
    assert ran.status == 0, ran.err + said
    assert "it asks for more than its team's whole quota" in said
    assert "requests.memory=3Gi" in said
    assert "the next try takes tiny" in said
    assert "waits for its team's quota" not in said


def test_a_pod_waits_while_its_teams_quota_is_used_up(steps: Project) -> None:
    told: list[str] = []
    with steps.running("crowded", ("step:waits", "print('here')"), team="full", told=told):
        until(lambda: "exceeded quota: all" in steps.logs("crowded", "waits"))
        time.sleep(12)
        free_quota()
    said = steps.logs("crowded", "waits")
    assert "step waits waits for its team's quota" in said
    assert '"try_number":2' not in said
    assert "waits: waits for its team's quota" in told[0]


def free_quota() -> None:
    k8s.CoreV1Api().delete_namespaced_pod("others", FULL)


def test_a_pod_that_kubernetes_refuses_says_why(steps: Project) -> None:
    ran = steps.done("refused", ("step:wants profile:first-class", "print('here')"))
    assert ran.status == 10
    assert "step wants: Failed: Kubernetes refused its pod: pods" in ran.err
    assert "no PriorityClass with name nbflow-test-nowhere was found" in ran.err


def test_a_secret_that_is_not_there_is_named(steps: Project) -> None:
    ran = steps.done("unsecret", ("step:wants profile:unsecret retries:0", "print('here')"))
    assert ran.status == 10
    assert 'CreateContainerConfigError: secret "nowhere" not found' in ran.err
    assert 'wants: Error: secret "nowhere" not found' in ran.err


def test_an_image_that_cannot_be_pulled_is_named(steps: Project) -> None:
    ran = steps.done("unpulled", ("step:wants profile:unknown-image", "print('here')"))
    assert ran.status == 10
    assert "step wants: Failed: ErrImageNeverPull" in ran.err
    assert 'Container image "localhost/nbflow-test-nowhere:1" is not present' in ran.err


def test_a_taint_is_named_while_the_pod_waits(steps: Project) -> None:
    kube = k8s.ApiClient()
    with steps.running("tainted", ("step:wants profile:npu", "print('here')")):
        with npus(kube, count=1, taint=True):
            until(lambda: "had taint" in steps.logs("tainted", "wants"))
        with npus(kube, count=1):
            until(lambda: "cell 1 of 1: done" in steps.logs("tainted", "wants"))
