"""Object stores behind HTTP: moto's server, and a proxy that makes trouble on the way to it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = "runs"


@dataclass
class Server:
    """A running moto_server."""

    url: str
    process: subprocess.Popen[bytes]
    certificate: Path | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to reach it."""
        trusted = {"AWS_CA_BUNDLE": str(self.certificate)} if self.certificate else {}
        return environ(self.url) | trusted

    def client(self, service: str = "s3") -> Any:
        """boto3's client, for what is no business of a store: buckets, users, uploads."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.url,
            verify=None if self.certificate is None else str(self.certificate),
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def environ(url: str, *, key: str = "test", secret: str = "test") -> dict[str, str]:
    """The environment in which S3 is at an address."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def moto_server(
    *, host: str = "127.0.0.1", certificate: Path | None = None, **settings: str
) -> Iterator[Server]:
    """A server with one bucket, which listens on an address of this machine.

    With a certificate, whose key lies beside it, it speaks TLS.
    """
    port = free_port()
    program = str(Path(sys.executable).parent / "moto_server")
    secure = ["-c", certificate, "-k", certificate.with_suffix(".key")] if certificate else []
    process = subprocess.Popen(
        [program, "-H", host, "-p", str(port), *map(str, secure)],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    scheme = "https" if certificate else "http"
    server = Server(f"{scheme}://{host}:{port}", process, certificate)
    try:
        wait_for_port(port, host=host)
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for_port(port: int, *, host: str = "127.0.0.1") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing listens on {port}")


@dataclass
class Passed:
    """A request that went through the proxy."""

    method: str
    path: str
    range: str
    sent: int = 0


@dataclass
class Proxy:
    """Hands requests on, or answers itself.

    Attributes:
        url: its address.
        fault: asked for each request; a status to answer with, or None to hand it on.
        passed: what came through.
    """

    url: str
    fault: Callable[[Passed], int | None] = lambda _: None
    passed: list[Passed] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        return environ(self.url)


@contextmanager
def proxy(server: Server) -> Iterator[Proxy]:
    """A proxy before a server."""
    upstream = urlsplit(server.url).netloc
    front = Proxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Passed(self.command, self.path, self.headers.get("Range") or "")
            front.passed.append(seen)
            status = front.fault(seen)
            if status is not None:
                self._answer(status, [], b"")
                return
            with closing(http.client.HTTPConnection(upstream, timeout=60)) as there:
                there.request(self.command, self.path, body, dict(self.headers.items()))
                answer = there.getresponse()
                data = answer.read()
                seen.sent = len(data)
                self._answer(answer.status, answer.getheaders(), data)

        def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
            self.send_response(status)
            own = {"content-length", "connection", "transfer-encoding", "date", "server"}
            length = str(len(data))
            for name, value in headers:
                if name.lower() not in own:
                    self.send_header(name, value)
                elif name.lower() == "content-length" and self.command == "HEAD":
                    length = value
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(data)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._handle
            raise AttributeError(name)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that was killed has gone away; that is what the test is about."""

    listener = Quiet(("127.0.0.1", 0), Handler)
    front.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    try:
        yield front
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
