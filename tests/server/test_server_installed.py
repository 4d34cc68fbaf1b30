"""What an installed nbflow puts where Jupyter Server looks for extensions."""

import json
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def test_the_wheel_enables_the_extension(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as files:
        (name,) = [
            one for one in files.namelist() if one.endswith("jupyter_server_config.d/nbflow.json")
        ]
        enabled = json.loads(files.read(name))["ServerApp"]["jpserver_extensions"]
    assert name.partition(".data/data/")[2] == "etc/jupyter/jupyter_server_config.d/nbflow.json"
    assert enabled == {"nbflow.server": True}
