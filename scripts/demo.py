"""`make demo`: the examples through the main job, in a real and private Airflow."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "examples" / "notebooks"
OUT = ROOT / ".nbflow" / "demo"
NBFLOW = Path(sys.executable).parent / "nbflow"


def say(text: str) -> None:
    """Write a heading."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def nbflow(*arguments: str | Path) -> None:
    """Run one command as a user would type it; end the demo with its status if it fails."""
    shown = [str(a.relative_to(ROOT)) if isinstance(a, Path) else a for a in arguments]
    print(f"$ nbflow {shlex.join(shown)}", flush=True)
    subprocess.run([NBFLOW, *shown], cwd=ROOT, check=True)


def main() -> int:
    """Check, compile, publish, trigger, and fetch the one notebook that comes back."""
    started = time.monotonic()
    OUT.mkdir(parents=True, exist_ok=True)
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    train = NOTEBOOKS / "train_models.ipynb"
    try:
        say("1. Check the notebooks before anything runs")
        nbflow("check", *notebooks)
        say("2. What the training notebook means")
        nbflow("show", train)
        say("3. Compile it to a plain Airflow DAG")
        nbflow("compile", train, "-o", OUT / "bundle")
        say("4. Start a private Airflow")
        nbflow("airflow", "up")
        say("5. Publish")
        nbflow("publish", *notebooks)
        say("6. Trigger a run with a parameter of our own, and follow it")
        nbflow("trigger", "train_models", "-p", "trees=40", "--wait", "-o", OUT / "executed.ipynb")
        say("7. The run, as Airflow and the store know it")
        nbflow("runs", "train_models")
    except subprocess.CalledProcessError as error:
        print(f"demo: `nbflow {error.cmd[1]}` ended with {error.returncode}", file=sys.stderr)
        return int(error.returncode)
    finally:
        say("8. Shut Airflow down")
        nbflow("airflow", "down")
    print(f"\nDone in {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
