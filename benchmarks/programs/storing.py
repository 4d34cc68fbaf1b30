"""A store over HTTP that notes when it is asked: storing.py PORT FILE."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def main() -> None:
    """Serve until killed; FILE gets a line for each request: from, to,
    method, path, address of who asks."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    moto = DomainDispatcherApplication(create_backend_app)
    with path.open("a", buffering=1, encoding="utf-8") as notes:

        def app(environ: dict[str, Any], answer: Callable[..., Any]) -> Iterable[bytes]:
            began = time.time()
            said = moto(environ, answer)
            asked = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["REMOTE_ADDR"]
            print(json.dumps([began, time.time(), *asked]), file=notes)
            return said

        make_server("0.0.0.0", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
