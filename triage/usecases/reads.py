"""Which commands only read: a table of them, and of what makes each of them write, run or set something."""

from collections.abc import Sequence
from os.path import basename
from typing import NamedTuple

from triage.usecases.scripts import awk_acts, sed_acts

READS = frozenset((
    "ls", "ll", "la", "cat", "bat", "head", "tail", "less", "more", "pwd", "cd", "pushd", "popd", "echo",
    "printf", "true", ":", "test", "[", "[[", "grep", "egrep", "fgrep", "rg", "ag", "find", "fd", "tree",
    "wc", "sort", "uniq", "cut", "tr", "nl", "column", "jq", "yq", "file", "stat", "which", "type", "command",
    "whereis", "basename", "dirname", "realpath", "readlink", "date", "whoami", "id", "env", "printenv",
    "export", "set", "unset", "alias", "shopt", "source", ".", "sleep", "wait", "diff", "cmp", "md5sum",
    "sha256sum", "shasum", "xxd", "od", "strings", "read", "history", "man", "sed", "awk", "seq", "clear",
    "umask", "return", "exit", "break", "continue",
))  # fmt: skip
"""Commands that read files, print words, or change nothing but the shell that they run in."""
GIT_READS = frozenset((
    "status", "log", "diff", "show", "rev-parse", "ls-files", "blame", "grep", "describe",
    "shortlog",
))  # fmt: skip
GIT_VALUED = ("-C", "-c", "--git-dir", "--work-tree")


class Options(NamedTuple):
    """The options of a command, as far as they matter.

    ``acts`` are letters, and ``words`` whole options, with which it does not only read. ``valued`` are
    letters whose value is the rest of their word or the next one, ``attached`` those whose value is the rest
    alone, ``named`` long options whose value is the next word. ``most`` is how many operands it reads; one
    more is written.
    """

    acts: str = ""
    words: tuple[str, ...] = ()
    valued: str = ""
    attached: str = ""
    named: tuple[str, ...] = ()
    most: int | None = None


OPTIONS = {
    "ag": Options(words=("--pager",)),
    "awk": Options(
        "DEdfilop",
        (
            "--debug", "--dump-variables", "--exec", "--file", "--include", "--load", "--pretty-print",
            "--profile",
        ),
        "Fv",
    ),
    "bat": Options(words=("--pager",)),
    "date": Options("s", ("--set",), "dfrv", "I", ("--date", "--file", "--reference")),
    "fd": Options("Xx", ("--exec", "--exec-batch"), "cdeEtjSoC"),
    "file": Options("C", ("--compile",), "efFmP"),
    "find": Options(
        words=(
            "-delete", "-exec", "-execdir", "-fls", "-fprint", "-fprint0", "-fprintf", "-ok", "-okdir",
        )
    ),
    "git": Options(words=("--output",)),
    "git grep": Options("O", ("--open-files-in-pager",), "efmABC"),
    "history": Options("aw", valued="d"),
    "less": Options("oO", ("--log-file", "--LOG-FILE"), "bhjkpPtTxyz"),
    "man": Options("HP", ("--html", "--pager"), "CLmMSsepR"),
    "rg": Options(words=("--hostname-bin", "--pre")),
    "sed": Options("fiI", ("--file", "--in-place"), "el", named=("--expression", "--line-length")),
    "sort": Options("o", ("--compress-program", "--output"), "kStT"),
    "tree": Options("oR", valued="HILPT"),
    "uniq": Options(valued="fsw", named=("--check-chars", "--skip-chars", "--skip-fields"), most=1),
    "xxd": Options("r", valued="cglnosR", attached="p", most=1),
    "yq": Options("is", ("--in-place", "--inplace", "--split-exp", "--split-exp-file"), "Iop"),
}  # fmt: skip
"""The commands that read which can do more; of a script in a file nobody knows what it does."""
ASKS = ("-v", "-V")
"""What has `command` tell where a command lies, in place of running it."""
QUIET_SCRIPTS = ("activate", "bash_completion", "environment", "os-release", "profile")
"""How scripts begin that are sourced for what they set; others begin with a dot, or end in `.env` or `rc`."""


class Said(NamedTuple):
    """What the words of a command say: options that act, the values of others, and the operands."""

    acts: list[str]
    values: list[tuple[str, str]]
    operands: list[str]


def only_reads(words: Sequence[str]) -> bool:
    """Whether a command, by its name and what follows it, only reads."""
    name, rest = basename(words[0]), list(words[1:])
    if name != "git":
        return name in READS and not _acts(name, rest)
    command, *rest = _git_words(rest) or [""]
    return command in GIT_READS and not (_acts("git", rest) or _acts(f"git {command}", rest))


def _acts(name: str, words: Sequence[str]) -> bool:
    """Whether a command that can read does more than that."""
    if name in ("source", "."):
        return bool(words) and not _is_quiet(basename(words[0]))
    options = OPTIONS.get(name)
    if options is None:
        return False
    said = _said(words, options)
    return bool(said.acts) or _operands_act(name, said, options)


def _operands_act(name: str, said: Said, options: Options) -> bool:
    """Whether what a command is called with makes it do more than read."""
    if name == "sed":
        scripts = [value for option, value in said.values if option in ("e", "--expression")]
        return any(map(sed_acts, scripts or said.operands[:1]))
    if name == "awk":
        return any(map(awk_acts, said.operands))
    if name == "date":
        return any(word.replace(".", "", 1).isdigit() for word in said.operands)
    return options.most is not None and len(said.operands) > options.most


def _is_quiet(script: str) -> bool:
    """Whether a script is one that only sets up a shell."""
    return script.startswith((".", *QUIET_SCRIPTS)) or script.endswith((".env", "rc"))


def _git_words(words: list[str]) -> list[str]:
    """The words of git from its command on."""
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in GIT_VALUED else words[1:]
    return words


def _said(words: Sequence[str], options: Options) -> Said:
    """Read the words of a command as getopt does; long options may be cut short."""
    said, rest = Said([], [], []), list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            said.operands.extend(reversed(rest))
            break
        if not word.startswith("-") or word == "-":
            said.operands.append(word)
        elif word in options.words:
            said.acts.append(word)
        elif word.startswith("--"):
            _take_long(word, rest, said, options)
        else:
            _take_letters(word[1:], rest, said, options)
    return said


def _take_long(word: str, rest: list[str], said: Said, options: Options) -> None:
    """Take a long option, whose value may be the last of ``rest``."""
    name, mark, value = word.partition("=")
    if any(each.startswith(name) for each in options.words):
        said.acts.append(word)
    elif not mark and name in options.named and rest:
        said.values.append((name, rest.pop()))
    else:
        said.values.append((name, value))


def _take_letters(letters: str, rest: list[str], said: Said, options: Options) -> None:
    """Take letters that stand together up to one that has a value, which may be the last of ``rest``."""
    for place, letter in enumerate(letters, 1):
        if letter in options.acts:
            said.acts.append(letter)
        if letter in options.valued:
            said.values.append((letter, letters[place:] or (rest.pop() if rest else "")))
        if letter in options.valued + options.attached:
            return
