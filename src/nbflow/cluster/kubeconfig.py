"""Which cluster is meant, and as whom it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.cluster.client import PATIENCE, Cluster
from nbflow.errors import ClusterError, MissingExtraError
from nbflow.model import known_names

_POD_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def connect(
    *, environ: Mapping[str, str], context: str | None = None, patience: float = PATIENCE
) -> Cluster:
    """The cluster of the kubeconfig, or, in a pod without one, the pod's own.

    Args:
        environ: for `KUBECONFIG`.
        context: of the kubeconfig; its current one otherwise.
        patience: seconds that the cluster may take for each answer.

    Raises:
        MissingExtraError: the official client is not installed.
        ClusterError: there is no kubeconfig that can be used, or the cluster does not answer.
    """
    try:
        from kubernetes import client as k8s
        from kubernetes import config
    except ImportError as error:
        raise MissingExtraError(
            f"asking a cluster needs the package kubernetes, which is not installed: {error}",
            hint="install the extra `cluster`: pip install '.[cluster]' in nbflow's checkout",
        ) from error
    chosen = k8s.Configuration()
    namespace = _configure(chosen, config, environ=environ, context=context)
    # One try: who waits at a terminal is better served by the reason.
    chosen.retries = False
    cluster = Cluster(k8s.ApiClient(chosen), namespace=namespace, patience=patience)
    cluster.greet()
    return cluster


def _configure(chosen: Any, config: Any, *, environ: Mapping[str, str], context: str | None) -> str:
    """Fill in address and credentials; returns the context's namespace."""
    import yaml

    named = environ.get("KUBECONFIG")
    where = named or "~/.kube/config"
    there = any(Path(one).expanduser().exists() for one in where.split(":") if one)
    if not there and not named and "KUBERNETES_SERVICE_HOST" in environ and context is None:
        return _configure_in_pod(chosen, config)
    if not there:
        said = f"KUBECONFIG names {named}," if named else f"KUBECONFIG is not set, and {where}"
        raise ClusterError(
            f"there is no kubeconfig: {said}{' which' if named else ''} is not there",
            hint="it says where the cluster is and who you are; get it from who runs the cluster",
        )
    try:
        contexts, current = config.list_kube_config_contexts(where)
        names = [one["name"] for one in contexts]
        if context is not None and context not in names:
            raise ClusterError(
                f"the kubeconfig {where} has no context {context!r}",
                hint=known_names("its contexts", context, names),
            )
        active = next((one for one in contexts if one["name"] == context), current)
        config.load_kube_config(where, context=context, client_configuration=chosen)
    except (config.ConfigException, yaml.YAMLError, OSError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise ClusterError(
            f"the kubeconfig {where} cannot be used: {reason}",
            hint="`kubectl config view` shows how it is read",
        ) from error
    return str(active["context"].get("namespace") or "default")


def _configure_in_pod(chosen: Any, config: Any) -> str:
    try:
        config.load_incluster_config(client_configuration=chosen)
        return (_POD_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except (config.ConfigException, OSError) as error:
        raise ClusterError(
            f"this pod has no account to ask the cluster with: {error}",
            hint="`automountServiceAccountToken` must not be false",
        ) from error
