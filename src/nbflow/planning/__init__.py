"""Pipeline and settings become a Plan: pods, images, retries, addresses."""

from nbflow.planning.choices import plan
from nbflow.planning.tenancy import find_team

__all__ = ["find_team", "plan"]
