"""Documents: what a template may do, what its errors say, and what a document holds."""

import json
import re
import sys
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests_support import hostile_report

from triage.errors import InvalidValue, NotFound, TemplateError
from triage.render import Style, json_schema, render
from triage.render.markdown import MOST_LINES, output_lines
from triage.render.prose import fence, prose, without_gaps
from triage.report import Backing, Evidence, Header, Part, Report, Row, Table, TableRow

AT = "2026-05-05T04:10:00.000000Z"
ID = "01a208f2-b693-7f68-b59a-bfdb0a7b4b5c"


def part(**changes):
    empty = dict.fromkeys(Part.__dataclass_fields__, ())
    given = {
        "id": ID, "number": 0, "at": AT, "precision": "minute", "header": Header(title="T"), "final": None,
        "final_notes": None, "wall_clock": None, "time_blocked_us": 0, "authors": ("ana",), "resolved_at": None,
    }  # fmt: skip
    return Part(**{**empty, **given, "backing": Backing(), **changes})


def report(**changes):
    return Report(
        journal=ID, main=part(**changes), addenda=(), related=(), authors=("ana",), last_updated=AT,
        last_precision="minute", events=1, heads=("a" * 64,),
    )  # fmt: skip


def row(text, outcome="", mark="", at=AT):
    return Row(ID, "entry", at, "minute", text, outcome, mark)


def evidence(output, **changes):
    given = dict.fromkeys(Evidence.__dataclass_fields__, "")
    given |= {
        "event": ID, "at": AT, "precision": "minute", "exit_code": None, "started_at": None, "ended_at": None,
        "output": output, "size": len(output), "truncated": 0, "redactions": 0, "section": (), "streams": (), "values": (), "kept": len(output), "origin": "supplied",
    }  # fmt: skip
    return Evidence(**{**given, **changes})


@pytest.fixture
def by(tmp_path):
    """Render by a template of the test's own."""

    def render_by(template, what=None, **options):
        (tmp_path / "own.md.j2").write_text(template, encoding="utf-8")
        return render(what or report(), template="own", folders=[tmp_path], **options)

    return render_by


def test_an_empty_report_has_its_title_and_its_standing():
    assert render(report()) == (
        "# T\n\n- **Status:** OPEN\n- **Last updated:** 2026-05-05 04:10 UTC\n- **Open:** nothing\n- **Author:** ana\n"
    )


def test_the_sequence_log_shows_the_date_where_it_changes():
    rows = (row("a"), row("b"), row("c", at="2026-05-06T00:01:00.000000Z"))

    assert "| 2026-05-05 04:10 | a |  |\n| 04:10 | b |  |\n| 2026-05-06 00:01 | c |  |\n" in render(
        report(rows=rows)
    )


def test_a_blocked_row_says_so_before_its_outcome():
    assert "| 2026-05-05 04:10 | a | BLOCKED — no disk |" in render(
        report(rows=(row("a", "no disk", "blocked"),))
    )


def test_a_code_span_with_a_pipe_is_written_as_escaped_text():
    assert "| 2026-05-05 04:10 | \\`a \\| b\\` |  |" in render(report(rows=(row("`a | b`"),)))


def test_references_become_links_by_their_patterns():
    style = Style(issue_url="https://x/i/{ref}", pr_url="https://x/p/{ref}", commit_url="https://x/c/{ref}")

    text = render(report(rows=(row("#1 PR #2 commit 98f2418 main@98f2418"),)), style=style)

    assert (
        "[#1](https://x/i/1) [PR #2](https://x/p/2) commit [98f2418](https://x/c/98f2418)"
        " main@[98f2418](https://x/c/98f2418)"
    ) in text


def test_an_exclamation_mark_before_a_link_makes_it_no_image():
    text = render(
        report(rows=(row("Done!#1", "again!PR #2"),)), style=Style("https://x/i/{ref}", "https://x/p/{ref}")
    )

    assert "| Done\\![#1](https://x/i/1) | again\\![PR #2](https://x/p/2) |" in text


