"""Which line of an output tells what went wrong, and which errors are the same."""

import pytest

from triage.diagnosis.folding import folded
from triage.diagnosis.sameness import signature, telling_words
from triage.diagnosis.sayings import SAYINGS
from triage.diagnosis.telling import telling_line

PYTHON = """starting
Traceback (most recent call last):
  File "app.py", line 3, in <module>
    import sqlalchemy
ModuleNotFoundError: No module named 'sqlalchemy'
"""
PYTHON_CHAIN = """Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 'host'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
velvet.errors.ConfigError: no host is configured
make: *** [Makefile:3: run] Error 1
"""
NODE = """node:internal/modules/cjs/loader:1080
  throw err;
  ^

Error: Cannot find module 'express'
Require stack:
- /app/index.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15)
    at Module._load (node:internal/modules/cjs/loader:922:27) {
  code: 'MODULE_NOT_FOUND',
}

Node.js v18.19.0
"""
NODE_TYPE = """/app/x.js:2
a.b.c
    ^

TypeError: Cannot read properties of undefined (reading 'c')
    at Object.<anonymous> (/app/x.js:2:5)
"""
JAVA = """INFO boot
Exception in thread "main" java.lang.IllegalStateException: cannot start
\tat com.acme.Main.main(Main.java:5)
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 12 more
"""
JAVA_PLAIN = """Exception in thread "main" java.lang.NullPointerException: jobs is null
\tat com.acme.Main.main(Main.java:5)
"""
GO = """2026/05/05 04:10:37 starting
panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
main.main()
\t/app/main.go:8 +0x1d
exit status 2
"""
NPM = """npm ERR! code E404
npm ERR! 404 Not Found - GET https://npm.example.org/velvet - Not found
npm ERR! 404
npm ERR! A complete log of this run can be found in: /root/.npm/_logs/x.log
"""
NPM_SCRIPT = """npm error Missing script: "build"
npm error
npm error To see a list of scripts, run:
npm error   npm run
"""
PIP = """Collecting velvet==9
ERROR: Could not find a version that satisfies the requirement velvet==9 (from versions: none)
ERROR: No matching distribution found for velvet==9
"""
PSQL = """SET
psql:migrations/017.sql:12: ERROR:  relation "carts" does not exist
LINE 1: ALTER TABLE carts
                    ^
"""
PSQL_LOGIN = 'psql: error: connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  no such role\n'
PSYCOPG = """migrating
psycopg.errors.UndefinedTable: relation "carts" does not exist
LINE 1: select * from carts
                      ^
"""
GOOGLE = "google.api_core.exceptions.NotFound: 404 no bucket velvet\n\nThe bucket was looked for in eu-2\n"
SOUND = "loading velvet.errors.Known: none\nall is well\n"
KUBECTL = 'Error from server (NotFound): deployments.apps "velvet" not found\n'
KUBECTL_AWAY = "E0505 04:10:37.123456    1 memcache.go:238] couldn't get current server API group list\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?\n"
TERRAFORM = """╷
│ Error: Reference to undeclared resource
│
│   on main.tf line 3, in output "ip":
╵
"""
GIT = """To example.org:velvet.git
 ! [rejected]        main -> main (fetch first)
error: failed to push some refs to 'example.org:velvet.git'
hint: Updates were rejected
"""
FATAL = "fatal: not a git repository (or any of the parent directories): .git\n"
RUST = "error[E0425]: cannot find value `x` in this scope\n --> src/main.rs:2:5\nerror: aborting due to 1 previous error\n"
PYTEST = "def test_a():\n>       assert 1 == 2\nE       assert 1 == 2\n\ntest_a.py:1: AssertionError\n==== 1 failed ====\n"
AWS = "\nAn error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied\n"
DOCKER = "Error response from daemon: pull access denied for velvet, repository does not exist\n"
SHELL = "deploying\nsh: 1: heroku: not found\n"
CURL = "curl: (6) Could not resolve host: velvet.example.org\n"
HELM = "Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n"
COLOURED = "\x1b[31merror:\x1b[0m the pipe is broken\r\n"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (PYTHON, "ModuleNotFoundError: No module named 'sqlalchemy'"),
        (PYTHON_CHAIN, "velvet.errors.ConfigError: no host is configured"),
        (NODE, "Error: Cannot find module 'express'"),
        (NODE_TYPE, "TypeError: Cannot read properties of undefined (reading 'c')"),
        (JAVA, "java.net.ConnectException: Connection refused"),
        (JAVA_PLAIN, "java.lang.NullPointerException: jobs is null"),
        (GO, "panic: runtime error: index out of range [3] with length 3"),
        (NPM, "404 Not Found - GET https://npm.example.org/velvet - Not found"),
        (NPM_SCRIPT, 'Missing script: "build"'),
        (
            PIP,
            "ERROR: Could not find a version that satisfies the requirement velvet==9 (from versions: none)",
        ),
        (PSQL, 'psql:migrations/017.sql:12: ERROR:  relation "carts" does not exist'),
        (PSQL_LOGIN, PSQL_LOGIN.strip()),
        (PSYCOPG, 'psycopg.errors.UndefinedTable: relation "carts" does not exist'),
        (GOOGLE, "google.api_core.exceptions.NotFound: 404 no bucket velvet"),
        (SOUND, "all is well"),
        (KUBECTL, KUBECTL.strip()),
        (KUBECTL_AWAY, KUBECTL_AWAY.splitlines()[1]),
        (TERRAFORM, "Error: Reference to undeclared resource"),
        (GIT, "error: failed to push some refs to 'example.org:velvet.git'"),
        (FATAL, FATAL.strip()),
        (RUST, "error[E0425]: cannot find value `x` in this scope"),
        (PYTEST, "assert 1 == 2"),
        (AWS, AWS.strip()),
        (DOCKER, DOCKER.strip()),
        (SHELL, "sh: 1: heroku: not found"),
        (CURL, CURL.strip()),
        (HELM, HELM.strip()),
        (COLOURED, "error: the pipe is broken"),
        ("all is well\nthe end\n\n", "the end"),
        ("building\nmake: *** [Makefile:2: all] Error 3\n", "building"),
        ("", ""),
        ("\n \n", ""),
    ],
)
def test_the_telling_line_of_an_output(output, line):
    assert telling_line(output) == line


