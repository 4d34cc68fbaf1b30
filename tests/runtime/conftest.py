import sys
from pathlib import Path

# The pipelines written by hand serve both rooms' tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "host"))
