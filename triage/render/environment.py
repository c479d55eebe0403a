"""The sandbox that templates run in: escaping that cannot be forgotten, filters by an allow-list, bounds.

Everything that a template prints is Markdown or is escaped. What it may call is listed here; what it may
cost is bounded in time, in text, and in the length of loops.
"""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.encoding import decoded
from triage.errors import NotFound, TemplateError
from triage.render import runtime
from triage.render.compiled import Compiled
from triage.render.escape import Markdown, inline, join
from triage.render.inline import Links
from triage.render.prose import fence, prose
from triage.report.calls import Answers

SECONDS = 20
"""A template that takes longer is stopped. The built-in one takes about a second for 20,000 events."""
SPARE = 512 * 1024 * 1024
"""Bytes of memory that a template may take at least."""
ENDING = ".md.j2"

PLAIN_FILTERS = (
    "abs", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int",
    "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse",
    "round", "select", "selectattr", "slice", "sort", "sum", "title", "trim", "unique", "upper", "wordcount",
)  # fmt: skip
"""Jinja's own filters that make no text of two."""


TEXT_METHODS = frozenset((
    "capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isascii", "isdigit",
    "islower", "isspace", "isupper", "lower", "lstrip", "partition", "removeprefix", "removesuffix",
    "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
))  # fmt: skip
"""What a text offers: nothing that makes a longer one of it."""


_WIDTH = re.compile(r"%[^%a-zA-Z]*(?:\d{4}|\*)")
"""A conversion that pads to a width of thousands, or to one that is given with the values."""
_FIELD_WIDTH = re.compile(r":[^{}]*(?:\d{4}|\{)")
"""The same in the fields of ``format``."""


class MarkdownCode(CodeGenerator):
    """Generated code that joins text by `triage.render.runtime`, and folds no constant unescaped."""

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        """Write a line; the one that imports Jinja's joins imports ours."""
        super().writeline(
            x.replace("from jinja2.runtime import", f"from {runtime.__name__} import"), node, extra
        )

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of Markdown templates."""

    code_generator_class = MarkdownCode
    intercepted_binops = frozenset(("*", "**", "+", "%"))
    concat = staticmethod(runtime.concat)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for modifier in tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            raise jinja2.TemplateSyntaxError("escaping cannot be switched", modifier.lineno, name, filename)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """What was escaped offers no methods: taking it apart could take an escape apart."""
        if isinstance(obj, Markdown):
            return False
        if isinstance(obj, (str, bytes)) and attr not in TEXT_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """``format`` as the sandbox has it, but for widths of thousands and those given with the values."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None and _FIELD_WIDTH.search(str(value.__self__)):
            raise SecurityError("the result of 'format' is too large")
        return wrapped

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Do the sums of a template, unless their result is larger than any document."""
        if operator in ("*", "**") and not _is_small(operator, left, right):
            raise SecurityError(f"the result of {operator!r} is too large")
        if operator == "%" and isinstance(left, (str, bytes)) and _WIDTH.search(str(left)):
            raise SecurityError("the result of '%' is too large")
        if operator == "+" and isinstance(left, Sized) and isinstance(right, Sized):
            runtime.bounded(len(left) + len(right), left)
        return super().call_binop(context, operator, left, right)


def _is_small(operator: str, left: Any, right: Any) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left) < 1e6 and abs(right) < (1e6 if operator == "*" else 100)
    many = right if isinstance(right, int) else left
    text = left if isinstance(right, int) else right
    return not isinstance(many, int) or len(text) * many < 1e6


class TemplateFolders(jinja2.FileSystemLoader):
    """Reads templates, and nothing else, from their folders, and nowhere else; ``read`` is what it read."""

    def __init__(self, folders: Sequence[str]) -> None:
        super().__init__(list(folders))
        self.read: dict[str, str] = {}

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template; a link that leads out of its folder is none."""
        if not template.endswith(ENDING):
            raise jinja2.TemplateNotFound(template)
        source, path, fresh = super().get_source(environment, template)
        real = os.path.realpath(path)
        if not any(real.startswith(os.path.realpath(folder) + os.sep) for folder in self.searchpath):
            raise jinja2.TemplateNotFound(template)
        self.read[template] = source
        return source, path, fresh


_COMPILED = Compiled(__file__)


class StrictUndefined(jinja2.StrictUndefined):
    """An unknown name: its error offers the near misses."""

    @property
    def _undefined_message(self) -> str:
        message = super()._undefined_message
        names = _names_of(self._undefined_obj)
        close = get_close_matches(str(self._undefined_name), names, n=3)
        return f"{message}; did you mean {' or '.join(map(repr, close))}?" if close else message

    __slots__ = ()


def _names_of(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(name) for name in value]
    return [name for name in dir(value) if not name.startswith("_")]


