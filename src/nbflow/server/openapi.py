"""The OpenAPI description of the endpoints, written from their table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbflow
from nbflow.server.answers import ANSWERS
from nbflow.server.schemas import NAME, reference

if TYPE_CHECKING:
    from nbflow.server.calls import Endpoint

__all__ = ["openapi"]


def openapi() -> dict[str, Any]:
    """The description, in OpenAPI 3.1."""
    from nbflow.server.table import ENDPOINTS

    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "nbflow",
            "version": nbflow.__version__,
            "description": "What JupyterLab asks of nbflow, through Jupyter Server.",
        },
        # Relative to where this is fetched: servers have base URLs of their own.
        "servers": [{"url": "."}],
        "security": [{"token": []}, {"cookie": [], "xsrf": []}],
        "paths": paths,
        "components": {
            "schemas": ANSWERS,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token TOKEN`, as of Jupyter Server",
                },
                "cookie": {"type": "apiKey", "in": "cookie", "name": "username-host-port"},
                "xsrf": {"type": "apiKey", "in": "header", "name": "X-XSRFToken"},
            },
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    status = "202" if one.job else "200"
    answer = reference("Job") if one.job else dict(one.answer)
    about = "The job that does it." if one.job else "What was asked."
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": dict(NAME)}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    if one.query is not None:
        required = one.query["required"]
        known = one.query["properties"].items()
        parameters += [_query(name, dict(of), required=name in required) for name, of in known]
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": parameters,
        "responses": {
            status: {"description": about, "content": _json(answer)},
            "default": {"description": "An error.", "content": _json(reference("Error"))},
        },
        "x-action": one.action,
    }
    if one.job:
        described["x-result"] = dict(one.answer)
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": _json(dict(one.body))}
    return described


def _query(name: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    about = schema.pop("description", None)
    said = {} if about is None else {"description": about}
    return {"name": name, "in": "query", "required": required, "schema": schema, **said}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
