"""The pages are served to this machine alone, with a script that loads them again when another folder takes their place."""

import http.client
import re
import socket
import struct
import threading
import time

import pytest

from sourcebook.errors import SourcebookError
from sourcebook.server import NEWS, SCRIPT, Site, serving

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@pytest.fixture
def site(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(f"<body><p>{name}</p></body>", encoding="utf-8")
        (tmp_path / name / "style.css").write_text(f"/* {name} */", encoding="utf-8")
    (tmp_path / "secret.html").write_text("<body>secret</body>", encoding="utf-8")
    return Site(tmp_path / "one")


@pytest.fixture
def address(site):
    with serving(site, 0) as told:
        yield told


def ask(address: str, path: str, method: str = "GET", **headers):
    """Status, headers and body of an answer; the path is sent as it stands."""
    host = address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body.decode("utf-8", "replace")


class TestPages:
    def test_the_first_page_is_there_with_the_script_and_nothing_is_kept(self, address):
        status, headers, body = ask(address, "/")
        assert status == 200 and re.fullmatch(
            r'<body><p>one</p><script src="/_live.js\?\d+" defer></script></body>', body
        )
        assert headers["Cache-Control"] == "no-store" and headers["Content-Type"].startswith("text/html")

    def test_the_script_is_served_and_other_files_are_as_they_lie_there(self, address):
        status, headers, body = ask(address, SCRIPT)
        assert status == 200 and "EventSource" in body and headers["Content-Type"] == "text/javascript"
        assert ask(address, "/style.css")[2] == "/* one */"
        assert ask(address, "/style.css", "HEAD")[0] == 200

    def test_what_takes_their_place_is_there_at_once(self, site, address):
        site.show(site.folder.parent / "two")
        assert "<p>two</p>" in ask(address, "/index.html")[2]

    def test_a_connection_that_is_kept_open_sees_them_too(self, site, address):
        connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=10)
        connection.request("GET", "/index.html")
        assert b"<p>one</p>" in connection.getresponse().read()
        site.show(site.folder.parent / "two")
        connection.request("GET", "/style.css")
        assert connection.getresponse().read() == b"/* two */"
        connection.close()

    def test_a_browser_that_asks_for_an_icon_is_told_that_there_is_none(self, address):
        assert ask(address, "/favicon.ico")[0] == 204

    @pytest.mark.parametrize(
        "path", ["/../secret.html", "/%2e%2e/secret.html", "//../secret.html", "/none.html", "/deep"]
    )
    def test_nothing_else_is_and_no_folder_is_listed(self, address, path):
        status, _, body = ask(address, path)
        assert status in (301, 404) and "secret</body>" not in body and "Directory listing" not in body

    @pytest.mark.parametrize(
        "path", ["/%00", "/%00.html", f"/{'a' * 3000}", f"/{'a' * 3000}.html", "/%ff.html", "/a%0d%0aX:y"]
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_can_be_no_file_is_not_there_and_the_terminal_stays_quiet(self, address, capfd, method, path):
        status, headers, _ = ask(address, path, method)
        assert status == 404 and "X" not in headers and capfd.readouterr() == ("", "")

    def test_a_browser_that_goes_away_while_a_page_is_sent_is_nothing_to_tell(self, site, address, capfd):
        (site.folder / "large.html").write_bytes(b"x" * 50_000_000)
        where, before = address.removeprefix("http://").rstrip("/"), set(threading.enumerate())
        host, _, port = where.partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as asking:
            asking.sendall(f"GET /large.html HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
            assert asking.recv(100).startswith(b"HTTP/1.1 200")
            asking.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )  # or what was sent stays in the way
        assert "<p>one</p>" in ask(address, "/")[2]
        while set(threading.enumerate()) - before:
            time.sleep(0.01)
        assert capfd.readouterr() == ("", "")

    @pytest.mark.browser
    def test_a_page_of_another_site_can_load_no_part_of_it(self, chromium, site, address, tmp_path):
        """The search index is a script, so that without more any page could learn from it what is written here."""
        for name, content in {"words.js": "words = 'secret'", "style.css": "p {color: red}", "dot.svg": DOT}.items():
            (site.folder / name).write_text(content, encoding="utf-8")
        parts = f"""<body><script src="{address}words.js"></script><link rel="stylesheet" href="{address}style.css">
            <img src="{address}dot.svg"><p>here</p></body>"""
        for folder in (site.folder, tmp_path / "two"):
            (folder / "index.html").write_text(parts, encoding="utf-8")
        look = "[window.words, getComputedStyle(document.querySelector('p')).color, document.images[0].naturalWidth]"
        with serving(Site(tmp_path / "two"), 0) as other:
            page = chromium.new_page()
            page.goto(address)
            assert page.evaluate(look) == ["secret", "rgb(255, 0, 0)", 1]
            page.goto(other)
            assert page.evaluate(look) == [None, "rgb(0, 0, 0)", 0]
            page.set_content(f'<iframe src="{address}words.js"></iframe>')
            assert "secret" not in page.frames[-1].content()
            page.close()

    @pytest.mark.parametrize("host", ["example.org", "localhost:1", "example.org:80", ""])
    @pytest.mark.parametrize("path", ["/", NEWS, SCRIPT, "/style.css"])
    def test_a_request_under_another_name_is_refused(self, address, host, path):
        """As one would come from a page elsewhere whose name server says that its name is this machine."""
        assert ask(address, path, Host=host)[0] == 403

    def test_it_listens_to_this_machine_alone(self, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        with socket.socket() as other:
            other.bind(("0.0.0.0", 0))
            outside = socket.gethostbyname(socket.gethostname())
        if outside.startswith("127."):
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        with pytest.raises(OSError):
            socket.create_connection((outside, port), timeout=5).close()

    def test_a_port_that_another_program_has_is_an_error_that_says_how_to_take_another(self, site, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(SourcebookError, match=rf"The port {port} cannot be had .*--port {port + 1}"):
            with serving(site, port):
                pass


class TestNews:
    @staticmethod
    def after(site, *steps) -> list[tuple[str, str]]:
        """The news of as many steps, told to somebody who listened before the first."""
        news, told, ready = site.news(site.number), [], threading.Event()

        def listen():
            ready.set()
            told.extend(next(news) for _ in steps)

        listener = threading.Thread(target=listen)
        listener.start()
        ready.wait()
        for number, step in enumerate(steps, 1):
            while len(told) < number:
                step()
                listener.join(0.05)
        listener.join()
        return told[: len(steps)]

    def test_other_pages_are_news_and_so_is_a_fault(self, site):
        assert self.after(site, lambda: site.show(site.folder)) == [("pages", "")]
        assert self.after(site, lambda: site.blame("claims.csv, row 2")) == [("fault", "claims.csv, row 2")]

    def test_whoever_comes_while_there_is_a_fault_hears_of_it(self, site):
        site.blame("row 2\nrow 3")
        assert next(site.news(site.number)) == ("fault", "row 2\nrow 3")
        site.show(site.folder)
        assert self.after(site, lambda: site.show(site.folder)) == [("pages", "")]

    def test_what_happened_between_a_page_and_its_question_is_told_and_so_is_another_server(self, site):
        before = site.number
        site.show(site.folder)
        assert next(site.news(before)) == next(Site(site.folder).news(before)) == ("pages", "")

    @pytest.mark.parametrize("seen", ["9" * 5000, "x", "-1", "1e9"])
    def test_a_question_that_is_no_state_of_this_server_is_told_to_load_its_pages(self, site, address, capfd, seen):
        connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=10)
        connection.request("GET", f"{NEWS}?{seen}")
        assert connection.getresponse().fp.readline() == b"event: pages\n"
        connection.close()
        assert capfd.readouterr() == ("", "")

    def test_a_fault_of_several_lines_is_sent_as_one_event(self, site, address):
        site.blame("row 2: <b>\nrow 3")
        connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=10)
        connection.request("GET", f"{NEWS}?{site.number}")
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert [answer.fp.readline() for _ in range(4)] == [
            b"event: fault\n",
            b"data: row 2: <b>\n",
            b"data: row 3\n",
            b"\n",
        ]
        connection.close()
