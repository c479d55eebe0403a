"""Claude Code, by Anthropic: its hooks reference is code.claude.com/docs/en/hooks.

Payloads of 2.1.119 to 2.1.332 are known. A command that ends with 0 comes as PostToolUse, any other as
PostToolUseFailure, whose ``error`` reads ``Exit code N`` and then what it printed. Its shell takes both
streams as one, which is ``stdout``; of a longer one it holds 30,000 characters, and the file that
``persistedOutputPath`` names holds all. Since 2.1.119 both say how long it took; since 2.1.132 commands are
told the session that payloads name. A subagent has the session of its parent, and an ``agent_id`` besides.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from triage.agents.seen import Seen

HOME, FOLDER, FILE = "CLAUDE_CONFIG_DIR", ".claude", "settings.json"
"""Of the settings: the variable that names the user's folder, the folder in a home or a project, the file."""
EVENTS = ("PreToolUse", "PostToolUse", "PostToolUseFailure")
TOOL = "Bash"
TIMEOUT = 10
"""Seconds, in which it counts, that it waits for the hook at most; that takes some hundredths of one."""
NOTE = "sessions that run already take it up when they are started anew"


def seen(payload: "dict[str, Any]") -> "Seen | None":
    """The command that a payload tells of, None for another tool; `Unknown` for a form that is not known."""
    from triage.agents.seen import text

    event = text(payload, "hook_event_name")
    if event not in EVENTS[1:] or text(payload, "tool_name") != TOOL:
        return None
    return _failed(payload) if event == "PostToolUseFailure" else _passed(payload)


def _passed(payload: "dict[str, Any]") -> "Seen":
    """A command that ended with 0; or in a way that is told in words, is cut short, or goes on behind."""
    from triage.agents.seen import text, told

    answer: dict[str, Any] = payload.get("tool_response") or {}
    parts = (("out", _all_of(answer) or text(answer, "stdout")), ("err", text(answer, "stderr")))
    if answer.get("backgroundTaskId"):
        return told(payload, parts, "running", None)
    if answer.get("interrupted"):
        return told(payload, parts, "interrupted", None)
    return told(payload, parts, "exited", None if answer.get("returnCodeInterpretation") else 0)


def _all_of(answer: "dict[str, Any]") -> str:
    """An output that was too long for the payload; '' where there is none, or it cannot be read."""
    from triage.agents import kept

    path = answer.get("persistedOutputPath")
    return kept.output(path) if isinstance(path, str) else ""


def _failed(payload: "dict[str, Any]") -> "Seen":
    """A command that did not end with 0; its streams are not told apart."""
    from triage.agents.seen import text, told

    said, _, printed = text(payload, "error").partition("\n")
    code = said.removeprefix("Exit code ").strip()
    is_code = said.startswith("Exit code ") and code.isascii() and code.isdigit() and len(code) < 4
    if payload.get("is_interrupt"):
        return told(payload, (("out", printed if is_code else text(payload, "error")),), "interrupted", None)
    if is_code:
        return told(payload, (("out", printed),), "exited", int(code))
    return told(payload, (("out", text(payload, "error")),), "exited", None)