def test_a_reference_that_names_its_repository_is_a_link_at_the_host_of_the_pattern():
    style = Style(issue_url="https://git.example.org/acme/cart/issues/{ref}")

    text = render(report(rows=(row("see acme/velvet#7, and docs/acme/velvet#8"),)), style=style)

    assert "see [acme/velvet#7](https://git.example.org/acme/velvet/issues/7), and docs/acme/velvet#8" in text


def test_a_zone_is_shown_beside_utc():
    assert "2026-05-05 04:10 UTC (00:10 EDT)" in render(report(), style=Style(zone="America/New_York"))


def test_an_expected_value_stands_before_the_actual_one():
    good = TableRow(ID, AT, "minute", ("flag off", "501"), "501", True, "observed", "", (), ())
    bad = replace(good, values=("no token", "200"), expected="401", met=False)
    table = Table(ID, "Final state", (), AT, ("Test", "Actual"), (good, bad))

    text = render(report(final=table))

    assert "| Test | Expected | Actual |" in text
    assert "| flag off | 501 | 501 ✓ |" in text
    assert "| no token | 401 | 200 ✗ not as expected |" in text


def test_verbatim_output_stands_in_a_fence_longer_than_any_in_it():
    assert fence("a\n````\nb") == "`````\na\n````\nb\n`````"


def test_a_long_output_shows_its_head_and_its_tail_and_says_how_to_read_all(by):
    output = "\n".join(f"line {n}" for n in range(1000)).encode()
    item = evidence(output)

    text = by("{{ evidence(report.main.evidence[0]) }}", report(evidence=(item,)))

    rest = f"[… 920 lines not shown; all: triage output {item.event[-8:]} …]"
    assert f"line 39\n{rest}\nline 960" in text


def test_a_page_which_folds_it_shows_more_of_a_long_output():
    output = "\n".join(f"line {n}" for n in range(1000)).encode()

    lines = output_lines(evidence(output), MOST_LINES)

    assert (len(lines), lines[199].text, lines[-200].text) == (401, "line 199", "line 800")


def test_output_that_does_not_decode_is_visible(by):
    text = by("{{ evidence(report.main.evidence[0]) }}", report(evidence=(evidence(b"a\xffb"),)))

    assert "a\\xFFb" in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# A", "### A"),
        ("A\n===\ntext", "### A\ntext"),
        ("####### no heading", "####### no heading"),
        ("##### deep", "**deep**"),
        ("<b>x</b>", "&lt;b>x&lt;/b>"),
        ("`<b>`", "`<b>`"),
        ("<https://e.org>", "<https://e.org>"),
        ("see https://e.org/a.", "see <https://e.org/a>."),
        ("[x](javascript:alert(1))", "[x]\\(javascript:alert(1))"),
        ("[x](https://e.org)", "[x](https://e.org)"),
        ("[x]: https://e.org", "\\[x]: <https://e.org>"),
        ("```\nopen", "```\nopen\n```"),
        ("```\n# no heading\n```", "```\n# no heading\n```"),
        ("a\x1b[0m", "a\\u{1B}[0m"),
        ("e:01a208f2-b693-7f68-b59a-bfdb0a7b4b5c", "[0a7b4b5c](#e-0a7b4b5c)"),
    ],
)
def test_prose_stays_inside_its_place(written, shown):
    assert prose(written, 2) == shown


def test_blank_lines_are_kept_in_fences_only():
    assert without_gaps("a\n\n\nb\n\n```\nx\n\n\ny\n```\n") == "a\n\nb\n\n```\nx\n\n\ny\n```\n"


def test_an_unknown_name_is_told_with_its_place_and_the_near_miss(by, tmp_path):
    with pytest.raises(TemplateError) as caught:
        by("line one\n{{ reprt.main }}")

    assert str(tmp_path / "own.md.j2") + ", line 2: 'reprt' is undefined; did you mean 'report'?" in str(
        caught.value
    )


def test_an_unknown_field_is_told_with_the_near_miss(by):
    with pytest.raises(TemplateError, match="did you mean 'header'"):
        by("{{ report.main.heder }}")


def test_a_syntax_error_is_told_with_its_line(by):
    with pytest.raises(TemplateError, match=r"own\.md\.j2, line 2: "):
        by("fine\n{% for %}")


