"""Refreshing issues and PRs from a forge: what is recorded, what is only said, and where a token goes."""

import json
import socket
import threading
import time
import urllib.request
from contextlib import suppress
from itertools import pairwise

import pytest
from fake_forge import at_home, issues, own_config, tool
from fake_github import SECOND_LIMIT, issue, serving

from triage import forge, refs
from triage.config import forges
from triage.errors import InvalidValue
from triage.forge.github import GitHub
from triage.forge.network import REDIRECTS
from triage.forge.programs import remote_home
from triage.refs import Home, Ref

TOKEN = "ghp_" + "a1B2" * 9
HOME = "https://github.com/acme/velvet/issues/{ref}"


@pytest.fixture
def github():
    """A forge that answers as GitHub does."""
    with serving() as fake:
        yield fake


@pytest.fixture
def here(journal, github):
    """The program in a journal, with a repository at the forge and no token."""
    return at_home(journal, HOME, {"github.com": github.address})


def test_title_and_state_of_what_the_journal_names_are_recorded_with_their_source(here, github):
    github.add("acme/velvet", 1140, "Package is not registered")
    github.add(
        "acme/velvet", 1141, "Register the package", is_pr=True, state="closed",
        closed_at="2026-05-05T12:00:03Z", merged_at="2026-05-05T12:00:03Z",
    )  # fmt: skip
    here("issue", "1140", "open")
    here("blocker", "Gone", "--pr", "1141")

    ran = here.run("refresh")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "velvet-first-deploy e4 issue #1140 Package is not registered",
        "velvet-first-deploy e5 PR #1141 merged — Register the package",
    ]
    assert ran.err == "2 recorded, 0 as recorded before, 0 not fetched\n"
    assert issues(here)[1:] == [
        {
            "ref": "#1140",
            "title": "Package is not registered",
            "url": "https://github.com/acme/velvet/issues/1140",
            "source": f"{github.address}/repos/acme/velvet/issues/1140",
        },
        {
            "ref": "#1141",
            "title": "Register the package",
            "type": "pr",
            "state": "merged",
            "url": "https://github.com/acme/velvet/pull/1141",
            "source": f"{github.address}/repos/acme/velvet/issues/1141",
        },
    ]


def test_again_it_records_nothing(here, github):
    github.add(
        "acme/velvet",
        1140,
        "The token \x1b[31m is " + TOKEN,
        state="closed",
        closed_at="2020-01-01T00:00:00Z",
    )
    here("issue", "1140", "open")
    here("refresh")

    ran = here.run("refresh")

    assert (ran.out, ran.err) == ("", "0 recorded, 1 as recorded before, 0 not fetched\n")
    assert len(issues(here)) == 2


def test_a_title_from_outside_is_redacted_and_steers_no_terminal(here, github):
    github.add("acme/velvet", 1140, "\x1b[31mTake " + TOKEN)

    ran = here.run("refresh", "1140")

    assert "\x1b" not in ran.out
    assert TOKEN not in ran.out + here("export")
    assert "[REDACTED:github" in ran.out


def test_what_was_closed_while_the_journal_was_open_is_recorded_at_that_time(here, github):
    here("issue", "1140", "open", "--at", "12:00")
    github.add("acme/velvet", 1140, "It", state="closed", closed_at="2026-05-05T12:05:01Z")
    here.now += 600_000_000

    here("refresh")

    assert json.loads(here("events", "--json").splitlines()[-1])["at"] == "2026-05-05T12:05:01.000000Z"


def test_what_was_closed_before_the_journal_was_opened_has_no_time_in_it(here, github):
    github.add("acme/velvet", 1140, "It", state="closed", closed_at="2020-01-01T00:00:00Z")

    here("refresh", "1140")

    assert json.loads(here("events", "--json").splitlines()[-1])["precision"] == "unknown"


def test_a_reference_may_name_its_repository_or_be_an_address(here, github):
    github.add("acme/other", 7, "Elsewhere")
    github.add("acme/third", 8, "By its address", is_pr=True)

    here("refresh", "acme/other#7", "https://github.com/acme/third/pull/8")

    asked = sorted(path for path, _ in github.asked)  # they are asked for at once
    assert asked == ["/repos/acme/other/issues/7", "/repos/acme/third/issues/8"]
    assert [body["title"] for body in issues(here)] == ["Elsewhere", "By its address"]


