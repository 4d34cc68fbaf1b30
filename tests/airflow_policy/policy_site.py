"""A site with teams: settings, generated DAG files of both backends, Airflow with the package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from commands import nbflow, write_notebook

from surroundings import bare_environment

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).with_name("policy_probe.py")
SETTINGS = """\
airflow:
  service_account: airflow/airflow-worker
  bundles: {{platform: {{path: {root}/platform}}}}
store: s3://runs
backend: {backend}
defaults: {{image: "registry.example.com/steps:1", profile: small}}
profiles:
  small: {{memory: 2Gi, pod_security: {{runAsUser: 1000}}}}
  large: {{memory: 8Gi, node_selector: {{pool: large}}}}
  gpu:
    gpu: 1
    tolerations: [{{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}}]
    image: registry.example.com/gpu@sha256:{digest}
  data:
    volumes:
      warehouse: {{claim: churn-data, mount: /data}}
      fast: {{host_path: /mnt/fast/churn, mount: /fast}}
teams:
  churn:
    namespace: ds-churn
    service_account: churn-runner
    profiles: [small, large, data]
    images: ["registry.example.com/*"]
    claims: ["churn-*"]
    host_paths: ["/mnt/fast/*"]
    connections: [kubernetes_churn, "churn_*"]
    kubernetes_connection: kubernetes_churn
    bundle: {{path: "{root}/churn"}}
  ads:
    namespace: ds-ads
    bundle: {{name: shared, folder: ads}}
  pinned:
    namespace: ds-pinned
    images: ["registry.example.com/*@sha256:*"]
    connections: []
    bundle: {{name: shared, folder: pinned}}
"""
DIGEST = "0" * 64
BUNDLES = {"churn": "churn", "shared": "shared", "platform": "platform", "nobody": "nobody"}


def install(folder: Path) -> Path:
    """Build the package from the tree and install it in a folder of its own."""
    source, site = folder / "source", folder / "site"
    shutil.copytree(ROOT / "airflow_policy", source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    subprocess.run([*pip, *options, str(source)], check=True)
    return site


def write_settings(folder: Path, *, root: Path, backend: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = SETTINGS.format(root=root, backend=backend, digest=DIGEST)
    (folder / "nbflow.yaml").write_text(text)


def compiled(folder: Path, root: Path, name: str, *, backend: str, team: str = "churn") -> str:
    """The DAG file that nbflow writes for a small notebook of a team."""
    project = folder / backend
    write_settings(project, root=root, backend=backend)
    path = write_notebook(
        project / f"{name}.ipynb",
        ("step:load", "x = 1"),
        ("step:train profile:large", "y = x + 1"),
        ("step:keep profile:data", "print(y)"),
        nbflow={"team": team},
    )
    result = nbflow("compile", path, "-o", project / "out", cwd=project)
    assert result.status == 0, result.err
    return (project / "out" / f"{name}.py").read_text()


def environment(
    home: Path, *, site: Path | None, policy: Path | None, **more: str
) -> dict[str, str]:
    """What Airflow's processes see; the package is there where `site` is."""
    inherited = os.environ.get("PYTHONPATH", "")
    paths = [str(site) if site else "", inherited]
    return {
        **bare_environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONPATH": ":".join(filter(None, paths)),
        **{k: v for k, v in os.environ.items() if k == "KUBECONFIG"},
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": "False",
        **({"AIRFLOW__NBFLOW__POLICY_FILE": str(policy)} if policy else {}),
        **more,
    }


def read(
    home: Path, files: dict[str, dict[str, str]], *, root: Path, env: dict[str, str]
) -> dict[str, Any]:
    """Write DAG files into their bundles and have Airflow read them, one after the other.

    A file is {"bundle", "text"}, and perhaps "file" (its path in the bundle) and "ask".
    """
    orders = {}
    for name, said in files.items():
        folder = root / said["bundle"]
        place = said.get("file", f"{name}.py")
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(said["text"])
        ask = said.get("ask", "parse")
        orders[name] = {
            "bundle": said["bundle"], "folder": str(folder), "file": place, "ask": ask,
        }  # fmt: skip
    home.mkdir(exist_ok=True)
    (home / "orders.json").write_text(json.dumps(orders))
    done = subprocess.run(
        [sys.executable, str(PROBE), str(home / "orders.json")],
        env=env, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads((home / "found.json").read_text())
    return found


def edited(text: str, *changes: tuple[str, str]) -> str:
    """A DAG file as somebody's editor leaves it; each change must be one."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the DAG file"
        text = text.replace(old, new)
    return text
