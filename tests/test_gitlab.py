"""Refreshing issues and merge requests from GitLab; what is the same for all forges stands in test_refresh."""

import json
import urllib.request

import pytest
from fake_forge import at_home, issues, tool
from fake_gitlab import issue, serving

from triage import forge
from triage.forge.github import GitHub
from triage.forge.gitlab import GitLab
from triage.refs import Ref

TOKEN = "glpat-" + "a1B2" * 5
HOME = "https://gitlab.com/acme/shop/velvet/-/issues/{ref}"
REPOSITORY = "acme/shop/velvet"


@pytest.fixture
def gitlab():
    """A forge that answers as GitLab does."""
    with serving() as fake:
        yield fake


@pytest.fixture
def here(journal, gitlab):
    """The program in a journal, with a repository at the forge and no token."""
    return at_home(journal, HOME, {"gitlab.com": gitlab.api, "git.example.org": gitlab.api})


def test_title_and_state_of_issues_and_merge_requests_are_recorded_with_their_source(here, gitlab):
    gitlab.add(REPOSITORY, 12, "Package is not registered")
    gitlab.add(
        REPOSITORY, 12, "Register the package", is_pr=True, state="merged",
        merged_at="2026-05-05T12:00:03.520Z",
    )  # fmt: skip
    here("issue", "12", "open")
    here("blocker", "Gone", "--pr", "!12")

    ran = here.run("refresh")

    assert ran.out.splitlines() == [
        "velvet-first-deploy e4 issue #12 Package is not registered",
        "velvet-first-deploy e5 PR !12 merged — Register the package",
    ]
    assert issues(here)[1:] == [
        {
            "ref": "#12",
            "title": "Package is not registered",
            "url": f"https://gitlab.com/{REPOSITORY}/-/issues/12",
            "source": f"{gitlab.api}/projects/acme%2Fshop%2Fvelvet/issues/12",
        },
        {
            "ref": "!12",
            "title": "Register the package",
            "type": "pr",
            "state": "merged",
            "url": f"https://gitlab.com/{REPOSITORY}/-/merge_requests/12",
            "source": f"{gitlab.api}/projects/acme%2Fshop%2Fvelvet/merge_requests/12",
        },
    ]


def test_an_issue_and_a_merge_request_of_one_number_are_two_and_refreshed_once(here, gitlab):
    gitlab.add(REPOSITORY, 12, "An issue")
    gitlab.add(REPOSITORY, 12, "A merge request", is_pr=True)
    here("refresh", "12", "!12")

    assert here.run("refresh").err == "0 recorded, 2 as recorded before, 0 not fetched\n"
    shown = json.loads(here("render", "--format", "json"))["main"]["issues"]
    assert [(each["ref"], each["type"]) for each in shown] == [("#12", "issue"), ("!12", "pr")]


@pytest.mark.parametrize(
    "ref",
    [
        "https://gitlab.com/acme/shop/velvet/-/issues/12",
        "https://gitlab.com/acme/shop/velvet/-/work_items/12#note_1",
        "acme/shop/velvet#12",
        "12",
    ],
)
def test_an_issue_is_asked_for_however_it_is_written(here, gitlab, ref):
    gitlab.add(REPOSITORY, 12, "An issue")

    here("refresh", ref)

    assert [body["title"] for body in issues(here)] == ["An issue"]


def test_a_merge_request_is_a_pr_without_anybody_saying_so(here):
    assert " PR https://gitlab.com/" in here(
        "issue", "https://gitlab.com/acme/velvet/-/merge_requests/3", "open"
    )
    assert json.loads(here("render", "--format", "json"))["main"]["issues"][0]["type"] == "pr"


def test_a_merge_request_is_a_link_where_pr_url_is_of_gitlab(here):
    pattern = HOME.replace("issues", "merge_requests")
    (here.work / "triage.toml").write_text(f'pr_url = "{pattern}"\n')
    here("issue", "!12", "merged")

    assert f"[PR !12]({pattern.replace('{ref}', '12')})" in here("render").replace("\\", "")


def test_the_command_for_a_merge_request_is_one_that_a_shell_takes(here):
    here("blocker", "Gone", "--pr", "!12")
    here("fix", "1", "put back")

    assert "triage issue '!12' merged" in here.run("check").out


@pytest.mark.parametrize("name", ["GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN"])
def test_a_token_of_the_environment_is_sent_to_gitlab(here, gitlab, name):
    gitlab.tokens.add(TOKEN)
    here.set(name, TOKEN)

    here("refresh", "12")

    assert [token for _, token in gitlab.asked] == [f"Bearer {TOKEN}"]