def test_the_repository_of_a_bare_number_is_that_of_the_git_remote_where_nothing_else_says_it(here, github):
    github.add("acme/cart", 3, "Of the remote")
    (here.work / "triage.toml").write_text("")
    tool(here, "git", "echo git@github.com:acme/cart.git")

    here("refresh", "3")

    assert issues(here)[0]["title"] == "Of the remote"


def test_without_any_repository_it_says_so_and_is_no_failure(here):
    (here.work / "triage.toml").write_text("")
    tool(here, "git", "exit 128")

    ran = here.run("refresh", "3")

    assert ran.code == 0
    assert ran.err.startswith("#3 was not fetched: nothing says in which repository it is: set issue_url")


def test_the_address_of_another_sort_of_forge_is_told_as_such(here):
    ran = here.run("refresh", "https://git.example.org/acme/velvet/src/issues/3")

    assert ran.code == 0
    assert ran.err.startswith(
        "https://git.example.org/acme/velvet/src/issues/3 was not fetched: it is no address of an issue or a PR"
        " as GitHub or GitLab has them"
    )


def test_all_open_journals_are_refreshed_and_each_issue_is_asked_for_once(here, github):
    github.add("acme/velvet", 1140, "It")
    here("issue", "1140", "open")
    here("open", "Second")
    here("issue", "1140", "open")
    here("open", "Third")
    here("issue", "1140", "open")
    here("resolve")

    ran = here.run("refresh", "--all")

    assert sorted(line.split()[0] for line in ran.out.splitlines()) == ["second", "velvet-first-deploy"]
    assert len(github.asked) == 1


def test_it_answers_in_json(here, github):
    github.add("acme/velvet", 1140, "It")

    answers = [json.loads(line) for line in here("refresh", "--json", "1140", "1141").splitlines()]

    assert [(item["ref"], item["event"], item["fetched"]) for item in answers] == [
        ("#1140", "e2", True),
        ("#1141", None, False),
    ]
    assert answers[0]["changed"]["title"] == "It"
    assert "no such issue" in answers[1]["problem"]


# The token


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GH_TOKEN"])
def test_a_token_of_the_environment_is_sent_to_the_forge_and_shown_nowhere(here, github, name):
    github.tokens.add(TOKEN)
    github.add("acme/velvet", 1140, "It")
    here.set(name, TOKEN)

    ran = here.run("refresh", "1140")

    assert github.asked == [("/repos/acme/velvet/issues/1140", f"Bearer {TOKEN}")]
    assert TOKEN not in ran.out + ran.err + here("export")


def test_the_token_of_gh_is_used_where_the_environment_has_none(here, github):
    github.tokens.add(TOKEN)
    github.add("acme/velvet", 1140, "It")
    tool(here, "gh", f'[ "$*" = "auth token --hostname github.com" ] && echo {TOKEN}')

    here("refresh", "1140")

    assert github.asked[0][1] == f"Bearer {TOKEN}"


def test_a_token_does_not_follow_a_redirect_to_another_host(here, github):
    github.tokens.add(TOKEN)
    here.set("GITHUB_TOKEN", TOKEN)
    with serving() as other:
        moved = {"message": "Moved Permanently", "url": f"{other.address}/repositories/1/issues/9"}
        github.answer("acme/velvet", 1140, 301, moved, Location=f"{other.address}/repositories/1/issues/9")

        ran = here.run("refresh", "1140")

    assert other.asked == []
    assert "it has moved to another host, which is not asked (301)" in ran.err


def test_an_issue_that_moved_within_its_host_is_followed(here, github):
    github.add("acme/velvet", 1140, "It has moved")
    github.answers["/repositories/1/issues/9"] = github.answers["/repos/acme/velvet/issues/1140"]
    github.answer(
        "acme/velvet", 1140, 301, {"message": "Moved Permanently"}, Location="/repositories/1/issues/9"
    )

    here("refresh", "1140")

    assert issues(here)[0]["title"] == "It has moved"


