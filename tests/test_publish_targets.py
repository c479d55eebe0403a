"""Every target keeps the same promises: a folder, a git repository, object storage, a command."""

import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SLUG = "velvet-first-deploy"
PAGE = f"journals/{SLUG}/report.md"


def needed(what):
    """Skip where a tool is missing; CI has them all."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs {what}")
    pytest.skip(f"no {what} here")


class Folder:
    """A folder of this machine."""

    def __init__(self, journal):
        self.path = journal.work / "site"
        self.lines = [f'to = "{self.path}"']

    def files(self):
        found = {
            str(path.relative_to(self.path)): path.read_bytes()
            for path in self.path.rglob("*")
            if path.is_file()
        }
        return {path: data for path, data in found.items() if not path.startswith(".triage/")}

    def change(self, path, data):
        (self.path / path).write_bytes(data)


class Command(Folder):
    """A folder to which rsync brings the site."""

    def __init__(self, journal):
        if shutil.which("rsync") is None:
            needed("rsync")
        self.path = journal.work / "there"
        self.built = journal.home / "state/triage/publish"
        self.lines = [
            f'command = ["rsync", "-a", "--delete", "--exclude=.triage", "{{site}}/", "{self.path}/"]'
        ]

    def change(self, path, data):
        next(self.built.glob(f"*/site/{path}")).write_bytes(data)


class Git:
    """A repository behind git's own HTTP back end."""

    def __init__(self, journal):
        self.path = journal.work / "remote.git"
        self.work = journal.work / "clone"
        self._git("init", "--quiet", "--bare", "-b", "main", self.path)
        self._git("-C", self.path, "config", "http.receivepack", "true")
        self.server = git_over_http(journal.work)
        self.address = f"git+http://127.0.0.1:{self.server.server_address[1]}/remote.git"
        self.lines = [f'to = "{self.address}"', 'folder = "docs/triage"']

    @staticmethod
    def _git(*arguments):
        return subprocess.run(["git", *arguments], check=True, capture_output=True, timeout=60).stdout

    def files(self):
        listed = self._git("-C", self.path, "ls-tree", "-r", "-z", "--name-only", "main").decode().split("\0")
        ours = [path for path in listed if path.startswith("docs/triage/")]
        found = {
            path.removeprefix("docs/triage/"): self._git("-C", self.path, "show", f"main:{path}")
            for path in ours
        }
        return {path: data for path, data in found.items() if not path.startswith(".triage/")}

    def change(self, path, data):
        shutil.rmtree(self.work, ignore_errors=True)
        self._git("clone", "--quiet", self.path, self.work)
        file = self.work / "docs/triage" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self._git("-C", self.work, "add", "-A")
        self._git("-C", self.work, "-c", "user.name=eve", "-c", "user.email=e@x", "commit", "-qm", "by hand")
        self._git("-C", self.work, "push", "--quiet")

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def git_over_http(root):
    """A server on loopback that runs `git http-backend` for each request."""
    backend = os.path.join(
        subprocess.check_output(["git", "--exec-path"], text=True).strip(), "git-http-backend"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            size = int(self.headers.get("Content-Length") or 0)
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "ana",
                "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(size), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            done = subprocess.run(
                [backend],
                check=False,
                input=self.rfile.read(size),
                env=environment,
                capture_output=True,
                timeout=60,
            )
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the base class's name

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Objects:
    """A bucket of a server that speaks S3."""

    def __init__(self, journal, s3):
        self.client, port = s3
        self.bucket = f"docs-{os.getpid()}-{os.urandom(4).hex()}"
        self.client.create_bucket(Bucket=self.bucket)
        self.lines = [
            f'to = "s3://{self.bucket}/team/site"',
            "[publish.docs.options]",
            f'aws_endpoint = "http://127.0.0.1:{port}"',
            'aws_access_key_id = "none"',
            'aws_secret_access_key = "none"',
            'aws_region = "us-east-1"',
        ]

    def files(self):
        listed = self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        found = {
            each["Key"].removeprefix("team/site/"): self.client.get_object(
                Bucket=self.bucket, Key=each["Key"]
            )["Body"].read()
            for each in listed
        }
        return {path: data for path, data in found.items() if not path.startswith(".triage/")}

    def change(self, path, data):
        self.client.put_object(Bucket=self.bucket, Key=f"team/site/{path}", Body=data)


@pytest.fixture(scope="session")
def s3():
    """A client of a server on loopback that speaks S3, and its port."""
    try:
        import boto3
        import obstore  # noqa: F401
        from moto.server import ThreadedMotoServer
    except ImportError:
        needed("moto and obstore")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    client = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106
    )  # fmt: skip
    yield client, port
    server.stop()


@pytest.fixture(params=["folder", "command", "git", "objects"])
def target(request, journal):
    """A target of each sort, as the configuration's ``docs``."""
    if request.param == "objects":
        made = Objects(journal, request.getfixturevalue("s3"))
    else:
        made = {"folder": Folder, "command": Command, "git": Git}[request.param](journal)
    folder = journal.home / "config/triage"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "triage.toml").write_text("\n".join(["[publish.docs]", *made.lines, ""]))
    yield made
    if hasattr(made, "close"):
        made.close()


def test_the_first_publication_brings_the_whole_site(journal, target):
    journal("publish")
    files = target.files()

    assert files[PAGE].startswith(b"# Velvet first deploy")
    assert {
        "index.html",
        "feed.xml",
        "index.json",
        "llms.txt",
        "search.js",
        f"journals/{SLUG}/record.jsonl",
    } <= set(files)


