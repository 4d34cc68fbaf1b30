"""The Kubernetes API server, asked through the official client; plain dicts come back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from nbflow.errors import ClusterError

Found = TypeVar("Found")

_CORE = "/api/v1"
_PATHS = {
    "ConfigMap": (f"{_CORE}/namespaces/{{namespace}}", "configmaps"),
    "LimitRange": (f"{_CORE}/namespaces/{{namespace}}", "limitranges"),
    "Namespace": (_CORE, "namespaces"),
    "Node": (_CORE, "nodes"),
    "PersistentVolume": (_CORE, "persistentvolumes"),
    "PersistentVolumeClaim": (f"{_CORE}/namespaces/{{namespace}}", "persistentvolumeclaims"),
    "Pod": (_CORE, "pods"),
    "PriorityClass": ("/apis/scheduling.k8s.io/v1", "priorityclasses"),
    "ResourceQuota": (f"{_CORE}/namespaces/{{namespace}}", "resourcequotas"),
    "RuntimeClass": ("/apis/node.k8s.io/v1", "runtimeclasses"),
    "Secret": (f"{_CORE}/namespaces/{{namespace}}", "secrets"),
    "SelfSubjectAccessReview": ("/apis/authorization.k8s.io/v1", "selfsubjectaccessreviews"),
    "ServiceAccount": (f"{_CORE}/namespaces/{{namespace}}", "serviceaccounts"),
    "StorageClass": ("/apis/storage.k8s.io/v1", "storageclasses"),
    "SubjectAccessReview": ("/apis/authorization.k8s.io/v1", "subjectaccessreviews"),
}
"""Where the API server keeps each kind: pods are asked for over all namespaces."""

_REACH = 5
"""Seconds within which the server must be reached."""
PATIENCE = 30
"""Seconds within which it must answer."""
_PAGE = 500
_WHOLE = "application/json"
# What is secret does not even travel.
_NAMES = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_RUNNING = "status.phase!=Succeeded,status.phase!=Failed"


class Unseen(Exception):
    """The account may not read something.

    Attributes:
        what: what it may not do.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Cluster:
    """One look at a cluster: what was read once is not asked for again."""

    def __init__(self, client: Any, *, namespace: str, patience: float = PATIENCE) -> None:
        self._client = client
        self._timeout = (min(_REACH, patience), patience)
        self._seen: dict[str, Any] = {}
        self.namespace = namespace
        """The namespace that the kubeconfig's context names."""

    @property
    def server(self) -> str:
        """The API server's address."""
        return str(self._client.configuration.host)

    def greet(self) -> None:
        """Ask for nothing but an answer.

        Raises:
            ClusterError: there is none, or the account may not even ask.
        """
        try:
            self._ask("GET", "/version", what="ask for the version")
        except Unseen:
            raise ClusterError(
                f"the cluster at {self.server} answers, and forbids everything (403)",
                hint="the kubeconfig has no account, or one that nobody gave rights to",
            ) from None

    def read(self, kind: str, name: str, *, namespace: str = "") -> dict[str, Any] | None:
        """One object; None where there is none. A Secret comes with its keys alone.

        Raises:
            Unseen: the account may not read it.
            ClusterError: the server cannot be reached, or makes no sense.
        """
        path = f"{_path(kind, namespace)}/{quote(name, safe='')}"

        def ask() -> dict[str, Any] | None:
            found: dict[str, Any] | None = self._ask("GET", path, what=f"read {kind} {name}")
            if found is not None and kind == "Secret":
                return {**found, "data": dict.fromkeys(found.get("data") or {}, "")}
            return found

        return self._once(path, ask)

    def all_of(self, kind: str, *, namespace: str = "") -> list[dict[str, Any]]:
        """All objects of a kind; of pods those that have not ended, of Secrets the names alone.

        Raises:
            Unseen: the account may not list them.
            ClusterError: the server cannot be reached, or makes no sense.
        """
        path = _path(kind, namespace)
        return self._once(path, lambda: self._pages(kind, path))

    def ask(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have the server answer a review.

        Raises:
            Unseen: the account may not ask this.
            ClusterError: the server cannot be reached, or makes no sense.
        """
        path = _path(kind, "")
        key = f"{path} {json.dumps(body, sort_keys=True)}"

        def ask() -> dict[str, Any]:
            answer: dict[str, Any] = self._ask("POST", path, body=body, what=f"ask with a {kind}")
            return answer

        return self._once(key, ask)

    def _once(self, key: str, ask: Callable[[], Found]) -> Found:
        if key not in self._seen:
            try:
                self._seen[key] = ask()
            except Unseen as error:
                self._seen[key] = error
        seen: Found | Unseen = self._seen[key]
        if isinstance(seen, Unseen):
            raise seen
        return seen

    def _pages(self, kind: str, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        query: list[tuple[str, Any]] = [("limit", _PAGE)]
        if kind == "Pod":
            query.append(("fieldSelector", _RUNNING))
        more: list[tuple[str, Any]] = []
        while True:
            page = self._ask(
                "GET",
                path,
                what=f"list {path.split('/')[-1]}",
                query=[*query, *more],
                accept=_NAMES if kind == "Secret" else _WHOLE,
            )
            items += (page or {}).get("items") or []
            mark = ((page or {}).get("metadata") or {}).get("continue")
            if not mark:
                return items
            more = [("continue", mark)]

    def _ask(
        self,
        method: str,
        path: str,
        *,
        what: str,
        query: list[tuple[str, Any]] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: str = _WHOLE,
    ) -> Any:
        """One request; None where the server has nothing there."""
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError

        headers = {**self._client.default_headers, "Accept": accept}
        try:
            # As JSON, not as the client's models: those drop what their version of Kubernetes does
            # not know, refuse what it does not allow, and are slow to make of thousands of pods.
            # And by its lower half: `call_api` hides a failure of TLS behind one of its own.
            self._client.update_params_for_auth(headers, [], ["BearerToken"])
            answer = self._client.rest_client.request(
                method,
                f"{self.server}{path}",
                query_params=query or [],
                headers=headers,
                body=body,
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            return json.loads(answer.data)
        except ApiException as error:
            if error.status == 404:
                return None
            if error.status == 403:
                raise Unseen(what) from None
            raise self._refused(error, what=what) from None
        except HTTPError as error:
            raise _unreachable(self.server, str(error)) from None
        except ValueError:
            raise ClusterError(
                f"{self.server} does not answer as Kubernetes does",
                hint="correct `server:` in the kubeconfig",
            ) from None

    def _refused(self, error: Any, *, what: str) -> ClusterError:
        if error.status == 401:
            return ClusterError(
                f"the cluster at {self.server} does not know your credentials (401)",
                hint="they may have expired: log in again; `kubectl get pods` must work first",
            )
        if not error.status:  # the client's word for a failure of TLS
            return _unreachable(self.server, str(error.reason))
        return ClusterError(
            f"the cluster at {self.server} did not {what}: {error.status} {error.reason}",
            hint="try again; if it stays so, ask who runs the cluster",
        )


def _path(kind: str, namespace: str) -> str:
    prefix, plural = _PATHS[kind]
    return f"{prefix.format(namespace=quote(namespace, safe=''))}/{plural}"


def _unreachable(server: str, reason: str) -> ClusterError:
    short = " ".join(reason.split()).rpartition(": ")[2].strip("()'\" ")
    short = re.sub(r"^\[Errno -?\d+\] ", "", short)
    if "certificate" in reason.lower() or "SSL" in reason:
        hint = "correct `certificate-authority` of the cluster in the kubeconfig"
    elif "refused" in reason:
        hint = "nothing listens there: is the cluster up, and `server:` in the kubeconfig right?"
    else:
        hint = "is the network or VPN up that leads there? `kubectl get pods` must work first"
    return ClusterError(f"the cluster at {server} cannot be reached: {short}", hint=hint)