def test_a_telling_line_is_no_longer_than_an_answer_can_hold():
    assert len(telling_line("error: " + "x" * 5000)) == 400


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("timeout after 31 s", "Timeout  after 7 s"),
        ("no pod velvet-6d4cf56db6-x2x9z", "no pod velvet-79c9ff94d5-abcde"),
        ("at 2026-05-05T04:10:37Z: gone", "at 2026-06-01 00:00:01.5: gone"),
        ("bad object 98f2418", "bad object 2ef77cf3"),
        (
            "request 0190a6a0-7a3b-7cc2-9f01-000000000001 failed",
            "request 7a90a6a0-7a3b-7cc2-9f01-00000000abcd failed",
        ),
        ("no [REDACTED:github-token:7k3f9a1c] here", "no [REDACTED:github-token:7kaaaaaa] here"),
        ("open /srv/a/ca.pem: gone", "open /home/ana/b/c/ca.pem: gone"),
        ("psql:migrations/017.sql:12: gone", "psql:up/18.sql:3: gone"),
        ("main.go:12:5: gone", "main.go:7:33: gone"),
        ("open C:\\Users\\ana\\ca.pem: gone", "open D:\\ca.pem: gone"),
        ("GET https://eu.example.org:8443/velvet", "GET http://us.example.com/velvet"),
        ("no module named 'velvet'", 'No module named "velvet"'),
        ("can't open it", "can’t open it"),
        ("velvet==14.2.1 is gone", "velvet==9.0 is gone"),
        ("image velvet:v14.2-rc1 is gone", "image velvet:v2.0 is gone"),
        ("took 31 s", "took 450 ms"),
        ("dial tcp 10.0.0.1:5432: gone", "dial tcp [::1]:6379: gone"),
        ("May  5 04:10:37 gone", "Tue, 05 May 2026 04:10:37 GMT gone"),
        ("E0505 04:10:37.123456    1 event.go:238] gone", "W1231 23:00:00.000001   17 reflector.go:5] gone"),
        ('pod "velvet-x7k2z" is gone', 'pod "velvet-9c4vb" is gone'),
        ("request 5F2A9C0E77D10B34 is gone", "request 0A9B8C7D6E5F4A3B is gone"),
        (
            "PermissionError: [Errno 13] Permission denied: '/a/x'",
            "PermissionError: Keine Berechtigung: /b/x",
        ),
        ("connect ECONNREFUSED 10.0.0.1:80", "connect: connection refused localhost:80"),
        ("building\nerror: disk is full\n", "error: disk is full"),
    ],
)
def test_errors_that_differ_in_what_varies_are_the_same(one, other):
    assert signature(one) == signature(other)


DENIED = "psycopg.errors.InsufficientPrivilege: permission denied for table orders"


