"""A small server on a real socket that plays what an Airflow answers."""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG_UP = "hang up"


class Stage:
    """A server that plays a list of answers for each request line, the last one for ever."""

    def __init__(self):
        self.answers = defaultdict(list)
        self.seen = []
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def play(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"null")
                line = f"{self.command} {self.path.partition('?')[0]}"
                stage.seen.append((line, body, self.headers.get("Authorization"), self.path))
                answers = stage.answers[line]
                answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else None
                if answer is HANG_UP:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, data = answer or (404, {"detail": "nothing here"})
                text = data if isinstance(data, str) else json.dumps(data)
                self.send_response(status)
                kind = "text/html" if isinstance(data, str) else "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = play  # noqa: N815 (http.server's names)

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def lines(self):
        return [line for line, *_ in self.seen]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def run_data(state="running", **more):
    return {"dag_id": "d", "dag_run_id": "r", "state": state, "conf": {}, **more}


RUNS = "/api/v2/dags/d/dagRuns"
