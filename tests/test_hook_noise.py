"""Which of an agent's command lines are recorded, and which tell nothing of the work."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.usecases.noise import is_noise
from triage.usecases.shell import Simple, pipelines

READS = [
    "ls -la", "cat a b", "cd x && pwd", "git status", "git -C /x log --oneline | head", "git --no-pager diff",
    "grep -rn foo . | wc -l", "echo hi 2>/dev/null", "ls 2>&1", "ls >&2", "sed -n 1,5p f", "find . -name '*.py'",
    "for f in a b; do cat $f; done", "if [ -f x ]; then cat x; fi", "sudo -u root cat x", "ls &", "(cd x; ls)",
    "diff <(ls a) <(ls b)", "# only a comment\nls # and one; rm x", "echo 'a; rm b'", 'echo "a; rm b"', "echo $((1+2))",
    "X=1", "export A=b", "source .venv/bin/activate", "bash -lc 'ls; cat x'", "", "   ", "\n", "while read x; do echo $x; done",
    "sed -ne 1,2p f", "sort -rn f", "rg -i x", "git diff --stat", ". ~/.profile", "timeout 5 cat x", "nohup cat x", "time ls", "! grep x y", "cat <<< word", "cat <<'EOF' | grep x\nrm -rf /\nEOF",
    "sed 's/w f/e/' f", "sed -n '/w/p;$p' f", "sed 's/a/b/gp; s,x,w out,' f", "sed -e '/a/,/b/{s/x/y/;p}' f", "sed '1i\\\nw out' f",
    "sed 'a w out' f", "sed \"${a},${end}p\" f", "sed -n \"\\$p\" f", "sed ':a;N;$!ba;s/\\n/ /g' f", "sed 's/a/b/w /dev/stderr' f",
    "sed -n '\\,x,p' f", "sed 'y/abc/wex/' f", "sed --expression=p f", "sed -E 's#(w) e#\\1#;5q' f",
    "awk '$3 > 5' f", "awk '/a > b/ {print $1, $2}' f", "awk '{print ($1 > 2)}' f", "awk -F'|' '{print $1}' f", "awk '{print \"a > b\"}' f",
    "awk '{print $1 > \"/dev/stderr\"}' f", "awk '{ if ($1 > 1 || $2) print $1 || $2 }' f", "awk \"{print \\$1, \\\">\\\"}\" f",
    "uniq -c f", "uniq -f 1 f", "uniq --skip-fields 1 f", "sort -t o -k2 f", "sort -to f",
    "date -Iseconds", "date -d 20240101 +%F", "date -ud 'now' +%s", "xxd -l 16 -s 4 f", "xxd -p f", "tree -I out -aL 2", "less -p foo f",
    "fd -e pyc", "rg --pre-glob '*.gz' --pretty x", "git diff --output-indicator-new=x", "git log -Ofile",
    "sed \"s/$(date +%F)/x/\" f", "sed -n \"$((a-5)),$((a+5))p\" f", "echo \"there are $(ls | wc -l) files\"",
    "command -v make", "command -V make", "stdbuf -o L cat x", "source .env", "source /etc/os-release", ". venv/bin/activate.fish", "source openrc",
]  # fmt: skip
KEPT = [
    "make", "git push", "git commit -m x", "kubectl get pods | grep web", "kubectl apply -f x", "curl -s localhost",
    "df -h", "echo hi > /etc/x", "cat > x <<'EOF'\nhello\nEOF\n", "ls | tee out", "ls\nmake", "ls; rm x", "ls && make",
    "cat $(rm -rf x)", 'echo "$(kubectl get x)"', "echo `make`", "diff <(ls a) <(curl x)", "bash -lc 'make deploy'",
    "sh -c \"cd x && make\"", "sed -i s/a/b/ f", "find . -delete", "find . -exec rm {} +", "sort -o f f", "xargs rm < list",
    "for f in a b; do kubectl delete $f; done", "sudo systemctl restart x", "sleep 1 & make", "'rm' x", "r\\m x",
    "(cd x; make)", "if make; then ls; fi", "env A=b make", "timeout -k 5 10 make", "psql -c 'select 1'", "./deploy.sh",
    "A=b ./deploy.sh", "cat x >> y", "ls &> out", "2>err ls", "sed -ri s/a/b/ f", "sed -nEi.bak s/a/b/p f",
    "xxd -r dump.hex binary",
    "tree -o listing.txt",
    "git reflog expire --expire=now --all",
    "sort -uo f f", "yq -Pi .a f", "awk -i inplace 1 f", "fd -e pyc -x rm", "fd pyc --exec-batch rm", "find . -fls out",
    "git diff --output=x", ". ./deploy.sh", "source deploy.sh",
    "source deploy", ". ./bin/release", "sed '1e touch out' f", "sed -f script f", "sed -n --file=script f", "sed 's/a/touch out/e' f",
    "sed \"$script\" f", "sed -I .bak s/a/b/ f", "awk -f script f", "awk '{system(\"make\")}' f", "awk '{\"make\" | getline x}' f",
    "awk '{print | \"sh\"}' f", "awk -o'out' 1 f", "awk '/\"/ {print > \"out\"}' f", "sort --compress-program ./x f",
    "date -s 10:00", "date -us 10:00", "date --set=10:00", "date 010112002025", "date --se 10:00", "less -o out f", "less -Nout f",
    "less --log-file=out f", "tree -aR -L 2", "file -C -m magic", "yq -s .a f", "yq --split-exp .a f", "xxd f out", "xxd -s 4 -l 8 f out",
    "git grep -O x", "git grep --open-files-in-pager=vi x", "man -P ./x y", "rg --pre ./x y", "ag --pager ./x y", "bat --pager=./x y",
    "history -w f", "command make", "hostname web-1", "env -S 'make x'",
]  # fmt: skip
WRITING = [
    "sed -n 'w out' f", "sed '/a/w out' f", "sed 's/a/b/w out' f", "sed 's/a/b/gw out' f", "sed -e p -e '1!w out' f", "sed -n '2,$w out' f",
    "sed --expression='w out' f", "sed '/y/!{s/a/b/;w out\n}' f", "sed 's,a,b,;w out' f", "sed -n '\\,a,w out' f", "sed \"s/a/b/w out\" f",
    "uniq f out", "uniq -c f out", "uniq -f 1 f out", "uniq -- f out", "uniq --skip-chars 1 f out",
    "awk '{print > \"out\"}' f", "awk '{print $1 >> \"out\"}' f", "awk '{printf \"%s\", $1 > \"out\"}' f", "awk '{print(1) > (\"ou\" \"t\")}' f",
    "awk '{print | \"cat > out\"}' f", "awk 'BEGIN {system(\"touch out\")}'", "awk \"{print > \\\"out\\\"}\" f",
    "sort -o out f", "sort -no out f", "sort --output=out f", "sort --outp out f", "sort f -oout",
    "find f -fprint out", "find f -fprintf out %p", "find f -fls out", "find f -exec cp {} out ';'", "git diff --no-index --output=out f g",
]  # fmt: skip
"""Lines that write the file `out`."""
TRIAGE = [
    "triage log x", "cd x && triage log 'done'", "env A=b triage log x", ".venv/bin/triage log x", "A=b triage log x",
    "python -m triage log x", "python3.12 -m triage.fast", "sudo triage doctor", "timeout 5 triage log x", "uv run triage log x",
    "make test 2>&1 | triage evidence --command 'make test'", "triage run -- make deploy", "x=$(triage open y)",
    "echo $(triage status) foo", "bash -c \"triage log 'x'\"", "triage record - <<'END'\n{\"kind\": \"x\"}\nrm -rf /\nEND\nls",
    "triage open 'x' && triage log 'y' || true", "triage-hook codex", "command triage log x", "cat x | triage log -",
]  # fmt: skip
BESIDE = [
    "kubectl apply -f x && triage log 'applied'", "triage log x; make", "triage record - <<'END'\nx\nEND\nrm x",
    "make | triage evidence; make install",
]  # fmt: skip


@pytest.mark.parametrize("line", READS)
def test_what_only_reads_or_speaks_is_left_out(line):
    assert is_noise(line), pipelines(line)


@pytest.mark.parametrize("line", KEPT)
def test_what_may_change_something_or_asks_a_system_is_kept(line):
    assert not is_noise(line), pipelines(line)


@pytest.mark.parametrize("line", WRITING)
def test_what_writes_a_file_is_kept(line, tmp_path):
    run(line, tmp_path)
    assert (tmp_path / "out").exists()
    assert not is_noise(line), pipelines(line)


@pytest.mark.parametrize("line", [line for line in READS if line.startswith(("sed", "awk", "uniq", "sort"))])
def test_what_is_left_out_writes_no_file(line, tmp_path):
    run(line, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "g"]


def run(line, folder):
    """Run a line where there are two files."""
    (folder / "f").write_text("a b\nx\n")
    (folder / "g").write_text("y\n")
    subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("line", TRIAGE)
def test_a_pipeline_that_triage_is_part_of_is_left_out(line):
    assert is_noise(line), pipelines(line)


@pytest.mark.parametrize("line", BESIDE)
def test_what_stands_beside_triage_on_a_line_is_kept(line):
    assert not is_noise(line), pipelines(line)


def test_words_of_the_users_leave_out_what_begins_with_them():
    assert is_noise("terraform plan -out x", skip=["terraform plan"])
    assert is_noise("cd infra && /usr/bin/terraform plan", skip=["terraform plan"])
    assert not is_noise("terraform planet", skip=["terraform plan"])
    assert not is_noise("terraform plan; terraform apply", skip=["terraform plan"])


def test_what_failed_is_left_out_only_where_it_reads():
    assert not is_noise("terraform plan", skip=["terraform plan"], failed=True)
    assert is_noise("ls nowhere", failed=True)


def test_what_is_to_be_kept_is_kept_whatever_else():
    assert not is_noise("ls /etc | head", keep=["ls"])
    assert not is_noise("terraform plan", skip=["terraform"], keep=["terraform plan"])
    assert is_noise("triage log 'ls'", keep=["triage"])


def test_pipelines_are_told_with_their_words_and_where_they_write():
    line = "A=b make 'x y' 2>&1 >out | grep \"a b\"; (cd /x && ls)"
    assert pipelines(line) == [
        [Simple(("A=b", "make", "x y"), writes=True), Simple(("grep", "a b"))],
        [Simple(("cd", "/x"))],
        [Simple(("ls",))],
    ]


@pytest.mark.parametrize(
    "line",
    [
        "'",
        '"',
        "`",
        "$(",
        "((((",
        "))))",
        "<<",
        "<<EOF",
        "<<EOF\n",
        "\\",
        ">",
        "|",
        "&&",
        "a <( b",
        '"$("$("$("',
        "$(((",
    ],
)
def test_a_line_that_no_shell_would_take_is_read_all_the_same(line):
    pipelines(line)


@pytest.mark.parametrize(
    "line",
    [
        "'" * 60_000,
        '"$(' * 20_000,
        "$(" * 30_000,
        "#\n" * 30_000,
        "<<a\n" * 15_000,
        "a|" * 30_000,
        '\\"' * 30_000,
    ],
)
def test_a_hostile_line_is_read_in_time(line):
    """The longest that is looked at; a reading that took time without end would never come back."""
    is_noise(line)


SIGNS = st.text(st.sampled_from("abls '\"`$()<>&|;\\\n#=-{}!0"), max_size=60)


@given(SIGNS | st.text(), st.booleans())
def test_any_line_is_read(line, failed):
    is_noise(line, skip=["a b"], keep=["ls -a"], failed=failed)


@given(st.sampled_from(KEPT), st.sampled_from(READS), st.sampled_from(["; ", " && ", "\n", " || "]))
def test_what_is_to_be_kept_is_kept_beside_any_read(kept, read, between):
    if "\n" not in read + kept and not read.lstrip().startswith("#"):
        assert not is_noise(f"{read or 'ls'}{between}{kept}")
