"""The coding agents whose tool-use hooks are known, one module each.

A module says where the agent keeps its settings, which events of its hooks are asked for, how long it
waits for one, in a unit of its own, and what a payload of one tells. The hook is waited for: nothing is
loaded here, nor at the top of those modules.

What all of them do alike is known elsewhere, once: the form of their settings to `settings`, what payloads
call command, folder and duration to `seen`, what they call the session, a use of a tool and the event before
it to `hook.start`.
"""

AGENTS = {"claude-code": "claude_code", "codex": "codex"}
"""The names of the agents, as commands and `config.who` have them, with the module of each."""
