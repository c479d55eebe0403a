"""The redactor of a call: what its environment, its configuration and its options say is secret."""

import os
from collections.abc import Sequence

from triage import config, redact
from triage.config import Settings
from triage.errors import UsageError


def redactor(settings: Settings, names: Sequence[str] = ()) -> redact.Redactor:
    """The redactor, for which ``names`` are variables that --secret-env named.

    Raises `UsageError` where a variable that was named holds nothing that could be looked for.
    """
    for name in names:
        if not redact.is_telling(os.environ.get(name, "")):
            raise UsageError(
                f"--secret-env {name}: the variable holds no secret of 8 characters and two kinds of them",
                hint="name a variable that is set",
            )
    named = (*names, *settings.secret_env)
    known = redact.secret_names(os.environ) | {n: os.environ[n] for n in named if n in os.environ}
    return redact.Redactor(
        config.redaction_key(settings.config_folder),
        known,
        remembered=config.remembered(settings.config_folder),
        rules=settings.rules,
        allowed=settings.allowed,
    )