def test_a_token_of_the_environment_is_not_sent_to_another_host_not_by_glab_either(here, gitlab):
    here.set("GITLAB_TOKEN", TOKEN)
    tool(here, "glab", 'echo "$GITLAB_TOKEN"')

    here("refresh", "https://git.example.org/acme/velvet/-/issues/3")

    assert [token for _, token in gitlab.asked] == [None]


def test_a_token_of_the_environment_is_sent_to_the_host_that_the_environment_names(here, gitlab):
    gitlab.tokens.add(TOKEN)
    here.set("GITLAB_TOKEN", TOKEN)
    here.set("GITLAB_HOST", "https://git.example.org/")

    here("refresh", "https://git.example.org/acme/velvet/-/issues/3", "12")

    assert sorted(token or "" for _, token in gitlab.asked) == ["", f"Bearer {TOKEN}"]


def test_the_token_of_glab_is_used_where_the_environment_has_none(here, gitlab):
    gitlab.tokens.add(TOKEN)
    tool(here, "glab", f'[ "$*" = "config get token --host gitlab.com" ] && echo {TOKEN}')

    here("refresh", "12")

    assert [token for _, token in gitlab.asked] == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("code", "headers", "told"),
    [
        (404, {}, "there is no such issue or PR, or only who has a token sees it (404)"),
        (429, {}, "the forge has had enough requests (429): wait a minute at least"),
        (429, {"Retry_After": "60"}, "the forge has had enough requests (429): try again in 60 s"),
        (
            429,
            {"RateLimit_Remaining": "0", "RateLimit_Reset": "1777982400"},
            "the forge has had enough requests (429): try again after 2026-05-05 12:00 UTC",
        ),
        (301, {"Location": "https://elsewhere.example/x"}, "it has moved to another host, which is not asked (301)"),
        (502, {}, "the forge answered 502"),
    ],
)  # fmt: skip
def test_what_gitlab_refuses_is_said_and_is_no_failure(here, gitlab, code, headers, told):
    gitlab.answer(REPOSITORY, 12, code, {"message": "no"}, headers=headers)

    ran = here.run("refresh", "12")

    assert (ran.code, ran.out) == (0, "")
    assert told in ran.err


@pytest.mark.parametrize(
    "changed",
    [{"iid": True}, {"iid": "12"}, {"title": None}, {"web_url": 3}, {"state": "gone"}, {"state": []}],
)
def test_an_answer_that_is_no_issue_is_not_read(changed):
    assert GitLab("https://gitlab.com/api/v4", "").read({**issue("a/b", 12, "It"), **changed}) is None


def test_a_merge_request_that_is_being_merged_is_open():
    said = GitLab("https://gitlab.com/api/v4", "").read(issue("a/b", 12, "It", is_pr=True, state="locked"))

    assert said is not None
    assert said.state == "open"


@pytest.mark.parametrize(
    ("host", "api", "kind"),
    [
        ("gitlab.com", "", GitLab),
        ("git.example.org", "https://git.example.org/api/v4", GitLab),
        ("git.example.org", "https://git.example.org/sub/api/v4/", GitLab),
        ("github.com", "", GitHub),
        ("git.example.org", "https://git.example.org/api/v3", GitHub),
        ("git.example.org", "", type(None)),
    ],
)
def test_the_forge_of_a_host_is_told_by_its_api(here, host, api, kind):
    assert type(forge.of_host(host, api, {})) is kind


def test_github_names_nothing_by_the_number_of_a_merge_request():
    answer = forge.ask(GitHub("https://api.example.org", ""), Ref("github.com", "a/b", "12", "!"))

    assert answer.problem == "github.com names nothing by !12"


# The fake refuses what the description does not allow


@pytest.mark.parametrize(
    ("path", "headers", "method", "told"),
    [
        ("/api/v4/projects/acme/velvet/issues/1", {}, "GET", "no such path"),
        ("/api/v4/projects/acme%2Fvelvet/issues/one", {}, "GET", "no such path"),
        ("/api/v4/projects/acme%2Fvelvet/pulls/1", {}, "GET", "no such path"),
        ("/api/v4/projects/3/issues/1", {"Accept": "text/html"}, "GET", "no media type 'text/html'"),
        ("/api/v4/projects/3/issues/1", {"Authorization": "Basic eDp5"}, "GET", "no such authorization"),
        ("/api/v4/projects/3/issues/1", {}, "DELETE", "no operation DELETE"),
    ],
)
def test_the_fake_refuses_what_the_description_does_not_allow(gitlab, path, headers, method, told):
    given = {"Accept": "application/json", **headers}
    request = urllib.request.Request(gitlab.address + path, headers=given, method=method)  # noqa: S310  loopback

    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request):  # noqa: S310  loopback
        pass

    assert json.loads(refused.value.read())["message"] == told
    refused.value.close()
    gitlab.broken.clear()
