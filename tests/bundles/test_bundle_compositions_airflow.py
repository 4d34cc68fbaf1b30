"""DAGs of several notebooks as Airflow reads them: their graph, what pods get and pass on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from composition_plans import EVIL, composition_plans

from nbflow.bundles import bundle_composition
from nbflow.targets import write_bundle
from surroundings import bare_environment

pytestmark = pytest.mark.slow

GRAPH = {
    "ingest.load": ["if_train"],
    "if_train": ["each_of_train"],
    "each_of_train": ["train.load"],
    "train.load": ["train.boost", "train.forest"],
    "train.forest": ["train.best"],
    "train.boost": ["train.best"],
    "train.best": ["class.load", "release"],
    "release": ["class.load"],
    "class.load": ["update_assets"],
    "update_assets": [],
}


@pytest.fixture(scope="module", params=["weekly", "weekly_in_pods"])
def read(request, tmp_path_factory):
    """What Airflow makes of the DAG file, and of the same one in another process."""
    home = tmp_path_factory.mktemp(request.param)
    plan = composition_plans()[request.param]
    made = bundle_composition(plan, source="pipeline.yaml", definition=b"")
    file = write_bundle(made, home / "dags")
    script = str(Path(__file__).with_name("composition_probe.py"))
    done = subprocess.run(
        [sys.executable, "-B", script, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **bare_environment(),
            "HOME": str(home),
            "AIRFLOW_HOME": str(home / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_graph_is_that_of_the_stages_and_their_steps(read):
    assert read["tasks"] == GRAPH


def test_items_are_limited_and_an_approval_is_asked_once(read):
    assert {n: most for n, most in read["at_once"].items() if most} == dict.fromkeys(
        read["mapped"], 3
    )
    assert read["retries"]["release"] == 0


def test_pods_get_values_as_data_and_pass_theirs_on_with_their_last_words(read):
    if "words" not in read:
        return
    notebook, run, attempt, params = read["words"]["ingest.load"]
    assert notebook.endswith("/steps/ingest.load.ipynb")
    assert run.endswith("/weekly/r1/ingest")
    assert attempt == "--attempt=2"
    said = json.loads(params.removeprefix("--params=").replace("$$", "$"))
    assert said == {"note": EVIL}
    later = json.loads(read["words"]["class.load"][3].removeprefix("--params="))
    assert later == {"note": [1, 2], "plain": ["2026-03-28", 1]}
    assert read["passed"] == {"rate": 0.5, "note": "n"}
    assert len(read["lost"]) == 2
    assert all("its pod is gone, and with it what it passes on" in one for one in read["lost"])
