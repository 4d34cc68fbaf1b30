"""Pipeline and settings become a Plan: pods, images, retries, addresses."""

from nbflow.planning.choices import plan, profile_pod
from nbflow.planning.resources import find_profile
from nbflow.planning.tenancy import find_team

__all__ = ["find_profile", "find_team", "plan", "profile_pod"]
