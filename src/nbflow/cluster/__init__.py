"""Ask a Kubernetes cluster what would become of pods, and say what it must hold for teams."""

from nbflow.cluster.client import Cluster
from nbflow.cluster.findings import Finding, Verdict
from nbflow.cluster.kubeconfig import connect
from nbflow.cluster.manifests import as_yaml, team_manifests
from nbflow.cluster.preflight import CHECKS, Candidate, preflight, preflight_each

__all__ = [
    "CHECKS",
    "Candidate",
    "Cluster",
    "Finding",
    "Verdict",
    "as_yaml",
    "connect",
    "preflight",
    "preflight_each",
    "team_manifests",
]
