"""The nursery: one process that has imported what every kernel needs, and forks kernels.

    python -P -m nbflow.kernel DESCRIPTOR

It reads requests from the socket with that descriptor; each brings the socket for its answers.
When the host closes the socket, or dies, all kernels are killed.
"""

from __future__ import annotations

import sys

from nbflow.kernel.nest import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]))
