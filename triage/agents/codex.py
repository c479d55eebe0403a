"""Codex, by OpenAI: the schemas in codex-rs/hooks/schema of its repository, and what 0.144.6 to 0.169.0 do.

PostToolUse gives what a command printed as one text, cut to what the model sees, and tells neither how it
ended nor how long it took (openai/codex#34289). The transcript that it names does: since 0.149.0 a
``CommandExecution`` that is written before the hook is called; before that the answer to the model, which is
written after it, and not under this use where the command went on for long. Commands are told their session
as CODEX_THREAD_ID, which is ``session_id`` of the payload; of a subagent, ``agent_id``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from triage.agents.seen import Seen

HOME, FOLDER, FILE = "CODEX_HOME", ".codex", "hooks.json"
"""Of the settings: the variable that names the user's folder, the folder in a home or a project, the file."""
EVENTS = ("PreToolUse", "PostToolUse")
TOOL = "Bash"
TIMEOUT = 10
"""Seconds, in which it counts, that it waits for the hook at most; that takes some hundredths of one."""
NOTE = "Codex runs it once you trusted it there: /hooks"
PAUSES = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between looks into a transcript, which older versions write after they called the hook."""


def seen(payload: "dict[str, Any]") -> "Seen | None":
    """The command that a payload tells of, None for another tool; `Unknown` for a form that is not known."""
    from triage.agents.seen import text, told

    event = text(payload, "hook_event_name")
    if event not in EVENTS[1:] or text(payload, "tool_name") != TOOL:
        return None
    command = told(payload, (("out", text(payload, "tool_response")),), "exited", None)
    transcript = payload.get("transcript_path")
    return _ended(command, transcript) if isinstance(transcript, str) and transcript else command


def _ended(command: "Seen", transcript: str) -> "Seen":
    """The command with its end as the transcript tells it, where it does within some seconds."""
    import os
    import time

    from triage.agents import kept

    for pause in PAUSES if os.path.isfile(transcript) else ():
        time.sleep(pause)
        told = [line.get("payload") for line in kept.lines(transcript, command.use)]
        for reader in (_item, _answer):
            if ended := next(filter(None, (reader(command, each) for each in told)), None):
                return ended
    return command


def _item(command: "Seen", told: "Any") -> "Seen | None":
    """What a ``CommandExecution`` says of the command: its end, and more of its output than the model saw."""
    item = told.get("item") if isinstance(told, dict) else None
    if not isinstance(item, dict) or (item.get("type"), item.get("id")) != ("CommandExecution", command.use):
        return None
    code, printed, took = item.get("exit_code"), item.get("aggregated_output"), _took(item.get("duration"))
    if isinstance(code, bool) or not isinstance(code, int) or not 0 <= code <= HIGHEST:
        return None
    if isinstance(printed, str):
        command = command._replace(parts=(("out", printed),))
    return command._replace(exit_code=code, duration_us=command.duration_us if took is None else took)


def _took(told: "Any") -> int | None:
    """How long a command took, in microseconds; None where that is not said, or no command takes so long."""
    from triage.agents.seen import LONGEST_MS

    secs, nanos = (told.get("secs"), told.get("nanos")) if isinstance(told, dict) else (None, None)
    if type(secs) is not int or type(nanos) is not int:  # True is none
        return None
    took = secs * 1_000_000 + nanos // 1000
    return took if 0 <= took < LONGEST_MS * 1000 else None


def _answer(command: "Seen", told: "Any") -> "Seen | None":
    """What the answer to the model says of the command's end, above what it printed."""
    import re

    if not isinstance(told, dict) or (told.get("type"), told.get("call_id")) != (
        "function_call_output",
        command.use,
    ):
        return None
    said = told.get("output")
    above = said.partition("\nOutput:\n")[0] if isinstance(said, str) else ""
    found = re.search(r"^Process exited with code ([0-9]{1,3})$", above, re.MULTILINE)
    return command._replace(exit_code=int(found[1])) if found and int(found[1]) <= HIGHEST else None


HIGHEST = 255
"""The highest exit code that a process has."""
