"""A notebook, and a real JupyterLab with Notebook 7 and a browser in which it is opened."""

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout

TRAIN = (
    ("parameters", "trees = 10  # in the forest\ncountry = 'de'"),
    ("step:load", "rows = list(range(trees))\nprint('read', len(rows))"),
    ("step:fit", "accuracy = len(rows) / 20\nprint('fitting')"),
    ("", "assert trees < 100, 'too many'"),
    ("pipeline-metrics", "accuracy"),
)
"""The cells of a notebook of two steps."""
ROOT = Path(__file__).parents[2]
JUPYTER = ROOT / ".venv-jupyter" / "bin" / "jupyter-lab"
EXTENSION = ROOT / "jupyterlab_ext"
CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
_QUIET = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}
_THEME = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"


@contextmanager
def lab(
    root,
    home,
    *,
    theme="JupyterLab Light",
    extension=False,
    together=False,
    command=(str(JUPYTER),),
    **changed,
):
    """The address of a JupyterLab whose files are in `root`, with nbflow from this checkout.

    Its extension of JupyterLab is there on demand, and real-time collaboration. Another command
    may start it, with other variables of its environment; what is None there is not set.
    """
    prefer(home, theme=theme)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    command = [
        *command,
        *("--no-browser", "--allow-root", f"--port={port}", "--port-retries=0"),
        *(f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
        *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
        f"--YDocExtension.disable_rtc={not together}",
    ]
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    environ.pop("KUBECONFIG", None)
    if extension:
        environ["JUPYTER_PATH"] = str(EXTENSION)
    environ = {name: value for name, value in {**environ, **changed}.items() if value is not None}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environ, stdout=log, stderr=subprocess.STDOUT, cwd=root
        )
        try:
            _await(f"http://127.0.0.1:{port}/api", server)
            yield Address(f"http://127.0.0.1:{port}", token)
        finally:
            server.terminate()
            try:
                server.wait(60)
            except subprocess.TimeoutExpired:  # How fast it ends its kernels is not asked here.
                server.kill()
                server.wait()


def prefer(home, *, theme):
    """Write what the user of this home has set; a page reads it as it is opened."""
    settings = {**_QUIET, _THEME: {"theme": theme}}
    for name, content in settings.items():
        path = home / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))


class Address:
    def __init__(self, url, token):
        self._url, self._token = url, token

    def in_lab(self, name):
        return f"{self._url}/lab/tree/{name}?token={self._token}&reset"

    @property
    def empty(self):
        """JupyterLab with nothing opened."""
        return f"{self._url}/lab?token={self._token}&reset"

    def in_notebook(self, name):
        return f"{self._url}/notebooks/{name}?token={self._token}"

    def end_kernels(self):
        """End what runs, so that a notebook is opened without the widgets that it had."""
        for session in json.loads(self._ask("/api/sessions")):
            self._ask(f"/api/sessions/{session['id']}", method="DELETE")

    def _ask(self, path, method="GET"):
        headers = {"Authorization": f"token {self._token}"}
        request = urllib.request.Request(self._url + path, headers=headers, method=method)
        with _opener().open(request, timeout=20) as answer:
            return answer.read() or "null"


def _opener():
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _await(url, server):
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert server.poll() is None, "the server has ended"
        try:
            with _opener().open(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


@contextmanager
def browser():
    """Chromium, as the system has it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))
        try:
            yield made
        finally:
            made.close()


def enter(chromium, address):
    """A page with an empty JupyterLab."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1100})
    page.set_default_timeout(30_000)
    begin_anew(page, address)
    return page


def begin_anew(page, address):
    """Have an empty JupyterLab in a page: nothing that was open comes back."""
    page.goto(address.empty)
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)")


_DECLINE = """() => document.querySelectorAll('dialog.jp-Dialog').forEach(dialog =>
    (dialog.querySelector('.jp-mod-reject') ?? dialog.querySelector('.jp-mod-accept'))?.click())"""
# What has one button complains; what asks is a question of the next test by then.
_DISMISS = """() => document.querySelectorAll('.jp-Dialog-footerButtons').forEach(({children}) => {
    if (children.length === 1) children[0].click(); })"""


def put_away(page):
    """Close what is open in a page, and whatever it asks."""
    page.evaluate(_DECLINE)
    page.evaluate("[...window.jupyterapp.shell.widgets('main')].forEach(one => one.dispose())")
    # Where nothing is left JupyterLab opens its launcher, which takes the keyboard then.
    page.locator(".jp-Launcher").first.wait_for()
    page.wait_for_timeout(100)
    # JupyterLab complains a little later where a notebook goes while it is being opened.
    page.evaluate(f"() => void setTimeout({_DISMISS}, 1000)")


def open_notebook(page, name, *, cells):
    """Open a notebook of so many code cells, without a kernel."""
    # JupyterLab's command takes no word of whether a kernel is wanted.
    page.evaluate(
        "path => { window.jupyterapp.pluginRegistry._plugins"
        ".get('@jupyterlab/docmanager-extension:manager').service.openOrReveal("
        "path, 'Notebook', undefined, undefined, {shouldStart: false, canStart: false}); }",
        name,
    )
    page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(cells - 1).wait_for()


def run_cell(page, number):
    """Run a code cell, counted from 0, as soon as the kernel takes it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.scroll_into_view_if_needed()
    prompt = cell.locator(".jp-InputPrompt").first
    # Asked for where the notebook's own kernel is not there yet.
    kernel = page.get_by_role("dialog").get_by_role("button", name="Select", exact=True)
    until = time.monotonic() + 60
    while prompt.inner_text().strip() == "[ ]:":
        assert time.monotonic() < until, "the kernel does not take the cell"
        if kernel.is_visible():
            kernel.click()
            kernel.wait_for(state="detached")
            continue
        with suppress(PlaywrightTimeout):  # a dialog may be in the way by now, or the page busy
            cell.locator(".jp-InputArea-editor").click(timeout=3000, force=True)
            page.keyboard.press("Control+Enter")
        time.sleep(0.5)