def test_every_target_holds_the_same_bytes(journal, target):
    journal("publish")
    journal("publish", "--to", "./reference")

    assert target.files() == Folder.files(type("Reference", (), {"path": journal.work / "reference"}))


def test_the_second_publication_changes_nothing(journal, target):
    journal("publish")
    before = target.files()

    assert journal.json("publish")["changes"] == []
    assert target.files() == before


def test_one_more_event_changes_what_shows_it(journal, target):
    journal("publish")
    journal("log", "one more")
    journal("publish")

    assert b"one more" in target.files()[PAGE]


def test_a_journal_of_another_name_moves(journal, target):
    journal("publish")
    journal("set", "slug=renamed")
    journal("publish")

    assert {path.split("/")[1] for path in target.files() if path.startswith("journals/")} == {"renamed"}


def test_what_somebody_else_changed_stays_and_both_sides_are_named(journal, target):
    journal("publish")
    target.change(PAGE, b"mine\n")
    journal("log", "one more")
    code, line = journal.refused("publish")

    assert code == 5
    assert f"{PAGE} at docs was changed by somebody else: theirs" in line
    assert "ours now" in line


def test_a_dry_run_changes_nothing_there(journal, target):
    journal("publish")
    before = target.files()
    journal("log", "one more")

    assert f"change  {PAGE}" in journal("publish", "--dry-run")
    assert target.files() == before


@pytest.mark.parametrize("target", ["git"], indirect=True)
def test_the_commit_names_the_checkpoint(journal, target):
    journal("publish")
    message = target._git("-C", target.path, "log", "-1", "--format=%B", "main").decode()

    assert message.startswith(f"Publish {SLUG}\n\nTriage-Checkpoint: {SLUG} 1 ")


@pytest.mark.parametrize("target", ["git"], indirect=True)
def test_what_others_committed_beside_ours_stays(journal, target):
    journal("publish")
    target.change("../README.md", b"hello\n")
    journal("log", "one more")
    journal("publish")

    assert target._git("-C", target.path, "show", "main:docs/README.md") == b"hello\n"
    assert b"one more" in target.files()[PAGE]


@pytest.mark.parametrize("target", ["git"], indirect=True)
def test_a_push_that_comes_between_is_built_upon(journal, target, monkeypatch):
    from triage.publish.git import GitTarget

    journal("publish")
    journal("log", "one more")
    commit = GitTarget._commit
    between = iter([True])

    def late(self, plan):
        made = commit(self, plan)
        if next(between, False):
            target.change("../README.md", b"hello\n")
        return made

    monkeypatch.setattr(GitTarget, "_commit", late)
    journal("publish")

    assert target._git("-C", target.path, "show", "main:docs/README.md") == b"hello\n"
    assert b"one more" in target.files()[PAGE]


@pytest.mark.parametrize("target", ["git"], indirect=True)
def test_no_hook_is_run(journal, target):
    journal("publish")
    state = next((journal.home / "state/triage/publish").glob("*/git"))
    for name in ("pre-push", "reference-transaction", "post-checkout"):
        hook = state / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {journal.work}/ran\n")
        hook.chmod(0o755)
    journal("log", "one more")
    journal("publish")

    assert not (journal.work / "ran").exists()


@pytest.mark.parametrize(
    "address", ["git+ext::sh -c 'touch ran'", "git+--upload-pack=touch", "git+fd::3", "git+foo://x"]
)
def test_an_address_that_could_run_something_is_refused(journal, address):
    code, line = journal.refused("publish", "--to", address)

    assert (code, "no address of a git repository" in line) == (2, True)


def test_credentials_of_an_address_are_in_no_error(journal):
    _, line = journal.refused("publish", "--to", "git+http://ana:hunter2secret@127.0.0.1:1/x.git")

    assert "hunter2secret" not in line


@pytest.mark.parametrize("target", ["objects"], indirect=True)
def test_objects_have_the_type_of_what_they_hold(journal, target):
    journal("publish")
    head = target.client.head_object(Bucket=target.bucket, Key="team/site/index.html")

    assert head["ContentType"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("target", ["objects"], indirect=True)
def test_an_object_that_changes_between_plan_and_write_is_a_conflict(journal, target, monkeypatch):
    from triage.publish.objects import ObjectsTarget

    journal("publish")
    journal("log", "one more")
    apply = ObjectsTarget.apply

    def late(self, plan):
        target.change(PAGE, b"theirs\n")
        apply(self, plan)

    monkeypatch.setattr(ObjectsTarget, "apply", late)

    assert journal.refused("publish")[0] == 5
    assert target.files()[PAGE] == b"theirs\n"


def test_a_command_that_fails_is_told_with_what_it_said_and_run_again(journal):
    folder = journal.home / "config/triage"
    folder.mkdir(parents=True, exist_ok=True)
    line = '[publish.docs]\ncommand = ["sh", "-c", "cp -r {site} there && test -e ready || { echo no way >&2; exit 3; }"]\n'
    (folder / "triage.toml").write_text(line)
    code, said = journal.refused("publish")
    (journal.work / "ready").touch()

    assert (code, "ended with exit code 3 for docs: no way" in said) == (75, True)
    journal("publish")
    assert (journal.work / "there").exists()


def test_without_the_package_object_storage_says_how_to_install_it(journal, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "obstore.exceptions", None)
    code, line = journal.refused("publish", "--to", "s3://bucket/x")

    assert (code, "pip install 'triagelog[objects]'" in line) == (2, True)
