import sys
from pathlib import Path

import pytest

# The command line, and stores behind HTTP, serve these tests too.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("cli", "host")]


@pytest.fixture(scope="session")
def steps(tmp_path_factory):
    """A team's project, its Airflow and its store; steps are pods."""
    from live_steps import live_project

    with live_project(tmp_path_factory.mktemp("steps")) as project:
        yield project
