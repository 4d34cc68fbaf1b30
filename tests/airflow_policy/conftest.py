import sys
from pathlib import Path

# The command line serves these tests too.
sys.path[:0] = [str(Path(__file__).parents[1] / "cli")]