def environment(
    folders: Sequence[Path],
    links: Links,
    functions: Mapping[str, Callable[..., Any]],
    answers: Answers | None = None,
) -> Sandbox:
    """The environment of templates in these folders, the first before the others.

    ``answers`` are those of the calls in prose.
    """
    finalize = _finalizer(links)
    sandbox = Sandbox(
        autoescape=True,
        bytecode_cache=_COMPILED,
        finalize=finalize,
        keep_trailing_newline=True,
        loader=TemplateFolders([str(folder) for folder in folders]),
        optimized=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    own: dict[str, Callable[..., Any]] = {
        "join": lambda values, between="": join(map(finalize, values), finalize(between)),
        "prose": _prose(answers, links),
        "fence": _fence,
    }
    sandbox.filters = {name: FILTERS[name] for name in PLAIN_FILTERS} | own
    sandbox.globals = {
        "range": sandbox.globals["range"],
        "namespace": sandbox.globals["namespace"],
        **functions,
    }
    return sandbox


def _finalizer(links: Links) -> Callable[[Any], Any]:
    def finalize(value: Any) -> Any:
        if isinstance(value, (Markdown, jinja2.Undefined)):
            return value
        return Markdown(inline("" if value is None else str(value), links))

    return finalize


def _prose(answers: Answers | None, links: Links) -> Callable[..., Markdown]:
    """The filter ``prose``: Markdown that people wrote, under a heading of the level, its calls answered."""

    def filter_prose(text: Any, level: int = 2) -> Markdown:
        said = answers.filled(str(text), lambda answer: inline(answer, links)) if answers else str(text)
        return Markdown(prose(said, level))

    return filter_prose


def _fence(text: Any, language: str = "") -> Markdown:
    """The filter ``fence``: verbatim text."""
    return Markdown(fence(decoded(text) if isinstance(text, bytes) else str(text), str(language)))


def run(sandbox: Sandbox, name: str, values: Mapping[str, Any]) -> str:
    """The text of a template; `TemplateError` names file, line and cause."""
    known: dict[str, Any] = {**sandbox.globals, **values}
    try:
        with _limited_memory(), _limited():
            template = sandbox.get_template(f"{name}{ENDING}")
            return runtime.concat(template.generate(**values))
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or error.name}, line {error.lineno}"
        raise TemplateError(f"{place}: {error.message}", hint="see docs/templates.md") from error
    except jinja2.TemplateNotFound as error:
        raise _not_found(sandbox, name, str(error.name)) from error
    except jinja2.UndefinedError as error:
        raise TemplateError(
            f"{_place(error)}: {_near(str(error), known)}", hint="see: triage schema report"
        ) from error
    except TemplateError as error:
        raise TemplateError(f"{_place(error)}: {error.message}", hint=error.hint) from error
    except MemoryError as error:
        raise TemplateError(
            f"{_place(error)}: the template takes too much memory", hint="look for a value that doubles"
        ) from error
    except (SecurityError, OverflowError, RecursionError, TypeError, ValueError, ArithmeticError, LookupError,
            AttributeError, jinja2.TemplateError) as error:  # fmt: skip
        raise TemplateError(f"{_place(error)}: {error}", hint="see docs/templates.md") from error


def _near(message: str, known: Mapping[str, Any]) -> str:
    """Jinja's message of an unknown name, with near misses among the names that templates know."""
    name = message.partition("'")[2].partition("'")[0]
    close = get_close_matches(name, list(known), n=3) if message.endswith("is undefined") else []
    return f"{message}; did you mean {' or '.join(map(repr, close))}?" if close else message


def _not_found(sandbox: Sandbox, name: str, missing: str) -> Exception:
    known = (found for found in sandbox.list_templates() if found.endswith(ENDING) and found[0] != "_")
    names = sorted(found.removesuffix(ENDING) for found in known)
    if missing == f"{name}{ENDING}":
        return NotFound(f"no template {name!r:.60}", hint="one of: " + ", ".join(names), allowed=tuple(names))
    return TemplateError(f"{name}{ENDING}: no template {missing!r:.60}", hint="one of: " + ", ".join(names))


def _place(error: BaseException) -> str:
    """File and line of the template where an error came up: the innermost frame that is a template's."""
    place, trace = "the template", error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename.endswith(".j2"):
            place = f"{filename}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


@contextmanager
def _limited_memory() -> Iterator[None]:
    """Bound what a template may take, by what the process has: a large report needs more than a small one."""
    limit = _address_space() * 2 + SPARE
    if limit == SPARE:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    if before[0] != resource.RLIM_INFINITY and before[0] <= limit:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _address_space() -> int:
    """Bytes of this process's address space, or 0 where the system does not tell (only Linux does)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


@contextmanager
def _limited() -> Iterator[None]:
    """Stop what runs too long. Only the main thread can be stopped; elsewhere the other bounds hold."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_: object) -> None:
        raise TemplateError(
            f"the template runs for more than {SECONDS} s", hint="look for a loop that never ends"
        )

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
