import sys
from pathlib import Path

import pytest

# JupyterLab and the browser are those of the widgets' tests; notebooks those of the command line's.
sys.path.insert(0, str(Path(__file__).parent.parent / "widgets"))
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from jupyterlabs import EXTENSION

BUILT = EXTENSION / "labextensions" / "@nbflow" / "jupyterlab"


@pytest.fixture(scope="session")
def extension():
    """The folder of the built extension, where Node.js is there to build it."""
    if not (BUILT / "package.json").is_file():
        pytest.skip("the extension of JupyterLab is not built: make lab")
    return BUILT
