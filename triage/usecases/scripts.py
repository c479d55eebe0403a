"""Whether a script for sed or awk does more than print: writes files, or runs commands.

What cannot be read as a script, such as one that the shell makes, is taken for one that does.
"""

import re

NOWHERE = ("/dev/stdout", "/dev/stderr")
"""Files of sed and awk that are none."""
_UNTIL = r"(?:\\.|(?!(?P={0}))[^\\])*(?P={0})"
"""What of a sed script stands up to the sign that a group of this name holds."""


def _address(name: str) -> str:
    """The form of an address: a line, the last one, or a pattern between two signs."""
    own, slash = _UNTIL.format(name), _UNTIL.format(f"{name}s")
    return rf"(?:[+~]?\d+(?:~\d+)?|\$|\\(?P<{name}>[^\\\n]){own}[IM]*|(?P<{name}s>/){slash}[IM]*)"


_SED = re.compile(
    rf"[\s;{{}}]*(?:{_address('one')}(?:\s*,\s*{_address('two')})?)?[\s!]*"
    rf"(?:s(?P<s>[^\\\n]){_UNTIL.format('s')}{_UNTIL.format('s')}(?P<flags>[gpeIiMm\d]*)(?:w(?P<target>[^\n]*))?"
    rf"|y(?P<y>[^\\\n]){_UNTIL.format('y')}{_UNTIL.format('y')}"
    r"|[wW](?P<file>[^\n]*)|(?P<run>e)[^\n]*"
    r"|[aic](?:\\.|[^\\\n])*|[rR][^\n]*|[:btT][^\n;]*|\#[^\n]*|[=dDFgGhHlLnNpPqQvxz{}][ \t]*\d*)",
    re.DOTALL,
)
"""A command of a sed script with what stands before it."""
_EXPANDED = re.compile(r"\$\(\([^()]*\)\)|\$\([^()]*\)|\$\{[^{}]*\}|\$\w{2,}")
"""What a shell would put something else for."""


def sed_acts(script: str) -> bool:
    """Whether a script for sed writes a file or runs a command."""
    script, at = _EXPANDED.sub("1", script), 0
    while found := _SED.match(script, at):
        target = found["target"] if found["file"] is None else found["file"]
        if found["run"] or "e" in (found["flags"] or "") or (target or NOWHERE[0]).strip() not in NOWHERE:
            return True
        at = found.end()
    return bool(script[at:].strip(" \t\r\n;}"))


_AWK_NOWHERE = re.compile(rf">>?\s*\"(?:{'|'.join(NOWHERE)}|/dev/null|/dev/tty)\"")
_AWK_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|(?:^|(?<=[(,{};!~&|\s]))/(?:\\.|[^/\\\n])+/", re.DOTALL)
"""A string, or a regular expression, of an awk program."""
_AWK_RUNS = re.compile(r"\bsystem\s*\(|\|&|\|\s*getline\b|@(?:load|include)\b")
_AWK_PRINT = re.compile(r"\bprintf?\b([^;}\n]*)")


def awk_acts(program: str) -> bool:
    """Whether an awk program writes a file or runs a command."""
    bare = _AWK_TEXT.sub('""', _AWK_NOWHERE.sub("", program))
    return bool(_AWK_RUNS.search(bare)) or any(map(_leads_away, _AWK_PRINT.findall(bare)))


def _leads_away(printed: str) -> bool:
    """Whether what an awk program prints goes to a file or a command; in parentheses the signs compare."""
    depth = 0
    for sign in printed.replace("||", ""):
        depth += (sign in "([") - (sign in ")]")
        if depth <= 0 and sign in ">|":
            return True
    return False
