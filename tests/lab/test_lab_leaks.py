"""Notebooks that were opened and closed leave nothing of nbflow's behind in the browser."""

import pytest
from commands import write_notebook
from jupyterlabs import open_notebook

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("lab")]

MANY = 50
PANEL = "[...jupyterapp.shell.widgets('main')].find(one => one.context)"
PIPELINE = (
    "[...jupyterapp.pluginRegistry._plugins.values()]"
    f".find(one => one.id === '@nbflow/jupyterlab:pipelines').service.pipeline({PANEL})"
)
KINDS = {"pipelines": PIPELINE, "inspections": f"{PIPELINE}.inspection"}


class Memory:
    """What is in a page's memory, once all is collected that can be."""

    def __init__(self, page):
        self._devtools = page.context.new_cdp_session(page)
        self._kinds = {
            name: self._ask("Runtime.evaluate", expression=f"Object.getPrototypeOf({expression})")
            for name, expression in KINDS.items()
        }

    def count(self):
        """How many there are of each kind of which something was open at first."""
        self._devtools.send("HeapProfiler.collectGarbage")
        return {name: self._many(kind["objectId"]) for name, kind in self._kinds.items()}

    def _many(self, kind):
        found = self._devtools.send("Runtime.queryObjects", {"prototypeObjectId": kind})["objects"]
        length = self._ask(
            "Runtime.callFunctionOn",
            objectId=found["objectId"],
            functionDeclaration="function() { return this.length; }",
        )
        # Else whoever counts them would keep them.
        self._devtools.send("Runtime.releaseObject", {"objectId": found["objectId"]})
        return length["value"]

    def _ask(self, method, **arguments):
        return self._devtools.send(method, arguments)["result"]


def test_of_fifty_notebooks_that_were_opened_and_closed_with_their_forms_none_is_kept(page, root):
    memory = None
    for number in range(MANY):
        path = write_notebook(
            root / f"book-{number}.ipynb", ("step:load", "rows = 1"), ("step:fit", "print(nowhere)")
        )
        open_notebook(page, path.name, cells=2)
        page.locator(".nbf-Strip").first.wait_for()
        page.evaluate("window.jupyterapp.commands.execute('nbflow:schedule').then(() => null)")
        page.locator(".nbf-Schedule .nbf-Graph-node").nth(1).wait_for()
        if memory is None:
            memory = Memory(page)
            assert memory.count() == {"pipelines": 1, "inspections": 5}
        page.evaluate("[...jupyterapp.shell.widgets('main')].forEach(one => one.dispose())")
    page.locator(".jp-NotebookPanel").wait_for(state="detached")
    # JupyterLab itself keeps notebooks that were closed: what it keeps of ours is empty. The last
    # answers that were awaited may still come.
    for _ in range(20):
        if not any(memory.count().values()):
            break
        page.wait_for_timeout(500)
    assert memory.count() == {"pipelines": 0, "inspections": 0}
