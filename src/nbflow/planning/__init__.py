"""Pipeline and settings become a Plan: pods, images, retries, addresses."""

from nbflow.planning.choices import plan

__all__ = ["plan"]
