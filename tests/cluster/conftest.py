import sys
from pathlib import Path

# The command line, and stores behind HTTP, serve these tests too.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("cli", "host")]
