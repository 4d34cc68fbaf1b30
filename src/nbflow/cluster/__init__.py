"""Ask a Kubernetes cluster whether the pods of profiles could run in it."""

from nbflow.cluster.client import Cluster
from nbflow.cluster.findings import Finding, Verdict
from nbflow.cluster.kubeconfig import connect
from nbflow.cluster.preflight import CHECKS, Candidate, preflight

__all__ = ["CHECKS", "Candidate", "Cluster", "Finding", "Verdict", "connect", "preflight"]