def test_an_issue_is_followed_as_often_as_it_may_have_moved_and_no_further(here, github):
    github.add("acme/velvet", 1140, "It has moved")
    way = [f"/repositories/{number}/issues/1140" for number in range(REDIRECTS + 1)]
    github.answers[way[-1]] = github.answers["/repos/acme/velvet/issues/1140"]
    for address, onward in pairwise(way):
        github.keep(address, 301, {"message": "Moved Permanently"}, Location=onward)
    github.answer("acme/velvet", 1140, 301, {"message": "Moved Permanently"}, Location=way[1])

    here("refresh", "1140")

    assert issues(here)[0]["title"] == "It has moved"
    github.answer("acme/velvet", 1140, 301, {"message": "Moved Permanently"}, Location=way[0])
    assert "it has moved too often" in here.run("refresh", "1140").err


def test_an_issue_that_has_another_number_where_it_moved_to_is_named_and_not_recorded(here, github):
    github.add("acme/cart", 9, "Another one")
    github.answers["/repositories/2/issues/9"] = github.answers["/repos/acme/cart/issues/9"]
    github.answer("acme/velvet", 1140, 301, {"message": "Moved"}, Location="/repositories/2/issues/9")
    github.add("acme/velvet", 1141, "Of the number asked for")

    ran = here.run("refresh", "1140", "1141")

    assert "#1140 was not fetched: the forge answered number 9" in ran.err
    assert "if it moved, name https://github.com/acme/cart/issues/9" in ran.err
    assert [body["title"] for body in issues(here)] == ["Of the number asked for"]


@pytest.mark.parametrize("number", ["1140", True, None])
def test_an_answer_whose_number_is_no_number_is_no_issue(here, github, number):
    github.answer("acme/velvet", 1, 200, {**issue("acme/velvet", 1, "It"), "number": number})

    assert "answered something that is no issue 1" in here.run("refresh", "1").err
    assert issues(here) == []


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("https://github.com/acme/renamed/issues/1140", True),
        ("https://GitHub.com/acme/velvet/pull/1140", True),
        ("https://evil.example/acme/velvet/issues/1140", False),
        ("https://github.com@evil.example/acme/velvet/issues/1140", False),
        ("https://github.com.evil.example/acme/velvet/issues/1140", False),
        ("https://github.com/acme/velvet/issues/1141", False),
        ("https://github.com/login?return_to=/acme/velvet/issues/1140", False),
    ],
)
def test_the_address_of_a_page_is_kept_where_it_is_of_the_host_and_the_number_asked(here, github, page, kept):
    github.answer("acme/velvet", 1140, 200, {**issue("acme/velvet", 1140, "It"), "html_url": page})

    here("refresh", "1140")

    assert issues(here)[0].get("url", "") == (page if kept else "")
    assert issues(here)[0]["title"] == "It"


def test_an_issue_that_moves_in_a_circle_is_given_up(here, github):
    github.answer("acme/velvet", 1140, 301, {}, Location="/repos/acme/velvet/issues/1140")

    assert "it has moved too often" in here.run("refresh", "1140").err


def test_a_token_for_the_public_forge_is_not_sent_to_another(here, github):
    here.set("GITHUB_TOKEN", TOKEN)
    own_config(here, f'[forges]\n"git.example.org" = "{github.address}"\n')
    github.add("acme/velvet", 7, "It")

    here("refresh", "https://git.example.org/acme/velvet/issues/7")

    assert github.asked == [("/repos/acme/velvet/issues/7", None)]


def test_a_host_that_the_users_own_configuration_does_not_name_is_not_asked(here):
    here.set("GITHUB_TOKEN", TOKEN)

    ran = here.run("refresh", "https://evil.example/acme/velvet/issues/7")

    assert "evil.example is no forge that is known: name its API under [forges]" in ran.err


def test_an_address_that_is_of_no_forge_is_said_to_be_that(here):
    ran = here.run(
        "refresh", "https://bitbucket.example.org/acme/velvet/issue/3", "https://tracker.example.org/OPS-12"
    )

    assert (ran.code, ran.err.count("it is no address of an issue or a PR as GitHub or GitLab has them")) == (
        0,
        2,
    )


