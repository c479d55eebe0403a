"""Codex, by OpenAI: the schemas in codex-rs/hooks/schema of its repository; payloads of 0.144.5 to 0.149.0.

PostToolUse gives what a command printed as one text, cut to what the model sees, and tells neither how it
ended nor how long it took: openai/codex#34289. Commands are told their session as CODEX_THREAD_ID, which is
``session_id`` of the payload; of a subagent, ``agent_id``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from triage.agents.seen import Seen

HOME, FOLDER, FILE = "CODEX_HOME", ".codex", "hooks.json"
"""Of the settings: the variable that names the user's folder, the folder in a home or a project, the file."""
EVENTS = ("PreToolUse", "PostToolUse")
TOOL = "Bash"
NOTE = "Codex runs it once you trusted it there: /hooks"


def seen(payload: "dict[str, Any]") -> "Seen | None":
    """The command that a payload tells of, None for another tool; `Unknown` for a form that is not known."""
    from triage.agents.seen import text, told

    event = text(payload, "hook_event_name")
    if event not in EVENTS[1:] or text(payload, "tool_name") != TOOL:
        return None
    return told(payload, (("out", text(payload, "tool_response")),), "exited", None)
