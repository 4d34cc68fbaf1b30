import shutil
import sys
from pathlib import Path

import pytest

# JupyterLab and the browser are those of the widgets' tests; notebooks those of the command line's.
sys.path.insert(0, str(Path(__file__).parent.parent / "widgets"))
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from commands import write_notebook
from jupyterlabs import EXTENSION, browser, enter, lab, open_notebook, put_away

BUILT = EXTENSION / "labextensions" / "@nbflow" / "jupyterlab"


@pytest.fixture(scope="session")
def extension():
    """The folder of the built extension, where Node.js is there to build it."""
    if not (BUILT / "package.json").is_file():
        pytest.skip("the extension of JupyterLab is not built: make lab")
    return BUILT


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """Where the notebooks are."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The home of whoever uses JupyterLab."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def jupyter(extension, root, home):
    with lab(root, home, extension=True) as address:
        yield address


@pytest.fixture(scope="module")
def tab(jupyter):
    """JupyterLab in a browser, opened once: that takes longer than a test.

    Not once for all modules: while the browser is there, an event loop runs, which other rooms'
    tests on the same worker do not expect.
    """
    with browser() as chromium:
        yield enter(chromium, jupyter)


@pytest.fixture
def page(tab, root, request):
    """The same without what the test before opened; of a second try, without the first one."""
    if getattr(request.node, "execution_count", 1) > 1:
        shutil.rmtree(root / ".nbflow", ignore_errors=True)
    faults = []

    def note(error):
        # JupyterLab has some of its own where a notebook goes while its kernel comes.
        if "@nbflow" in (error.stack or ""):
            faults.append(str(error))

    tab.on("pageerror", note)
    yield tab
    tab.remove_listener("pageerror", note)
    tab.unroute_all()
    put_away(tab)
    assert faults == []


@pytest.fixture
def opened(page, root):
    """Opens a notebook of these cells, without a kernel."""

    def open_(name, *cells, **metadata):
        path = write_notebook(root / name, *cells, **metadata)
        open_notebook(page, path.name, cells=len(cells))

    return open_