def test_a_folder_cannot_name_a_forge_unless_it_is_trusted(here, github):
    (here.work / "triage.toml").write_text(f'[forges]\n"github.com" = "{github.address}"\n')

    ran = here.run("refresh", "1140")

    assert ran.code == 4
    assert "may not set 'forges'" in ran.err


@pytest.mark.parametrize(
    "api", ["http://git.example.org/api/v3", "ftp://x", "https://user@x", "https://", "x"]
)
def test_the_address_of_an_api_must_be_safe_for_a_token(api):
    with pytest.raises(InvalidValue, match="must be the address of an API"):
        forges.check("triage.toml", {"git.example.org": api})


# What goes wrong


@pytest.mark.parametrize(
    ("code", "headers", "told"),
    [
        (404, {}, "there is no such issue or PR, or only who has a token sees it (404)"),
        (410, {}, "it was deleted (410)"),
        (403, {}, "the forge does not allow it (403): the token may lack the right"),
        (403, {"Retry_After": "30"}, "the forge has had enough requests (403): try again in 30 s"),
        (429, {"X_RateLimit_Remaining": "0"}, "(429): try again after 2026-05-05 12:00 UTC"),
        (500, {}, "the forge answered 500"),
    ],
)
def test_what_the_forge_refuses_is_said_and_is_no_failure(here, github, code, headers, told):
    github.answer("acme/velvet", 1140, code, {"message": "no"}, **headers)

    ran = here.run("refresh", "1140")

    assert ran.code == 0
    assert told in ran.err
    assert issues(here) == []


def test_what_was_fetched_is_recorded_though_other_things_were_not(here, github):
    github.add("acme/velvet", 1, "One")
    github.answer("acme/velvet", 2, 410, {"message": "This issue was deleted"})
    github.add("acme/velvet", 3, "Three")

    ran = here.run("refresh", "1", "2", "3")

    assert [body["title"] for body in issues(here)] == ["One", "Three"]
    assert ran.err.endswith("2 recorded, 0 as recorded before, 1 not fetched\n")


def test_a_limit_ends_the_asking(here, github):
    for number in range(1, 41):
        github.answer("acme/velvet", number, 429, {"message": "slow down"}, Retry_After="60")

    ran = here.run("refresh", *map(str, range(1, 41)))

    assert len(github.asked) < 10
    assert ran.err.count("try again in 60 s") == 40


@pytest.mark.parametrize("code", [403, 429])
def test_a_second_limit_that_names_no_time_ends_the_asking_for_a_minute(here, github, code):
    for number in range(1, 41):
        github.answer("acme/velvet", number, code, SECOND_LIMIT)

    ran = here.run("refresh", *map(str, range(1, 41)))

    assert len(github.asked) < 10
    assert ran.err.count(f"the forge has had enough requests ({code}): wait a minute at least") == 40


def test_what_one_issue_is_not_allowed_keeps_no_other_back(here, github):
    github.answer("acme/velvet", 1140, 403, {"message": "Resource not accessible by personal access token"})
    github.add("acme/velvet", 1141, "Register the package")

    here.run("refresh", "1140", "1141")

    assert [issue["ref"] for issue in issues(here)] == ["#1141"]


def test_a_token_that_is_not_taken_is_said(here, github):
    here.set("GITHUB_TOKEN", TOKEN)

    assert "the forge does not take the token (401): renew it" in here.run("refresh", "1140").err


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"title": 7}', b"[" * 100_000])
def test_an_answer_that_is_no_issue_is_said(here, github, body):
    github.answer("acme/velvet", 1140, 200, body)

    ran = here.run("refresh", "1140")

    assert ran.code == 0
    assert "answered something that is no issue 1140" in ran.err


def test_offline_it_says_what_could_not_be_fetched_and_exits_0(here):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    own_config(here, f'[forges]\n"github.com" = "http://127.0.0.1:{port}"\n')

    ran = here.run("refresh", "1", "2")

    assert ran.code == 0
    assert ran.err.count("cannot be reached: Connection refused") == 2


def test_a_forge_that_does_not_answer_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"

        answer = forge.ask(GitHub(address, ""), Ref("github.com", "acme/velvet", "1"), timeout=0.2)

    assert answer.problem.endswith("cannot be reached: it took too long")
    assert answer.halts


