"""A folder of pages, served to a browser on this machine, which loads them again when another folder takes its place."""

import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from sourcebook.errors import SourcebookError

HOST, SCRIPT, NEWS = "127.0.0.1", "/_live.js", "/_live"
ICON = "/favicon.ico"  # browsers ask for it; a report has none
TAG = '<script src="{}?{}" defer></script></body>'
LONGEST = 20  # digits of a state's number; Python refuses to read one of thousands
SOON = 0.05  # seconds in which it ends when it is told to
PULSE = 15  # seconds without news, after which a line shows that the other end is still there


class Site:
    """What is shown now. Pages and faults are news to the browsers that wait for it.

    `number` tells one state from the next; it begins anywhere, so that no page of an earlier server takes ours for its own.
    """

    def __init__(self, folder: Path):
        self.folder, self.number, self.fault = folder, secrets.randbits(40), ""
        self.changed = threading.Condition()

    def show(self, folder: Path) -> None:
        self._tell(folder, "")

    def blame(self, fault: str) -> None:
        """Keep the pages and say what is wrong with the edit."""
        self._tell(self.folder, fault)

    def _tell(self, folder: Path, fault: str) -> None:
        with self.changed:
            self.folder, self.fault, self.number = folder, fault, self.number + 1
            self.changed.notify_all()

    def news(self, seen: int) -> Iterator[tuple[str, str]]:
        """What happened since the state `seen`, and then happens, as kind and text: pages, fault, or nothing for a while.

        A fault that was there then is told again, since the page that asks does not show it yet.
        """
        with self.changed:
            fault = self.fault
            known = seen == self.number
        if known and fault:
            yield "fault", fault
        while True:
            with self.changed:
                if self.number == seen:
                    self.changed.wait(PULSE)
                kind = "" if self.number == seen else "fault" if self.fault else "pages"
                seen, fault = self.number, self.fault
            yield kind, fault


class Handler(SimpleHTTPRequestHandler):
    """Files of the site, the script that waits for news, and the news. Nothing is listed, and nothing is kept by a browser."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args, site: Site):
        self.site = site
        super().__init__(*args, directory=str(site.folder))

    def do_GET(self):
        if self._welcome():
            path, _, seen = self.path.partition("?")
            if path == NEWS:
                self._news(int(seen) if seen.isdecimal() and len(seen) <= LONGEST else 0)
            elif path == ICON:
                self._send(b"", "image/x-icon", HTTPStatus.NO_CONTENT)
            elif path == SCRIPT:
                self._send((Path(__file__).with_name("live.js")).read_bytes(), "text/javascript")
            elif (path := self.translate_path(self.path)).endswith(".html") and os.path.isfile(path):
                told = TAG.format(SCRIPT, self.site.number).encode()
                self._send(Path(path).read_bytes().replace(b"</body>", told), "text/html; charset=utf-8")
            else:
                super().do_GET()

    def do_HEAD(self):
        if self._welcome():
            super().do_HEAD()

    def _welcome(self) -> bool:
        """Whether the request names this server, and what may be a file: another name would be another site's, led here by
        its own name server.
        """
        known = {f"{name}:{self.server.server_port}" for name in (HOST, "localhost")}
        if self.headers.get("Host") not in known:
            self.send_error(HTTPStatus.FORBIDDEN, "open it as localhost")
            return False
        if "\0" in unquote(self.path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return False
        self.directory = str(self.site.folder)  # a connection may outlive the pages that it began with
        if self.path.split("?")[0].endswith("/"):
            self.path = "/index.html"
        return True

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _news(self, seen: int) -> None:
        """Server-sent events, one after the other, until the browser goes away."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(OSError):
            for kind, text in self.site.news(seen):
                lines = "".join(f"data: {line}\n" for line in (text or " ").splitlines())
                self.wfile.write((f"event: {kind}\n{lines}\n" if kind else ": still here\n\n").encode())
                self.wfile.flush()
        self.close_connection = True

    def end_headers(self):
        """With what holds for all: nothing is kept, and no other site that is open in the same browser may load a part of this
        one. As a script, the search index would tell it the report's words.
        """
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Content-Security-Policy", "frame-ancestors 'self'")
        super().end_headers()

    def list_directory(self, path):
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *args):
        """A line for every request would bury the news of the report."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A browser that goes away while a page is sent is nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(site: Site, port: int):
    """Serve the site to this machine while the block runs, and yield its address; port 0 takes any that is free.

    Raise SourcebookError where another program has the port.
    """
    try:
        server = _Server((HOST, port), partial(Handler, site=site))
    except OSError as error:
        raise SourcebookError(
            f"The port {port} cannot be had ({error.strerror}). Take another one: --port {port + 1}, or --port 0 for any."
        ) from None
    threading.Thread(target=server.serve_forever, args=[SOON], daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
