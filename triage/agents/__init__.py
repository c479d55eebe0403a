"""The coding agents whose tool-use hooks are known, one module each.

A module says where the agent keeps its settings, which events of its hooks are asked for, and what a payload
of one tells. The hook is waited for: nothing is loaded here, nor at the top of those modules.
"""

AGENTS = {"claude-code": "claude_code", "codex": "codex"}
"""The names of the agents, as commands and `config.who` have them, with the module of each."""