def test_a_forge_that_answers_by_drops_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as slow:
        dripping = threading.Thread(target=drip, args=(slow,))
        dripping.start()
        address = f"http://127.0.0.1:{slow.getsockname()[1]}"

        asked = Ref("github.com", "acme/velvet", "1")
        answer = forge.ask(GitHub(address, ""), asked, timeout=5, patience=0.2)
        dripping.join()

    assert answer.problem.endswith("cannot be reached: it took too long")
    assert answer.halts


def drip(server):
    """Answer with spaces, one after the other, until nobody listens."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.02)


def test_a_title_of_a_length_that_no_title_has_keeps_no_other_issue_back(here, github):
    github.add("acme/velvet", 1140, "t" * 300_000)
    github.add("acme/velvet", 1141, "Register the package")

    ran = here.run("refresh", "1140", "1141")

    assert ran.code == 0
    assert "1140 was not fetched: its title has 300,000 characters" in ran.err
    assert [issue["ref"] for issue in issues(here)] == ["#1141"]


@pytest.mark.parametrize(
    "ref",
    [
        "acme/../velvet#1",
        "https://github.com/acme/velvet/issues/1/../../x",
        "https://github.com/a/b/issues/0",
        "#0",
    ],
)
def test_a_reference_that_is_no_issue_of_a_repository_is_not_asked_for(ref):
    assert forge.asked_of(ref, Home("github.com", "acme/velvet")) is None


@pytest.mark.parametrize(
    ("remote", "home"),
    [
        ("git@github.com:acme/velvet.git", Home("github.com", "acme/velvet")),
        ("https://github.com/acme/velvet", Home("github.com", "acme/velvet")),
        (
            "https://user:secret@git.example.org/acme/velvet.git/",
            Home("git.example.org", "acme/velvet"),
        ),
        ("ssh://git@git.example.org:2222/acme/velvet.git", Home("git.example.org", "acme/velvet")),
        ("https://Git.example.org:8443/a/b/velvet.git", Home("git.example.org:8443", "a/b/velvet")),
        ("https://git.example.org:443/acme/velvet", Home("git.example.org", "acme/velvet")),
        ("../velvet", None),
    ],
)
def test_the_repository_of_a_remote(here, remote, home):
    tool(here, "git", f"echo '{remote}'")

    assert remote_home(".") == home


# The fake refuses what the description does not allow


@pytest.mark.parametrize(
    ("path", "headers", "method", "told"),
    [
        ("/repos/acme/velvet/issues/1", {"User-agent": ""}, "GET", "no User-Agent"),
        ("/repos/acme/velvet/issues/one", {}, "GET", "no such path"),
        ("/repos/acme/velvet/issues/1?x=1", {}, "GET", "no such path"),
        ("/repos/acme/velvet/issues/1", {"Accept": "text/html"}, "GET", "no media type 'text/html'"),
        (
            "/repos/acme/velvet/issues/1",
            {"X-GitHub-Api-Version": "2020-01-01"},
            "GET",
            "no such version of the API",
        ),
        ("/repos/acme/velvet/issues/1", {"Authorization": "Basic eDp5"}, "GET", "no such authorization"),
        ("/repos/acme/velvet/issues/1", {}, "DELETE", "no operation DELETE"),
    ],
)
def test_the_fake_refuses_what_the_description_does_not_allow(github, path, headers, method, told):
    given = {"User-agent": "x", "Accept": "application/vnd.github+json", **headers}
    request = urllib.request.Request(github.address + path, headers=given, method=method)  # noqa: S310  loopback

    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request):  # noqa: S310  loopback
        pass

    assert json.loads(refused.value.read())["message"] == told
    refused.value.close()
    github.broken.clear()


@pytest.mark.parametrize("name", [".", ".."])
def test_a_repository_whose_name_leads_upwards_is_none(name):
    assert forge.asked_of(f"acme/{name}#5", None) is None
    assert forge.asked_of(f"https://github.com/acme/{name}/issues/5", None) is None
    assert refs.home(f"https://github.com/acme/{name}/issues/{{ref}}") is None
    assert forge.asked_of("acme/..hidden#5", None) == Ref("github.com", "acme/..hidden", "5")
