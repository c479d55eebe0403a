"""What may be shown of a server's address: everything but what is secret in it."""

import re

_PASSWORD = re.compile(r"(?<=://)([^/?#]*):[^/?#]*(?=@)|(?<=://)([^:@/?#]*):.*(?=@)")
"""Up to the last ``@`` before the path; where a password holds a ``/`` as it is, up to the last of all."""
_PARAMETER = re.compile(r"([?&][^=&]*(?:password|secret|key|token)[^=&]*=)[^&]*", re.IGNORECASE)


def shown(address: str) -> str:
    """The address without its password."""
    return _PARAMETER.sub(r"\1***", _PASSWORD.sub(lambda found: f"{found[1] or found[2] or ''}:***", address))
