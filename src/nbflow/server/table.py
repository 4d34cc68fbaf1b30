"""All endpoints."""

from __future__ import annotations

from nbflow.server import descriptions, notebooks, pipelines, projects, run_files, runs

__all__ = ["ENDPOINTS"]

ENDPOINTS = (
    *descriptions.ENDPOINTS,
    *notebooks.ENDPOINTS,
    *projects.ENDPOINTS,
    *pipelines.ENDPOINTS,
    *runs.ENDPOINTS,
    *run_files.ENDPOINTS,
)
