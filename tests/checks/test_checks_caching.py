"""Steps that may be skipped and are not the same each time."""

from pathlib import Path

import pytest

from nbflow.checks import check
from nbflow.model import Cell, Document, Pipeline, PipelineOptions, Step, StepOptions
from nbflow.settings import Settings


def found(*sources, cache=True, seeded=False, defaults=None):
    cells = tuple(Cell(f"c{n}", n, "code", source) for n, source in enumerate(sources, 1))
    step = Step("train", tuple(cell.id for cell in cells), options=StepOptions(cache=cache))
    options = PipelineOptions(defaults=StepOptions(cache=defaults))
    pipeline = Pipeline("n", Document("n", cells), options, steps=(step,), seeded=seeded)
    return [(d.code, d.cell, d.line) for d in check(pipeline, Settings(root=Path("/project")))]


@pytest.mark.parametrize(
    "source",
    [
        "import time\nx = time.time()",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as dt\nx = dt.date.today()",
        "import uuid\nx = uuid.uuid4()",
        "import random\nx = random.random()",
        "import numpy as np\nx = np.random.rand(3)",
        "import numpy as np\nrng = np.random.default_rng()",
        "import requests\nx = requests.get('x').json()",
        "import pandas as pd\nx = pd.read_csv('https://example.com/x.csv')",
        "import os\nx = os.environ['HOME']",
        "\n!curl example.com",
    ],
)
def test_what_differs_each_time_is_told_with_its_cell_and_line(source):
    assert found("y = 1", source) == [("NB608", "c2", 2)]
    assert found("y = 1", source, cache=False) == []
    assert found("y = 1", source, cache=None, defaults=True) == [("NB608", "c2", 2)]


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nx = datetime.date(2026, 1, 1)",
        "import numpy as np\nrng = np.random.default_rng(7)",
        "import os\nos.environ['A'] = 'b'",
        "now = lambda: 1\nx = now()",
        "%time x = 1",
        "x = 'see http'",
    ],
)
def test_what_is_the_same_each_time_is_not(source):
    assert found(source) == []


def test_what_is_random_and_seeded_is_the_same_each_time():
    assert found("import random\nx = random.random()", seeded=True) == []
