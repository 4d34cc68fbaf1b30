import pytest
from commands import nbflow


@pytest.fixture
def project(tmp_path, airflow):
    """A folder whose settings mean the session's Airflow."""
    (tmp_path / "nbflow.yaml").write_text(f"{airflow.settings}defaults: {{retry_delay: 1s}}\n")

    def run(*arguments, **environ):
        environ["SECRET"] = airflow.instance.password
        return nbflow(*arguments, cwd=tmp_path, timeout=240, **environ)

    return tmp_path, run
