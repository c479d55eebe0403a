"""`triage serve`: who may see what, and how soon."""

import http.client
import json
import re
import signal
import socket
import subprocess
import time

import pytest
from program import SCRIPT


class Served:
    """The program, serving; and a client of it."""

    def __init__(self, process, url):
        self.process = process
        self.host, self.port, self.token = re.match(r"http://([\d.]+):(\d+)/\?token=(.+)", url).groups()

    def ask(self, path, method="GET", cookie=True, **headers):
        """Status, headers and body of a request."""
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=20)
        if cookie:
            headers["Cookie"] = f"triage-{self.port}={self.token}"
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    def listen(self):
        """A stream of events, after its first sign of life."""
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=20)
        connection.request("GET", "/events", headers={"Cookie": f"triage-{self.port}={self.token}"})
        stream = connection.getresponse()
        assert stream.readline() == b": here\n"
        stream.readline()
        return stream


@pytest.fixture
def served(journal):
    """The journal's store, served."""
    process = subprocess.Popen(
        [SCRIPT, "serve"], cwd=journal.work, env=journal.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    yield Served(process, process.stdout.readline().decode().strip())
    process.kill()
    process.communicate()


def test_the_printed_address_sets_a_cookie_and_leads_to_the_index(served):
    status, headers, _ = served.ask(f"/?token={served.token}", cookie=False)

    assert (status, headers["Location"]) == (303, "/")
    assert headers["Set-Cookie"] == f"triage-{served.port}={served.token}; HttpOnly; SameSite=Strict; Path=/"


def test_the_index_names_the_journal(served):
    status, _, body = served.ask("/")

    assert (status, 'href="journals/velvet-first-deploy/index.html"' in body) == (200, True)


@pytest.mark.parametrize(
    "name", ["", "index.html", "report.md", "report.json", "record.jsonl", "checkpoint.json"]
)
def test_a_file_of_a_journal_is_served(served, name):
    assert served.ask(f"/journals/velvet-first-deploy/{name}")[0] == 200


@pytest.mark.parametrize("name", ["obligations.html", "feed.xml", "index.json", "llms.txt", "search.js"])
def test_a_file_of_the_site_is_served(served, name):
    assert served.ask(f"/{name}")[0] == 200


def test_without_the_token_nothing_is_shown(served):
    assert served.ask("/", cookie=False)[0] == 403


def test_a_wrong_token_shows_nothing(served):
    assert served.ask("/?token=wrong", cookie=False)[0] == 403


def test_the_stream_needs_the_token(served):
    assert served.ask("/events", cookie=False)[0] == 403


def test_another_host_name_is_refused(served):
    assert served.ask("/", Host="evil.example")[0] == 403


def test_localhost_is_a_name_of_ours(served):
    assert served.ask("/", Host=f"localhost:{served.port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(served, origin):
    assert served.ask("/", Origin=origin)[0] == 403


def test_a_request_that_another_site_began_is_refused(served):
    assert served.ask("/", **{"Sec-Fetch-Site": "cross-site"})[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_reading_is_possible(served, method):
    assert served.ask("/", method=method)[0] == 501


def test_a_head_has_no_body(served):
    status, headers, body = served.ask("/", method="HEAD")

    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/journals/../../x",
        "/journals/none/",
        "/journals/",
        "//x/",
        "/nothing",
    ],
)
def test_what_is_no_file_of_the_site_is_not_found(served, path):
    assert served.ask(path)[0] == 404


def test_answers_forbid_to_guess_frame_and_keep(served):
    _, headers, _ = served.ask("/")

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_another_process_appends_is_told_within_a_second(served, journal):
    stream = served.listen()
    time.sleep(0.6)
    journal.start("log", "from elsewhere")
    start = time.monotonic()

    assert stream.readline() == b"event: changed\n"
    assert time.monotonic() - start < 1
    assert json.loads(stream.readline().removeprefix(b"data: ")) == ["velvet-first-deploy"]


def test_a_page_shows_what_was_appended_after_it_was_first_asked_for(served, journal):
    assert "from elsewhere" not in served.ask("/journals/velvet-first-deploy/")[2]
    journal.start("log", "from elsewhere")

    assert "from elsewhere" in served.ask("/journals/velvet-first-deploy/")[2]


def test_more_streams_than_are_allowed_are_refused_and_the_site_still_answers(served):
    streams = [served.listen() for _ in range(64)]

    assert served.ask("/events")[0] == 503
    assert served.ask("/")[0] == 200
    assert len(streams) == 64


def test_a_client_that_sends_nothing_does_not_hold_up_the_others(served):
    with socket.create_connection((served.host, int(served.port))):
        assert served.ask("/")[0] == 200


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_trace(served, sign):
    served.ask("/")
    served.process.send_signal(sign)
    out, err = served.process.communicate(timeout=10)

    assert (served.process.returncode, out, err) == (0, b"", b"ended\n")


def test_a_port_that_is_taken_is_said(served, journal):
    ran = journal.start("serve", "--port", served.port)

    assert ran.code == 75
    assert f"cannot listen on 127.0.0.1 port {served.port}" in ran.err
