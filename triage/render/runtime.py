"""What compiled templates import in place of `jinja2.runtime`: every join goes through `Markdown`.

Jinja joins text in `~`, in macros, in blocks that are set or filtered, by names that its generated code
imports. Here those names are bound to Markdown's own escaping, and bounded in size.
"""

from collections.abc import Iterable
from typing import Any

from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError
from jinja2.runtime import LoopContext, TemplateReference, Undefined, identity
from jinja2.runtime import Macro as JinjaMacro
from jinja2.utils import Namespace, internalcode, missing

from triage.errors import TemplateError
from triage.render.escape import Markdown

LIMIT = 64 * 1024 * 1024
"""Characters that a template may make of a text: far above any document, far below a machine's memory."""

Markup = Markdown
escape = Markdown.escape


ITEMS = 2_000_000
"""Items that a template may make of a list: 2 for each event of the largest journals."""


def bounded(size: int, value: object = "") -> None:
    """Refuse a text, or a list of items, that is larger than any document."""
    if size > (LIMIT if isinstance(value, str) else ITEMS):
        raise TemplateError(
            f"the template makes a text of more than {LIMIT:,} characters, or a list of {ITEMS:,} items",
            hint="look for a loop that never ends, or a value that doubles",
        )


def concat(pieces: Iterable[str]) -> str:
    """Join what a template wrote."""
    found = list(pieces)
    bounded(sum(map(len, found)))
    return "".join(found)


def markup_join(values: Iterable[Any]) -> str:
    """What ``~`` does: once one part is Markdown, all of it is."""
    found = [value if isinstance(value, str) else str(value) for value in values]
    bounded(sum(map(len, found)))
    if any(isinstance(value, Markdown) for value in found):
        return Markdown("").join(Markdown.escape(value) for value in found)
    return "".join(found)


def str_join(values: Iterable[Any]) -> str:
    """The same where escaping was switched off: it cannot be."""
    return markup_join(values)


class Macro(JinjaMacro):
    """A macro whose text is Markdown."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> str:  # noqa: ARG002, FBT001  Jinja's signature
        return Markdown(self._func(*arguments))


__all__ = [
    "LoopContext",
    "Macro",
    "Markup",
    "Namespace",
    "TemplateNotFound",
    "TemplateReference",
    "TemplateRuntimeError",
    "Undefined",
    "escape",
    "identity",
    "internalcode",
    "markup_join",
    "missing",
    "str_join",
]
