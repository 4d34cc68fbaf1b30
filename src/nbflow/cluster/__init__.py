"""What a Kubernetes cluster must hold for teams."""

from nbflow.cluster.manifests import as_yaml, team_manifests

__all__ = ["as_yaml", "team_manifests"]
