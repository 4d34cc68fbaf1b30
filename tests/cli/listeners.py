"""Servers that keep what they are told: one of HTTP, one of SMTP."""

import json
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def web_server():
    """Yield (port, what was posted: pairs of path and JSON); /broken is 404, which tells of it."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            broken = self.path.startswith("/broken")
            if not broken:
                posted.append((self.path, json.loads(body)))
            said = f"Cannot POST {self.path}".encode() if broken else b""
            self.send_response(404 if broken else 200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield port, posted


@contextmanager
def mail_server():
    """Yield (port, messages that came, each with its envelope's recipients)."""
    mails = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self):
            self.say("220 here")
            to = []
            while line := self.rfile.readline().decode().strip():
                word = line.split(":")[0].upper()
                if word.startswith(("EHLO", "HELO")):
                    self.say("250 here")
                elif word == "RCPT TO":
                    to.append(line.partition(":")[2].strip("<> "))
                    self.say("250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    text = self.data()
                    mails.append((to, message_from_string(text, policy=policy.default)))
                    to = []
                    self.say("250 kept")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def data(self):
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line.removeprefix("."))
            return "\n".join(lines)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _served(server) as port:
        yield port, mails


@contextmanager
def _served(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
