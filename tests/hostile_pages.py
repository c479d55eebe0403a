"""What Chromium makes of a page with hostile text: what ran, what was asked for, which nodes, which texts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from hostile import ADDRESS, OPENING, OUTPUT, PROSE, TWINS, legible, read
from playwright.sync_api import Error as PlaywrightError

TRAP = """
window.sprung = [];
for (const name of ["alert", "confirm", "prompt", "print", "open", "fetch"]) {
  const trap = () => { window.sprung.push(name); };
  Object.defineProperty(window, name, { get: () => trap, set: () => {}, configurable: false });
}
"""
"""What hostile texts call."""

LOOK = r"""
() => {
  const words = [], danger = [], odd = [], contents = [];
  const isOurs = node => ["http:", "https:", "mailto:"].includes(node.protocol) && node.getAttribute("href")[0] !== "#";
  const isInline = node => !node.className && (node.localName === "code" && !node.attributes.length
    || node.localName === "a" && !node.id && isOurs(node) && !node.hasAttribute("title"));
  const names = node => node.getAttributeNames().filter(name => name !== "open").sort().join(" ");
  const journal = node => (node.localName === "a" && /^(\.\.\/)?journals\//.exec(node.getAttribute("href") || "")) ? node.getAttribute("href") : "";
  const note = text => { if (!/^[\x20-\x7e]*$/.test(text)) odd.push(text); };
  const walk = (node, into) => {
    if (node.nodeType === Node.TEXT_NODE) { note(node.data.replaceAll("\n", " ")); into.push(["", node.data]); return; }
    if (node.nodeType !== Node.ELEMENT_NODE) { if (node.nodeType === Node.COMMENT_NODE) danger.push("a comment"); return; }
    if (node.matches("nav.contents")) { into = contents; }
    const text = ["script", "style"].includes(node.localName);
    if (isInline(node)) { node.childNodes.forEach(child => walk(child, into)); return; }
    into.push(["<" + node.localName, node.getAttribute("class") || "", node.getAttribute("role") || "", names(node), journal(node)]);
    if (!text) node.childNodes.forEach(child => walk(child, into));
    into.push([">"]);
  };
  for (const node of document.querySelectorAll("*")) {
    for (const { name, value } of node.attributes) {
      note(value);
      danger.push([node.localName, name].join(" "));
      if (/href|src|action|data$/i.test(name) && /^[\0-\x20]*[a-z][a-z0-9+.-]*:/i.test(value) && !/^(https?|mailto):/i.test(value)) danger.push("an address " + value.slice(0, 40));
    }
    danger.push(node.localName);
    if (["script", "style"].includes(node.localName)) danger.push(node.localName + ": " + node.textContent);
  }
  walk(document.body, words);
  return JSON.stringify({ title: document.title, words, contents, odd, danger: [...new Set(danger)], sprung: window.sprung || ["no trap"],
           links: [...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href")),
    titles: [...document.querySelectorAll("[title]")].map(node => node.title) });
}
"""
"""The page as a list of tags and texts, the nodes and attributes that it has, and what was sprung."""

POKE = r"""
() => document.querySelectorAll("*").forEach(node => {
  for (const name of node.getAttributeNames()) {
    if (/^on/i.test(name)) node.dispatchEvent(new Event(name.slice(2).toLowerCase(), { cancelable: true }));
    if (/href|action/i.test(name) && /^[\s\0-\x20]*(javascript|vbscript|data)/i.test(node.getAttribute(name)) && node.click) node.click();
  }
})
"""
"""Do what a reader might: everything that a handler waits for, every link that would run something."""

PROSE_TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
PROSE_ATTRIBUTES = frozenset(
    ["a href", "a title", "ol start", "pre tabindex", *(f"h{level} id" for level in range(1, 7))]
)
"""What Markdown may make of a text that is meant to be Markdown."""


_OURS = re.compile(r"^chrome-error:|/data/[\w-]+\.js$")
"""Chromium's own page of an error, and the data of a site, which are a script and other ones in each site."""


class Seen(NamedTuple):
    """What was seen of one page.

    ``words`` are its tags and texts in order, ``contents`` those of its table of contents, ``nodes`` the names
    of its nodes and attributes, each once, and the texts of its scripts and styles; ``odd`` its texts and
    values that are not plain ASCII. ``ran`` are scripts that ran, by their hashes, ``sprung`` the functions
    that were called, ``asked`` the addresses that were asked for, ``said`` the messages of the console.
    """

    title: str
    words: tuple[tuple[Any, ...], ...]
    contents: tuple[tuple[Any, ...], ...]
    odd: tuple[str, ...]
    nodes: frozenset[str]
    links: tuple[str, ...]
    titles: tuple[str, ...]
    ran: frozenset[str]
    sprung: tuple[str, ...]
    asked: tuple[str, ...]
    said: tuple[str, ...]


class Window:
    """A page of a browser in which everything is watched, and nothing but files of a folder can be asked for."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self._context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
        self._context.add_init_script(TRAP)
        self.page = self._context.new_page()
        self._home = folder.as_uri()
        self._due = ""
        self._ran: set[str] = set()
        self._left = False
        self._sprung: list[str] = []
        self._asked: list[str] = []
        self._said: list[str] = []
        self._watch()

    def _watch(self) -> None:
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: self._said.append(message.text))
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        self._context.on("page", lambda page: self._sprung.append("a window"))
        self._context.route("**/*", self._route)
        session = self._context.new_cdp_session(self.page)
        session.on("Debugger.scriptParsed", self._parsed)
        session.send("Debugger.enable")

    def _parsed(self, script: Any) -> None:
        is_theirs = script["executionContextAuxData"]["isDefault"]  # Playwright has a world of its own
        if is_theirs and not _OURS.search(script["url"]):
            self._ran.add(script["hash"])

    def _dialog(self, dialog: Any) -> None:
        self._sprung.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _route(self, route: Any) -> None:
        """Let the page through once, and the scripts beside it: a raw text may ask to load it anew, for ever."""
        url = route.request.url
        if url == self._due or (url.startswith(self._home) and url.endswith(".js")):
            self._due = self._due if url != self._due else ""
            route.continue_()
            return
        self._asked.append(route.request.url)
        if route.request.is_navigation_request():
            route.fulfill(status=204)  # the page stays
        else:
            route.abort()

    def open(self, path: Path) -> None:
        """Open a file, whatever becomes of it."""
        self._ran.clear()
        self._left = False
        for kept in (self._sprung, self._asked, self._said):
            kept.clear()
        self._due = path.as_uri()
        self.page.goto(self._due, wait_until="load")

    def poke(self) -> None:
        """Do what a reader might; a raw text may lead away, where nothing more can be asked of the page."""
        try:
            self.page.evaluate(POKE)
        except PlaywrightError as error:
            if "navigation" not in str(error):
                raise
            self._left = True

    def scripts(self, harmless: Seen) -> list[str]:
        """The scripts that ran until now, but for those of the harmless page."""
        sprung = () if self._left else self.page.evaluate("sprung")
        return [*ran((*sprung, *self._sprung), frozenset(self._ran), harmless)]

    def learn(self) -> Seen:
        """What is seen of a harmless page, with the scripts by which it is looked at and poked."""
        self.poke()
        self.page.evaluate("sprung")
        self.look()
        return self.look()

    def look(self) -> Seen:
        """What is seen of the page as it is now."""
        found = json.loads(self.page.evaluate(LOOK))
        return Seen(
            found["title"], tuple(map(tuple, found["words"])), tuple(map(tuple, found["contents"])),
            tuple(found["odd"]), frozenset(found["danger"]), tuple(found["links"]), tuple(found["titles"]),
            frozenset(self._ran),
            (*found["sprung"], *self._sprung), tuple(self._asked), tuple(self._said),
        )  # fmt: skip

    def close(self) -> None:
        """Close it."""
        self._context.close()


@contextmanager
def window(browser: Any, folder: Path) -> Iterator[Window]:
    """A window on the files of a folder."""
    opened = Window(browser, folder)
    try:
        yield opened
    finally:
        opened.close()


def wrong(seen: Seen, harmless: Seen, texts: Sequence[str]) -> list[str]:
    """What is wrong with the page of a journal that says the texts everywhere, by that of a harmless one."""
    place = Substituted(texts)
    found = [*wrong_anywhere(seen, harmless)]
    if not place.matches(("", seen.title), ("", harmless.title)):
        found.append(f"text: the title is {seen.title!a:.120}")
    around = Around(merged(seen.words), place)
    found += around.differences(merged(harmless.words)) or _lost(
        texts, around.prose, (*map(unquote, seen.links), *seen.titles)
    )
    return [*found, *_contents(merged(seen.contents), merged(harmless.contents), place)]


def wrong_list(seen: Seen, harmless: Seen, texts: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong with a page that lists journals, whose texts are given by their slugs."""
    frame, items = _items(merged(seen.words))
    wanted_frame, wanted_items = _items(merged(harmless.words))
    found = [*wrong_anywhere(seen, harmless)]
    found += (
        [] if _uncounted(frame) == _uncounted(wanted_frame) else ["structure: the frame of the list differs"]
    )
    wanted = next(iter(wanted_items.values()), [])
    for slug, words in items.items():
        found += Around(words, Substituted(texts[slug])).differences(wanted)
    return found


def wrong_anywhere(seen: Seen, harmless: Seen) -> Iterator[str]:
    """What is wrong wherever it stands: what ran, was asked for and complained of, strange nodes and signs."""
    yield from ran(seen.sprung, seen.ran, harmless)
    yield from (f"request: {each}" for each in seen.asked)
    yield from (f"console: {each}" for each in seen.said)
    for node in seen.nodes - harmless.nodes - PROSE_TAGS - PROSE_ATTRIBUTES:
        yield f"node: {node:.120}"
    for link in seen.links:
        if not _OUTSIDE.match(link) and not _JOURNAL.search(link) and link not in harmless.links:
            yield f"node: a link to {link!a:.120}"
    yield from (f"hidden character: {text!a:.120}" for text in seen.odd if legible(text) != text)


def ran(sprung: Iterable[str], hashes: frozenset[str], harmless: Seen) -> Iterator[str]:
    """The scripts that ran, but for those of the harmless page."""
    yield from (f"script: {each} was called" for each in sprung)
    yield from (f"script: one of the hash {each} ran" for each in hashes - harmless.ran)


_OUTSIDE = re.compile(r"https?:|mailto:|#", re.IGNORECASE)
_JOURNAL = re.compile(r"^(?:\.\./)?journals/([a-z0-9-]+)/index\.html(?:#e-[0-9a-f]{8})?$")
_TAILS = re.compile(r"\b[0-9a-f]{8}(?:[0-9a-f]{4})?\b")
"""Tails of events' ids and heads: a journal's own."""
_LINES = re.compile(r"[0-9,]+lines?,(?=100bytes)")

Word = tuple[Any, ...]
"""A tag with its class, role and attributes; the end of one; or a text."""


def merged(words: Iterable[Sequence[Any]]) -> list[Word]:
    """Tags and texts, where texts that follow each other are one, and blank ones are none."""
    found: list[Word] = []
    for word in words:
        if word[0] == "" and found and found[-1][0] == "":
            found[-1] = ("", found[-1][1] + word[1])
        else:
            found.append(tuple(word))
    return [word for word in found if word[0] != "" or word[1].strip()]


def bare(text: str) -> str:
    """A text without blanks, tails and numbers of lines, and without the marks of code, which a page shows by its look."""
    return _LINES.sub("", "".join(_TAILS.sub("", text.replace("`", "")).split()))


class Substituted:
    """Harmless words replaced by the texts that they stand for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = {
            twin + form: bare(read(text, form))
            for twin, text in zip(TWINS, texts, strict=True)
            for form in _FORMS
        }
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text as the hostile page must show it, bare."""
        if text not in self._known:
            self._known[text] = _TWINS.sub(lambda found: self._words[found[0]], bare(text))
        return self._known[text]

    def matches(self, seen: Word, wanted: Word) -> bool:
        """Whether a tag is the wanted one, or a text is what the wanted one stands for, cut where it says so."""
        if seen[0] != wanted[0] or seen[0] != "":
            return seen == wanted
        told, expected = bare(seen[1]), self(wanted[1])
        return told in (expected, self._swapped(wanted[1])) or _is_cut(told, expected)

    def _swapped(self, text: str) -> str:
        """The same where texts are sorted, and the second comes first."""
        return self(_SORTED.sub(r"\2, \1", text))


_FORMS = ("", PROSE, OPENING, OUTPUT, ADDRESS)
_TWINS = re.compile(f"(?:{'|'.join(TWINS)})(?:{'|'.join(_FORMS[1:])})?")
_SORTED = re.compile(f"^({TWINS[0]}{ADDRESS}), ({TWINS[1]}{ADDRESS})$")


_GAP = re.compile(r"…|\[REDACTED:[^\]]*\]")


def _is_cut(told: str, expected: str) -> bool:
    """Whether a text is the expected one, but for what it says that it leaves out."""
    pieces = _GAP.split(told)
    return len(pieces) > 1 and re.fullmatch(".*?".join(map(re.escape, pieces)), expected) is not None


def has_redacted(seen: Seen) -> bool:
    """Whether a page says that something was a secret."""
    return any(word[0] == "" and "[REDACTED:" in word[1] for word in seen.words)


class Around:
    """A hostile page beside a harmless one: ``prose`` is what stands where this has a paragraph of prose."""

    def __init__(self, seen: list[Word], place: Substituted) -> None:
        self._seen = seen
        self._place = place
        self.prose: list[list[Word]] = []

    def differences(self, harmless: list[Word]) -> list[str]:
        """What differs around the prose: the first of it."""
        here = 0
        for number, segment in enumerate(_segments(harmless)):
            start = self._find(segment, here) if number else 0
            if number:
                self.prose.append(self._seen[here:start])
            for offset, wanted in enumerate(segment, start):
                found = self._seen[offset] if offset < len(self._seen) else ("the end",)
                if not self._place.matches(found, wanted):
                    return [_difference(found, wanted)]
            here = start + len(segment)
        return [_difference(word, ("the end",)) for word in self._seen[here : here + 1]]

    def _find(self, segment: list[Word], start: int) -> int:
        """Where a segment stands; where its beginning does, if the whole of it is nowhere."""
        for size in (len(segment), min(len(segment), 6), 1):
            for at in range(start, len(self._seen) - size + 1):
                if all(self._place.matches(self._seen[at + k], segment[k]) for k in range(size)):
                    return at
        return start


def _difference(found: Word, wanted: Word) -> str:
    what = "text" if found[0] == wanted[0] == "" else "structure"
    return f"{what}: {found!a:.240} in the place of {wanted!a:.120}"


def _segments(harmless: list[Word]) -> list[list[Word]]:
    """What stands before, between and after the paragraphs of prose."""
    found: list[list[Word]] = [[]]
    place = 0
    while place < len(harmless):
        if _is_prose(harmless[place : place + 3]):
            found.append([])
            place += 3
        else:
            found[-1].append(harmless[place])
            place += 1
    return found


def _is_prose(words: list[Word]) -> bool:
    return len(words) == 3 and words[0][:2] == ("<p", "") and words[1][1:] in _PROSE


_PROSE = {(twin + form,) for twin in TWINS for form in (PROSE, OPENING)}


def _lost(texts: Iterable[str], prose: list[list[Word]], more: Iterable[str]) -> Iterator[str]:
    """The words of texts that its prose does not show: as text, or ``more``, as address and title of a link."""
    shown = " ".join([*(word[1] for words in prose for word in words if word[0] == ""), *more])
    if "[REDACTED:" in shown:
        return
    said = "\n".join(_UNSHOWN.sub(" ", legible(text)) for text in texts)
    for word in dict.fromkeys(_WORD.findall(said)):
        if word.casefold() not in shown.casefold():
            yield f"text: the prose lacks {word!a:.120}"


_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSHOWN = re.compile(r"&#?\w+;|^[ >*+-]*(?:\d+[.)] *)*(?:`{3,}|~{3,})[^`\n]*$", re.MULTILINE)
"""What Markdown is meant to read otherwise: entities, and the language of a fence."""


def _contents(seen: list[Word], harmless: list[Word], place: Substituted) -> Iterator[str]:
    """The contents name the headings of the prose as well: each entry is a link in an item."""
    rest = iter(seen)
    for wanted in harmless:
        if not any(place.matches(found, wanted) for found in rest):
            yield f"text: the contents lack {wanted!a:.120}"
            return
    shapes = {word for word in seen if word[0] != ""} - {word for word in harmless if word[0] != ""}
    yield from (
        f"structure: {word!a:.120} in the contents" for word in shapes - {("<li", "sub", "", "class", "")}
    )


def _items(words: list[Word]) -> tuple[list[Word], dict[str, list[Word]]]:
    """The frame of a list, and its items by the slugs of their journals; choices of a facet belong to neither."""
    frame: list[Word] = []
    items: dict[str, list[Word]] = {}
    place = 0
    while place < len(words):
        if not _is_item(words[place]):
            frame.append(words[place])
            place += 1
            continue
        end = _end(words, place)
        item = words[place:end]
        place = end
        slugs = [_JOURNAL.match(word[4]) for word in item if word[0] == "<a"]
        if slugs and slugs[0]:
            items[slugs[0][1]] = [(*word[:4], "") if word[0] == "<a" else word for word in item]
    return frame, items


def _is_item(word: Word) -> bool:
    return word[0] == "<option" or (word[0] in ("<li", "<section") and word[1] != "")


def _end(words: list[Word], place: int) -> int:
    """Where the tag that begins at a place has its end."""
    depth = 0
    for at in range(place, len(words)):
        depth += -1 if words[at][0] == ">" else words[at][0] != ""
        if depth == 0:
            return at + 1
    return len(words)


def _uncounted(words: list[Word]) -> list[Word]:
    return [(word[0], *(re.sub(r"\d+", "9", text) for text in word[1:])) for word in words]


def unescaped(page: str, text: str) -> str:
    """The harmless page with the raw text in it: once in each sort of element and of attribute."""
    pieces, place = [], 0
    seen: set[str] = set()
    for found in _TWINS.finditer(page):
        context = _context(page, found.start())
        if context not in seen:
            seen.add(context)
            pieces += [page[place : found.start()], text]
            place = found.end()
    return "".join([*pieces, page[place:]])


def _context(page: str, place: int) -> str:
    """The element, with its class, or the attribute, in which a place of a page is."""
    tag = page[page.rindex("<", 0, place) : place]
    name = re.match(r"</?[\w!]+", tag)
    if ">" in tag:
        shape = re.search(r' class="[^"]*"', tag)
        return f"in {name and name[0]}{shape[0] if shape else ''}"
    return f"of {name and name[0]} {_ATTRIBUTE.findall(tag)[-1:]}"


_ATTRIBUTE = re.compile(r"""([\w-]+)=["']""")
