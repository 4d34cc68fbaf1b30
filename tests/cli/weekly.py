"""The notebooks of a pipeline of several: one that reads, one that trains, one that reports."""

from commands import write_notebook


def write_notebooks(folder, *, train="model = rows[region] * 10"):
    """Write `ingest.ipynb`, `train.ipynb` (with this code in its first step), `report.ipynb`."""
    write_notebook(
        folder / "ingest.ipynb",
        ("parameters", "day = '2026-01-01'"),
        ("step:load", "rows = {'eu': 3, 'us': 5}\nnames = sorted(rows)\nprint(day)"),
        ("step:count", "total = sum(rows.values())"),
    )
    write_notebook(
        folder / "train.ipynb",
        ("parameters", "region = 'eu'\nrows = {}\ntries = 1"),
        ("step:fit", f"{train}\nprint(region, model, tries)"),
        ("step:score", "accuracy = model / 100"),
    )
    write_notebook(
        folder / "report.ipynb",
        ("parameters", "accuracies: list = []\nthreshold = 0.5"),
        ("step:write", "print(accuracies, threshold)"),
    )