@pytest.mark.parametrize(
    "head",
    [
        "2026-11-26 07:13:03 ERROR ",
        "2026-11-26 07:13:03,123 - app.db - ERROR - ",
        "2026-11-26 07:13:03.123 | ERROR    | app.db:query:42 - ",
        "2026-11-26 07:13:03.123 UTC [1234] ERROR:  ",
        "2026-11-26T07:13:03.123Z stderr F ",
        "2026-11-26T07:13:03Z stderr F 2026-11-26 07:13:03 ERROR ",
        "2026-11-26T07:13:03.123Z\tERROR\t",
        "[2026-11-26 07:13:03 +0000] [1234] [ERROR] ",
        "[2026-11-26 07:13:03,123: ERROR/ForkPoolWorker-1] ",
        "2026-11-26T07:13:03.123+01:00 ERROR 4711 --- [app] [main] com.acme.Orders : ",
        "2026-11-26 07:13:03.123 [main] ERROR com.acme.Orders - ",
        "[2026-11-26T07:13:03Z ERROR orders::db] ",
        "2026-11-26T07:13:03.123456Z ERROR orders::db: ",
        "E, [2026-11-26T07:13:03.123456 #4711] ERROR -- : ",
        "2026/11/26 07:13:03 [error] 31#31: *7 ",
        "2026/11/26 07:13:03 main.go:12: ",
        'time="2026-11-26T07:13:03Z" level=error msg="',
        "time=2026-11-26T07:13:03.123Z level=ERROR source=main.go:12 msg=",
        "Nov 26 07:13:03 web1 orders[4711]: ",
        "Nov 26 07:13:03 web1 orders[4711]: FATAL: ",
        "<11>Nov 26 07:13:03 web1 orders[4711]: ",
        "<165>1 2026-11-26T07:13:03.123Z web1.example.org orders 4711 ID47 - ",
        "2026-11-26T07:13:03+0100 web1 orders[4711]: ",
        "E1126 07:13:03.123456    4711 orders.go:238] ",
        "ERROR:app.db:",
        "ERROR: ",
        "[error] ",
        "FATAL: ",
        "07:13:03 E ",
    ],
)
def test_an_error_is_the_same_with_what_a_line_of_a_log_begins_with(head):
    assert signature(head + DENIED) == signature(DENIED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-11-26 07:13:03 ERROR app.db: timeout", "2026-11-26 07:13:03 ERROR app.cache: timeout"),
        (
            "2026-11-26 07:13:03 ERROR values.yaml: it is gone",
            "2026-11-26 07:13:03 ERROR chart.yaml: it is gone",
        ),
        ("Nov 26 07:13:03 web1 orders[1]: timeout", "Nov 26 07:13:03 web1 mail[1]: timeout"),
        ("ERROR:app.db:timeout", "ERROR:app.cache:timeout"),
        ("ERROR: orders: permission denied", "ERROR: mail: permission denied"),
        (
            "2026-11-26 07:13:03 ERROR KeyError: 'plan' is gone",
            "2026-11-26 07:13:03 ERROR TypeError: 'plan' is gone",
        ),
        ("error 111", "error 113"),
        ("2026-11-26 07:13:03 ERROR", "2026-11-26 07:13:03 FATAL"),
        ("panic: it is gone", "it is gone"),
        ("alert manager is down", "manager is down"),
    ],
)
def test_what_an_error_is_about_is_no_beginning_of_a_line(one, other):
    assert signature(one) != signature(other)


def test_errors_that_differ_in_words_are_not_the_same():
    assert signature("No module named 'sqlalchemy'") != signature("No module named 'velvet'")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("upstream answered HTTP 404", "upstream answered HTTP 503"),
        ("HTTP/1.1 404", "HTTP/1.1 502"),
        ("status code: 403", "status code: 500"),
        ("exit code 1", "exit code 137"),
        ("error[E0425]: it", "error[E0382]: it"),
        ("ORA-00942: it", "ORA-00001: it"),
        ("No module named boto3", "No module named boto2"),
        ("open /srv/a.yaml: gone", "open /srv/b.yaml: gone"),
        ("connection refused", "connection timed out"),
    ],
)
def test_numbers_and_names_that_say_what_went_wrong_are_kept(one, other):
    assert signature(one) != signature(other)


def test_a_signature_is_words_with_what_stands_for_the_rest():
    error = "FileNotFoundError: [Errno 2] No such file or directory: '/app/v14/settings.yaml' at 2026-05-05T04:10:37Z"

    assert signature(error) == "no-such-file settings yaml at <time>"
    assert telling_words(signature(error)) == ["no-such-file", "settings", "yaml", "at"]


def test_a_long_error_takes_no_long_time_to_compare():
    for text in ("a/" * 50_000, "a" * 100_000, "1.a:" * 30_000, "-x2x9z" * 20_000, "a.-" * 30_000):
        assert len(signature(text)) <= 4_000


def test_a_long_line_over_frames_takes_no_long_time_to_look_at():
    for text in ("a." * 100_000, "A" * 200_000, "$" * 200_000, "Aa." * 70_000):
        assert telling_line(f"{text}\n    at run (app.js:1:1)\n")


def test_an_exception_over_frames_is_found_by_any_part_of_its_name():
    for name in ("velvet.fooBarError", "$ERROR_someException", "a/b.ÄeBigFault", "Uncaught x.y.Some$Failure"):
        said = f"{name}: it is gone"
        assert telling_line(f"started\n{said}\n    at run (app.js:1:1)\nbye\n") == said.removeprefix(
            "Uncaught "
        )


def test_a_saying_means_one_thing_only():
    every = [saying for sayings in SAYINGS.values() for saying in sayings]

    assert len(every) == len(set(every))
    assert all(saying == folded(saying) and saying.replace(" ", "").isalnum() for saying in every)