@pytest.mark.parametrize(
    "name", ["safe", "e", "escape", "forceescape", "tojson", "urlize", "xmlattr", "replace"]
)
def test_a_filter_that_could_undo_the_escaping_is_not_there(by, name):
    with pytest.raises(TemplateError, match=f"No filter named '{name}'"):
        by("{{ 'x' | " + name + " }}")


def test_escaping_cannot_be_switched_off(by):
    with pytest.raises(TemplateError, match="escaping cannot be switched"):
        by("{% autoescape false %}{{ '*a*' }}{% endautoescape %}")


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(10 ** 9) %}x{% endfor %}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'own.md.j2' %}",
        "{% set n = namespace(t='x' * 1000) %}{% for i in range(90) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
        "{% set n = namespace(t='x' * 1000) %}{% for i in range(90) %}{% set n.t = n.t + n.t %}{% endfor %}",
        "{% set n = namespace(t=['x']) %}{% for i in range(90) %}{% set n.t = n.t + n.t %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ 'a'.replace('a', 'a' * 99999).replace('a', 'a' * 99999) }}",
        "{{ ('a' * 99999).join(['a'] * 99999) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ report.__init__.__globals__ }}",
        "{{ report.main.rows.append(1) }}",
    ],
)
def test_a_template_that_would_run_away_ends_in_an_error(by, template):
    with pytest.raises(TemplateError, match=r"own\.md\.j2|the template"):
        by(template)


def test_a_template_that_loops_is_stopped(by, monkeypatch):
    monkeypatch.setattr(sys.modules["triage.render.environment"], "SECONDS", 0.3)
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

    with pytest.raises(TemplateError, match=r"runs for more than 0\.3 s"):
        by(loops)


def test_an_unknown_template_is_told_with_those_that_there_are():
    with pytest.raises(NotFound, match="one of: postmortem, triage"):
        render(report(), template="nosuch")


def test_an_unknown_format_is_told_with_those_that_there_are():
    with pytest.raises(InvalidValue, match="one of: md, html, json"):
        render(report(), format="pdf")


def test_a_teams_template_comes_before_the_built_in_one(tmp_path):
    (tmp_path / "triage.md.j2").write_text("mine: {{ report.main.header.title }}", encoding="utf-8")

    assert render(report(), folders=[tmp_path]) == "mine: T\n"


def test_a_teams_template_gets_the_same_page(by):
    assert "<h1" in by("# {{ report.main.header.title }}", format="html")


def test_the_json_form_is_as_its_schema_says():
    what = report(rows=(row("a"),), evidence=(evidence(b"x"),))

    jsonschema.validate(json.loads(render(what, format="json")), json_schema())


def test_the_same_report_gives_the_same_bytes():
    what = report(rows=(row("a"), row("b")))

    assert [render(what, format=form) for form in ("md", "html", "json")] == [
        render(what, format=form) for form in ("md", "html", "json")
    ]


