"""However a template joins text, what was typed stays text: the structure is the template's alone."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_render import evidence

from triage.render.environment import environment, run
from triage.render.inline import HIDDEN, Links, shown
from triage.render.markdown import MarkdownComponents

WAYS = {
    "plain": "before {{ a }} after",
    "start of a line": "{{ a }}",
    "two side by side": "{{ a }}{{ b }}",
    "tilde": "{{ a ~ b }}",
    "tilde with a literal": "{{ '*' ~ a ~ '*' }}",
    "plus": "{{ a + b }}",
    "percent": "{{ '%s-%s' % (a, b) }}",
    "join": "{{ [a, b] | join(', ') }}",
    "map and join": "{{ [a, b] | map('upper') | join(' ') }}",
    "loop": "{% for x in [a, b] %}{{ x }}\n{% endfor %}",
    "macro": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(a) }}",
    "macro in tilde": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(a) ~ b }}",
    "macro joined": "{% macro m(x) %}{{ x }}{% endmacro %}{{ [m(a), b] | join }}",
    "call block": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ a }}{% endcall %}",
    "set": "{% set x = a %}{{ x }}",
    "set block": "{% set x %}{{ a }}{% endset %}{{ x }}",
    "set block in tilde": "{% set x %}{{ a }}{% endset %}{{ x ~ b }}",
    "filter block": "{% filter trim %}{{ a }}{% endfilter %}",
    "condition": "{{ a if true else b }}",
    "default": "{{ a | default(b) }}",
    "namespace": "{% set n = namespace(x=a) %}{{ n.x }}",
    "first": "{{ [a, b] | first }}",
    "format method": "{{ '{0} {1}'.format(a, b) }}",
    "title": "{{ a | title }}",
    "heading": "## {{ a }}",
    "list item": "- {{ a }}",
    "numbered": "1. {{ a }}",
    "quotation": "> {{ a }}",
    "emphasis around": "**{{ a }}**",
    "cell": "| A | B |\n| --- | --- |\n| {{ a }} | {{ b }} |",
    "link text": "[{{ a }}](https://example.org)",
}

PARTS = [
    "*", "**", "_", "__", "`", "``", "```", "~", "~~", "~~~", "#", "##", "# ", "-", "- ", "--", "---", "+ ", "=",
    "===", ">", "> ", "<", "<b>", "</p>", "<!--", "<script>", "[", "]", "[x]", "[ ] ", "](", "](javascript:x)",
    "](http://e)", "[a](b)", "![", "![a](b)", "[a]: http://x", "[^1]", "|", "||", "\\", "\\\\", "&", "&amp;", "&lt;",
    "&#42;", "1.", "1. ", "1) ", ". ", ") ", ":", ": ", ":--", "\n", "\n\n", "\r", "\t", "    ", "\n    ", "\n# ",
    "\n- ", "\n```\n", "\n---\n", "http://", "https://e.org/a_b*c", "#12", "a/b#3", "PR #4", "{{", "}}", "{% x %}",
    "\x1b[31m", "\x00", "\u202e", "\u2028", "\ud800", "é", "日本", "a", "b c", "x_y", "__init__", "2*3*4", " ",
]  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    st.text(alphabet=st.sampled_from("*_`~#-+=><[]()!|\\&:;.1a \n\t"), max_size=24),
)
LINKS = Links()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ways")
    for number, template in enumerate(WAYS.values()):
        (folder / f"t{number}.md.j2").write_text(template, encoding="utf-8")
    return environment([folder], LINKS, {})


PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
KEPT = ("code_inline", "link_open", "link_close")
"""Code spans and addresses are meant to be kept: they are judged as text."""


def structure(markdown):
    """The tokens of a document without its text; marks of what is kept in short texts left out."""
    found = []
    for token in PARSER.parse(markdown):
        if token.type == "inline":
            found += [
                child.type for child in token.children if child.type not in (*KEPT, "text", "text_special")
            ]
        else:
            found.append((token.type, token.tag, token.info))
    return found


def words(markdown):
    """All text of a document, without spaces."""
    found = []
    for token in PARSER.parse(markdown):
        if token.type == "inline":
            found += [child.content for child in token.children if child.content]
        elif token.content:
            found.append(token.content)
    return re.sub(r"[\s`]+", "", "".join(found))


@pytest.mark.parametrize("number", range(len(WAYS)), ids=list(WAYS))
@given(a=texts, b=texts)
@example(a="1", b=". x")
@example(a="`a", b="b`")
@example(a="[a]", b="(http://e)")
@example(a="&", b="lt;")
@example(a="<", b="b>")
@example(a="\\", b="*x*")
def test_the_structure_is_that_of_harmless_text(sandbox, number, a, b):
    hostile = run(sandbox, f"t{number}", {"a": f"q{a}z", "b": f"q{b}z"})
    harmless = run(sandbox, f"t{number}", {"a": "qz", "b": "qz"})

    assert structure(hostile) == structure(harmless), hostile


@pytest.mark.parametrize("number", range(len(WAYS)), ids=list(WAYS))
@given(a=texts, b=texts)
@example(a="- x", b="")
@example(a="# x", b="")
@example(a="1. x", b="")
@example(a="> x", b="")
@example(a="---", b="")
@example(a="===", b="")
@example(a="    x", b="")
@example(a="| x |", b="")
@example(a="[ ] x", b="")
def test_a_text_alone_is_a_text_whatever_it_begins_with(sandbox, number, a, b):
    a, b = shown(a).strip() or "q", shown(b).strip() or "q"  # emphasis around a space is none
    hostile = run(sandbox, f"t{number}", {"a": a, "b": b})
    harmless = run(sandbox, f"t{number}", {"a": "qz", "b": "qz"})

    assert structure(hostile) == structure(harmless), hostile


@given(a=texts)
def test_the_text_reads_back_whole(sandbox, a):
    number = list(WAYS).index("plain")

    read = words(run(sandbox, f"t{number}", {"a": a, "b": ""}))

    assert read == re.sub(r"[\s`]+", "", f"before{shown(a)}after")


def test_hidden_characters_are_shown():
    assert shown("a\x1b[31mb\u202ec") == "a\\u{1B}[31mb\\u{202E}c"
    assert HIDDEN.search(shown("\x00\x7f\u200b\ud800")) is None


def captioned(a, b):
    """The Markdown of evidence with these texts in its caption."""
    item = evidence(b"output\n", command=f"q{a}z", title=f"q{b}z", environment=f"q{a}z", signal=f"q{b}z")
    return str(MarkdownComponents(LINKS, "").evidence(item))


@given(a=texts, b=texts)
@example(a="`", b="```")
@example(a="a`", b="`b")
@example(a="*", b="**")
@example(a="\\", b="\\")
@example(a="a | b", b="</code>")
def test_no_text_reaches_out_of_a_caption(a, b):
    assert structure(captioned(a, b)) == structure(captioned("", "")), captioned(a, b)


@given(command=texts)
@example(command="`")
@example(command=" `` ")
@example(command="\\")
def test_a_command_stands_in_its_caption_as_it_was_typed(command):
    tokens = PARSER.parse(captioned(command, ""))
    codes = (child.content for child in tokens[1].children if child.type == "code_inline")

    assert next(codes) == shown(f"q{command}z")
