import sys
from pathlib import Path

# The object store that a step's tests use, and notebooks written as text.
sys.path.insert(0, str(Path(__file__).parent.parent / "host"))
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
