"""Take `docs/images/jupyterlab-runs-*.png`: the panel with pipelines and their runs.

Needs what the tests in a browser need: `make lab`, and Chromium; and a private Airflow.
"""

from __future__ import annotations

from pathlib import Path

from lab_pictures import jupyterlab, project, run, save, write_notebook

from nbflow import api

PIPELINES = {
    "churn_report": "0 7 * * mon-fri",
    "demand_forecast": "@daily",
    "features": "30 5 * * *",
    "fraud_scores": None,
    "price_list": "@weekly",
}
JOIN = """\
both = list(zip(customers, orders))
print('joined', len(both), 'rows')
for part in range(4):
    print('part', part, 'of 4')
    time.sleep(wait)"""
CELLS = (
    ("parameters", "trees: int = 100  # in the forest\nwait = 0.2\nleast = 0"),
    ("step:load_customers", "import time\ncustomers = list(range(trees))\ntime.sleep(wait)"),
    ("step:load_orders", "import time\norders = ['de'] * trees\ntime.sleep(wait)"),
    ("step:join", JOIN),
    ("step:train", "assert len(both) >= least, 'too few rows'\nmodel = sorted(both)"),
    ("step:report", "accuracy = 0.87\nprint(model[:3])"),
    ("pipeline-metrics", "accuracy"),
)


def prepare(root: Path) -> None:
    """Notebooks that are published, with runs here of the first ones."""
    for name, schedule in PIPELINES.items():
        options = {} if schedule is None else {"schedule": schedule, "timezone": "Europe/Berlin"}
        write_notebook(root / f"{name}.ipynb", *CELLS, nbflow=options)
    compiled = [api.compile(api.inspect(root / f"{name}.ipynb")) for name in PIPELINES]
    api.publish(compiled, wait=True, tell=print)
    for one in compiled[:3]:
        api.run(one)
    api.run(compiled[0], parameters={"trees": 3, "least": 10})
    api.run(compiled[3], parameters={"least": 1000})


def take(root: Path, home: Path) -> dict[str, bytes]:
    """A run that failed, in the light theme, and one that goes, in the dark one."""
    with jupyterlab(root, home, height=940) as page:
        run(page, "nbflow:show-runs", project="")
        page.evaluate("jupyterapp.shell._hsplitPanel?.setRelativeSizes([0.27, 0.73, 0])")
        panel = page.locator(".nbf-Panel")
        panel.locator(".nbf-Rows-row").nth(4).wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        overview = page.screenshot(clip={"x": 0, "y": 28, "width": 400, "height": 420})
        panel.locator(".nbf-Rows-row").first.click()
        panel.get_by_role("listbox").locator(".nbf-Rows-row").first.click()
        panel.get_by_text("AssertionError: too few rows").wait_for(timeout=60_000)
        panel.get_by_role("button", name="Executed notebook").click()
        failing = page.locator(".jp-NotebookPanel .jp-Cell.jp-mod-active")
        failing.get_by_text("AssertionError").first.wait_for(timeout=60_000)
        page.wait_for_timeout(2500)
        light = page.screenshot()
        run(page, "apputils:change-theme", theme="JupyterLab Dark")
        panel.get_by_role("button", name="Run again").click()
        panel.get_by_label("trees", exact=True).fill("200")
        panel.get_by_label("wait", exact=True).fill("4")
        panel.get_by_role("button", name="Start", exact=True).click()
        panel.get_by_role("region", name="Log of join").get_by_text("part 1").wait_for(
            timeout=120_000
        )
        panel.get_by_role("button", name="Executed notebook").click()
        page.wait_for_timeout(3500)
        return {"light": light, "dark": page.screenshot(), "pipelines": overview}


def main() -> None:
    """Take them, with a private Airflow."""
    with project("defaults: {retries: 0}\n") as (root, home):
        prepare(root)
        taken = take(root, home)
    save({f"jupyterlab-runs-{name}": png for name, png in taken.items()})


if __name__ == "__main__":
    main()