@pytest.mark.parametrize("pattern", ["javascript:alert({ref})", "data:text/html,{ref}", "{ref}"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_a_pattern_that_is_no_address_links_nothing(form, pattern):
    style = Style(issue_url=pattern, pr_url=pattern, commit_url=pattern)
    text = render(
        report(rows=(Row(ID, "entry", AT, "minute", "#12 PR #13 main@98f2418", "", ""),)),
        format=form,
        style=style,
    )

    assert f"]({pattern.replace('{ref}', '12')[:6]}" not in text
    assert f'href="{pattern.replace("{ref}", "12")[:6]}' not in text
    assert "#12 PR #13 main@98f2418" in text


ESCAPES = [
    "- a\n  ```\n# Inj\nb <script>alert(1)</script>",
    "x \\`<img src=x onerror=alert(1)>\\` y",
    "a ` b\n- <script>alert(1)</script> ` c",
    "| `x|<script>alert(1)</script>` | y |\n| --- | --- |\n| `x|<script>alert(1)</script>` | y |",
    "- [rollback]: https://evil.example/",
    "[roll\nback]: https://evil.example/",
    "- Fake\n  ---",
    "- # Fake",
    "> # Fake",
    "> ```\n> open",
    "1. ~~~\n",
    "<!-- open",
    "[a](java\nscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "![a](data:text/html,x)",
    "````\n```\n",
    "the-end-of-the-text",
    "    code\n\n\t# x",
    "- - - ```",
    "<details>\n\n# x",
]
AROUND = "BEFORE\n\n{}\n\n## Next\n\n[rollback] AFTER\n"


@pytest.mark.parametrize("written", ESCAPES)
def test_no_prose_reaches_out_of_its_place(written):
    """Judged by a parser that lets everything through."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True

    html = parser.render(AROUND.format(prose(written, 2)))

    assert html.endswith("<h2>Next</h2>\n<p>[rollback] AFTER</p>\n")
    assert not re.search(r"<(script|img src=x|h1|h2>(?!Next)|details|!--)", html)
    assert not re.search(r'(href|src)="(javascript|data|&#)', html)


LINES = st.sampled_from(
    [
        "```",
        "~~~",
        "    ",
        "- ",
        "> ",
        "1. ",
        "# ",
        "---",
        "===",
        "`",
        "``",
        "\\",
        "<b>",
        "<!--",
        "[a]: b",
        "|",
        "| - |",
        "a",
        "[x](y:z)",
        "\n",
        "\n\n",
        "\t",
        "  ",
        "*",
        "&lt;",
        "http://a.b",
    ]
)


@given(st.lists(LINES, max_size=14).map("".join))
def test_no_text_of_any_marks_reaches_out_of_its_place(written):
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

    html = parser.render(AROUND.format(prose(written, 2)))

    assert html.endswith("<h2>Next</h2>\n<p>[rollback] AFTER</p>\n")
    assert html.startswith("<p>BEFORE</p>\n")
    assert not re.search(r"<(b>|!--|h1)", html)


@pytest.mark.parametrize(
    "piece",
    [
        "http://a,",
        "](",
        "`",
        "` `` ",
        "[",
        "<",
        "](  ",
        "http://a](",
        "&",
        "\\`",
        "#",
        "- ",
        "_EVENT e:",
        "|",
    ],
)
def test_a_long_text_of_marks_is_read_in_good_time(piece):
    """It ends at all: at 250,000 characters anything worse than linear would take minutes."""
    assert prose(piece * (120_000 // len(piece)), 2)


def test_ordinary_markdown_stays_as_it_was_written():
    written = (
        "Run `git subtree push --prefix <dir> <remote>` and **look**:\n\n1. one\n2. two\n\n"
        "| a | b |\n| --- | --- |\n| `x` | y |\n\n```sh\n# comment\necho <b>\n```\n\n> quoted"
    )

    assert prose(written, 2) == written


@pytest.mark.parametrize(
    "template",
    [
        "{{ sequence_log(report.main) }} and more",
        "{{ sequence_log(report.main) }} {{ sequence_log(report.main) }}",
        "- {{ sequence_log(report.main) }}",
        "```\n{{ sequence_log(report.main) }}\n```",
        "| a |\n| - |\n| {{ sequence_log(report.main) }} |",
    ],
)
def test_a_component_that_cannot_be_placed_is_told(template, tmp_path):
    (tmp_path / "own.md.j2").write_text(template)

    with pytest.raises(TemplateError, match="a component stands inside of a line"):
        render(report(), template="own", format="html", folders=[tmp_path])


def test_an_entry_says_what_sort_it_is():
    rows = (Row(ID, "entry", AT, "minute", "Slow since the deploy?", "", "hypothesis"),)

    assert "| Hypothesis: Slow since the deploy? |" in render(report(rows=rows))


def test_colours_of_an_output_are_not_shown(by):
    item = evidence(b"\x1b[31mred\x1b[0m\x1b[K plain")

    assert "red plain" in by("{{ evidence(report.main.evidence[0]) }}", report(evidence=(item,)))


def test_an_output_of_nothing_says_so(by):
    assert "(no output)" in by("{{ evidence(report.main.evidence[0]) }}", report(evidence=(evidence(b"\n"),)))


def test_a_very_long_line_is_cut(by):
    text = by("{{ evidence(report.main.evidence[0]) }}", report(evidence=(evidence(b"x" * 100_000),)))

    assert "x" * 10_000 + "[…]" in text
    assert len(text) < 11_000


def test_the_boxes_of_a_task_list_are_boxes_on_the_page(tmp_path):
    (tmp_path / "own.md.j2").write_text("- [x] done\n- [ ] open\n")
    page = render(report(), template="own", format="html", folders=[tmp_path])

    assert "<li>☑ done\n<li>☐ open" in page


def test_the_filters_of_a_template_are_these():
    from triage.render import built_in
    from triage.render.environment import PLAIN_FILTERS, environment
    from triage.render.inline import Links

    sandbox = environment([built_in()], Links(), {})

    assert set(sandbox.filters) == {*PLAIN_FILTERS, "join", "prose", "fence"}


def test_a_code_span_with_a_bracket_ends_no_text_of_a_link(tmp_path):
    (tmp_path / "own.md.j2").write_text("[{{ report.main.header.title }}](https://example.org)")
    text = render(report(header=Header(title="`]:`")), template="own", folders=[tmp_path])

    assert '<a href="https://example.org">`]:`</a>' in MarkdownIt("commonmark").render(text)


def test_the_digest_of_a_template_is_that_of_all_it_imports(tmp_path):
    (tmp_path / "own.md.j2").write_text("{% include 'part.md.j2' %}")
    (tmp_path / "part.md.j2").write_text("one")
    first = render(report(), template="own", format="html", folders=[tmp_path])
    (tmp_path / "part.md.j2").write_text("two")
    second = render(report(), template="own", format="html", folders=[tmp_path])

    named = re.compile(r"Template own (\w+)")
    assert named.search(first)[1] != named.search(second)[1]


HIDDEN = "left\u202eright\x1b[31m\x00\ufffe\U000e0041"
LEGIBLE = "left\\u{202E}right\\u{1B}[31m\\u{0}\\u{FFFE}\\u{E0041}"


def test_no_character_that_cannot_be_seen_is_left_in_a_page_whatever_field_held_it():
    page = render(hostile_report(HIDDEN), format="html")

    assert not set(page) & set("\u202e\x1b\x00\ufffe\U000e0041")
    assert f"<title>{LEGIBLE}</title>" in page
    assert f"<th>{LEGIBLE}" in page
    assert f'data-label="{LEGIBLE}"' in page


@pytest.mark.parametrize("entity", ["&#x202e;", "&#8238;", "&shy;", "&ZeroWidthSpace;", "&lrm;"])
def test_an_entity_that_stands_for_what_cannot_be_seen_is_shown_as_it_was_typed(entity):
    assert prose(f"a{entity}b `{entity}` &copy;", 2) == f"a&amp;{entity[1:]}b `{entity}` &copy;"


def test_an_address_that_was_cut_short_is_no_link():
    assert "<https" not in render(report(rows=(row("https://example.org/a…"),)))


def test_an_image_in_prose_is_a_link_on_the_page_which_asks_for_nothing(tmp_path):
    (tmp_path / "own.md.j2").write_text(
        "{{ '![the *graph*](https://e.org/g.png) ![](https://e.org/h.png) [![x](https://e.org/i.png)](https://e.org)' | prose }}"
    )
    page = render(report(), template="own", format="html", folders=[tmp_path])

    assert (
        '<p><a href="https://e.org/g.png">the graph</a> <a href="https://e.org/h.png">https://e.org/h.png</a>'
        ' <a href="https://e.org">x</a></p>'
    ) in page


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_line_ends_of_other_systems_are_line_ends_of_an_output(by, form):
    text = by(
        "{{ evidence(report.main.evidence[0]) }}",
        report(evidence=(evidence(b"one\r\ntwo\r\n"),)),
        format=form,
    )

    assert "one\ntwo\n" in text.replace("</code>", "\n")


def test_blanks_around_the_name_of_a_table_do_not_undo_its_emphasis():
    blanks = replace(hostile_report("  x  ").main, header=Header(title="T"))
    text = render(replace(report(), main=blanks))

    assert "**x**" in text
    assert "*Basis: x*" in text
