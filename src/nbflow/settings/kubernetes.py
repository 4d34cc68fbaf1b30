"""What a profile says in Kubernetes' own words: scheduling and security contexts.

Field for field as in the API's reference of `core/v1`; see
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nbflow.settings.words import Name, Section


class Toleration(Section):
    """A taint that a pod puts up with."""

    key: str | None = None
    """The taint's key."""
    operator: Literal["Exists", "Equal"] | None = None
    """How the value is compared."""
    value: str | None = None
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The taint's effect."""
    tolerationSeconds: int | None = None
    """How long the taint is tolerated."""


class Taint(Section):
    """What keeps pods off a node that do not tolerate it."""

    key: Name
    """Its key."""
    value: str | None = None
    """Its value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What happens to pods that do not tolerate it."""


class Requirement(Section):
    """A condition on one label."""

    key: Name
    """The label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    """How its value is compared."""
    values: list[str] | None = None
    """With what."""


class LabelRequirement(Section):
    """A condition on one label of pods."""

    key: Name
    """The label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How its value is compared."""
    values: list[str] | None = None
    """With what."""


class LabelSelector(Section):
    """Pods, by their labels."""

    matchLabels: dict[str, str] | None = None
    """Labels that must have these values."""
    matchExpressions: list[LabelRequirement] | None = None
    """Conditions that must hold."""


class NodeTerm(Section):
    """Nodes, by labels and fields."""

    matchExpressions: list[Requirement] | None = None
    """Conditions on labels."""
    matchFields: list[Requirement] | None = None
    """Conditions on fields."""


class NodeSelector(Section):
    """Nodes that one of the terms describes."""

    nodeSelectorTerms: Annotated[list[NodeTerm], Field(min_length=1)]
    """The terms."""


class PreferredNodes(Section):
    """Nodes that are preferred, and how much."""

    weight: Annotated[int, Field(ge=1, le=100)]
    """From 1 to 100."""
    preference: NodeTerm
    """The nodes."""


class NodeAffinity(Section):
    """Which nodes attract a pod."""

    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector | None = None
    """The only ones that will do."""
    preferredDuringSchedulingIgnoredDuringExecution: list[PreferredNodes] | None = None
    """Those that are better."""


class PodTerm(Section):
    """Pods, and the kind of place that is to be shared with them or not."""

    topologyKey: Name
    """The node label whose value makes a place."""
    labelSelector: LabelSelector | None = None
    """The pods."""
    namespaces: list[str] | None = None
    """Where they are."""
    namespaceSelector: LabelSelector | None = None
    """Where they are, by the labels of namespaces."""


class PreferredPods(Section):
    """Pods whose place is preferred or shunned, and how much."""

    weight: Annotated[int, Field(ge=1, le=100)]
    """From 1 to 100."""
    podAffinityTerm: PodTerm
    """The pods."""


class PodAffinity(Section):
    """Which pods attract a pod, or drive it away."""

    requiredDuringSchedulingIgnoredDuringExecution: list[PodTerm] | None = None
    """What must hold."""
    preferredDuringSchedulingIgnoredDuringExecution: list[PreferredPods] | None = None
    """What is better."""


class Affinity(Section):
    """Where a pod likes to be."""

    nodeAffinity: NodeAffinity | None = None
    """On which nodes."""
    podAffinity: PodAffinity | None = None
    """Beside which pods."""
    podAntiAffinity: PodAffinity | None = None
    """Away from which pods."""


class TopologySpread(Section):
    """How pods are spread over places."""

    maxSkew: Annotated[int, Field(ge=1)]
    """By how many pods places may differ."""
    topologyKey: Name
    """The node label whose value makes a place."""
    whenUnsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    """What happens where it cannot be so."""
    labelSelector: LabelSelector | None = None
    """The pods that are counted."""


class SeccompProfile(Section):
    """Which system calls are allowed."""

    type: Literal["RuntimeDefault", "Localhost", "Unconfined"]
    """Whose list."""
    localhostProfile: str | None = None
    """The node's file, for `Localhost`."""


class SeLinux(Section):
    """SELinux labels."""

    level: str | None = None
    """Level."""
    role: str | None = None
    """Role."""
    type: str | None = None
    """Type."""
    user: str | None = None
    """User."""


class Sysctl(Section):
    """A kernel parameter."""

    name: Name
    """Its name."""
    value: str
    """Its value."""


class PodSecurity(Section):
    """A pod's security context."""

    runAsUser: int | None = None
    """User id of its processes."""
    runAsGroup: int | None = None
    """Their group id."""
    runAsNonRoot: bool | None = None
    """Whether user 0 is refused."""
    fsGroup: int | None = None
    """Group that owns the volumes."""
    fsGroupChangePolicy: Literal["OnRootMismatch", "Always"] | None = None
    """When owners of a volume's files are changed."""
    supplementalGroups: list[int] | None = None
    """Further groups."""
    seccompProfile: SeccompProfile | None = None
    """Which system calls are allowed."""
    seLinuxOptions: SeLinux | None = None
    """SELinux labels."""
    sysctls: list[Sysctl] | None = None
    """Kernel parameters."""


class Capabilities(Section):
    """What a process may do beyond an ordinary one."""

    add: list[str] | None = None
    """Granted."""
    drop: list[str] | None = None
    """Taken away."""


class ContainerSecurity(Section):
    """A container's security context."""

    runAsUser: int | None = None
    """User id of its processes."""
    runAsGroup: int | None = None
    """Their group id."""
    runAsNonRoot: bool | None = None
    """Whether user 0 is refused."""
    privileged: bool | None = None
    """Whether it is as mighty as the node's own processes."""
    allowPrivilegeEscalation: bool | None = None
    """Whether a process may gain more rights than its parent has."""
    readOnlyRootFilesystem: bool | None = None
    """Whether only volumes can be written."""
    capabilities: Capabilities | None = None
    """What its processes may do."""
    seccompProfile: SeccompProfile | None = None
    """Which system calls are allowed."""
    seLinuxOptions: SeLinux | None = None
    """SELinux labels."""
