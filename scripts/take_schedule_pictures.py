"""Take `docs/images/jupyterlab-schedule-*.png`: the form "Schedule this notebook".

Needs what the tests in a browser need: `make lab`, and Chromium; and a private Airflow.
"""

from __future__ import annotations

from pathlib import Path

from lab_pictures import jupyterlab, project, run, save, write_notebook

CELLS = (
    ("parameters", "trees: int = 100  # in the forest\ncountry = 'de'  # where the customers live"),
    ("step:load_customers", "customers = list(range(trees))"),
    ("step:load_orders", "orders = [country] * trees"),
    ("step:join", "both = list(zip(customers, orders))"),
    ("step:train", "model = sorted(both)"),
    ("step:report", "print(model[:3], customers[:3])"),
)
OPTIONS = {
    "schedule": "0 7 * * mon-fri",
    "timezone": "Europe/Berlin",
    "team": "churn",
    "steps": {"train": {"profile": "gpu", "timeout": "2h"}},
    "notify": {"failure": ["ops"]},
    "parameters": {"trees": {"minimum": 1, "maximum": 1000}},
}
SETTINGS = """
defaults: {profile: small}
profiles:
  small: {cpu: 1, memory: 4Gi, price: 0.04}
  medium: {cpu: 4, memory: 16Gi, price: 0.16}
  gpu: {cpu: 8, memory: 64Gi, gpu: 1, price: 3.2}
teams:
  churn: {namespace: ds-churn, profiles: [small, medium, gpu]}
channels:
  ops: {kind: slack, connection: ops_chat}
"""


def take(root: Path, home: Path) -> dict[str, bytes]:
    """The form, published in the light theme, and in the dark one with a run that failed."""
    with jupyterlab(root, home, height=1240) as page:
        run(page, "filebrowser:toggle-main")
        run(page, "docmanager:open", path="churn.ipynb", kernel={"shouldStart": False})
        run(page, "nbflow:schedule")
        form = page.locator(".nbf-Schedule")
        form.get_by_text("It is not published yet.").wait_for()
        form.get_by_role("button", name="Publish", exact=True).click()
        form.get_by_text("Live in Airflow after").wait_for(timeout=120_000)
        page.wait_for_timeout(1500)
        light = page.screenshot()
        run(page, "apputils:change-theme", theme="JupyterLab Dark")
        page.locator(".jp-Notebook .cm-content").nth(4).click()
        page.keyboard.press("Control+End")
        page.keyboard.type("\nassert len(model) > 100, 'too few'")
        page.wait_for_timeout(2500)
        form.get_by_label("Where it runs now").select_option("here")
        form.get_by_role("button", name="Run now").click()
        form.get_by_text("The run failed").wait_for(timeout=60_000)
        page.locator(".nbf-Schedule-scroll").evaluate("node => node.scrollTo(0, 99999)")
        page.locator(".jp-WindowedPanel-outer").first.evaluate("node => node.scrollTo(0, 0)")
        page.wait_for_timeout(500)
        return {"light": light, "dark": page.screenshot()}


def main() -> None:
    """Take them, with a private Airflow."""
    with project(SETTINGS) as (root, home):
        write_notebook(root / "churn.ipynb", *CELLS, nbflow=OPTIONS)
        taken = take(root, home)
    save({f"jupyterlab-schedule-{theme}": png for theme, png in taken.items()})


if __name__ == "__main__":
    main()
