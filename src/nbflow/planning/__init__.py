"""Pipeline and settings become a Plan: pods, images, retries, addresses."""

from nbflow.planning.choices import plan
from nbflow.planning.tenancy import check_policy, find_team

__all__ = ["check_policy", "find_team", "plan"]
