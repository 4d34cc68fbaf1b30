import sys
from pathlib import Path

# The command line, and a real cluster, serve these tests too.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("cli", "cluster")]
