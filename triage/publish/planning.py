"""From a staged site and what a target holds to the changes that make one of the other.

Documents come first, then the indexes that name them, then removals, then the manifest: so an index never
names what is not there, wherever a publication stops. Raises `Conflict` where somebody else changed a file,
`Incomplete` where files that should stand as they are were never published.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from triage.errors import Conflict
from triage.publish import manifest
from triage.publish.manifest import PENDING, ROOT, Group
from triage.publish.shapes import SITE, Change, File, Held, Incomplete, Plan, Site

DOCUMENTS, INDEXES, REMOVALS, MANIFEST, DONE = range(1, 6)
"""The phases of a publication; 0 is the announcement of what will be written."""


class Tree(Protocol):
    """What a target holds, as the planner looks at it."""

    @property
    def name(self) -> str:
        """What a person calls the target."""
        ...

    def held(self, paths: Iterable[str]) -> Mapping[str, Held]:
        """The files that are there, of these paths."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        ...


def planned(site: Site, tree: Tree, *, announce: bool, base: str = "") -> Plan:
    """The changes that make the tree hold the site.

    ``announce`` is for targets that are not changed in one step: what will be written is said there first.
    """
    root, owner = manifest.loaded(tree.read(ROOT), ROOT)
    shards = _shards(site, tree, root)
    before = {name: group for shard in shards.values() for name, group in shard.items()}
    if site.kept - set(root.get(SITE, Group({})).files):
        raise Incomplete(tree.name)
    _refuse_strangers(site, tree, before, owner)
    ours = _ours(before, site.groups, manifest.loaded_pending(tree.read(PENDING)))
    gone = _gone(site, before)
    held = tree.held([*(file.path for file in site.files), *gone])
    changes = [
        *_written(site, held, ours, tree.name),
        *_removed(gone, held, ours, tree.name),
    ]
    meta = list(_manifest(site, shards, tree))
    if not changes and not meta:
        return Plan((), tuple(site.checkpoints.values()), site.title, base)
    if announce:
        changes = [*_announced(changes, tree), *changes]
        meta += [Change(PENDING, "?", "", 0, DONE)]
    return Plan((*changes, *meta), tuple(site.checkpoints.values()), site.title, base)


def _shards(site: Site, tree: Tree, root: dict[str, Group]) -> dict[str, dict[str, Group]]:
    """The files of the manifest that tell of the site's groups, by path."""
    paths = sorted({manifest.place_of(group) for group in site.groups} | {ROOT})
    return {path: root if path == ROOT else manifest.loaded(tree.read(path), path)[0] for path in paths}


def _refuse_strangers(site: Site, tree: Tree, before: Mapping[str, Group], owner: str) -> None:
    """Raise `Conflict` where another store published to the target what ours does not know."""
    for name in sorted(site.groups):
        theirs = before[name].checkpoint if name in before else None
        ours = site.checkpoints.get(name)
        if theirs and not site.known(theirs):
            raise Conflict(
                f"{tree.name} holds a newer publication: theirs {theirs}; ours {ours or 'without it'}",
                hint=f"take their events in first: triage import the record.jsonl of {theirs.slug} there",
            )
    if owner and owner != site.id:
        strangers = [group.checkpoint for group in _everything(tree).values() if group.checkpoint]
        unknown = [theirs for theirs in strangers if not site.known(theirs)]
        if unknown:
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            raise Conflict(
                f"{tree.name} was published from another store: theirs holds {unknown[0]}{more},"
                " ours does not",
                hint="import their record.jsonl first, or publish to another place",
            )


def _everything(tree: Tree) -> dict[str, Group]:
    """Every group that the manifest tells of."""
    paths = [f"{manifest.FOLDER}/manifest/{number:02x}.json" for number in range(256)]
    found: dict[str, Group] = {}
    for path in tree.held(paths):
        found |= manifest.loaded(tree.read(path), path)[0]
    return found


def _ours(
    before: Mapping[str, Group], groups: Iterable[str], pending: Mapping[str, str]
) -> dict[str, set[str]]:
    """The hashes that each path may have without anybody else having changed it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in groups:
        for path, digest in before[name].files.items() if name in before else ():
            found[path].add(digest)
    for path, digest in pending.items():
        found[path].add(digest)
    return found


def _gone(site: Site, before: Mapping[str, Group]) -> list[str]:
    """The paths of files that were published and that the site has no longer."""
    kept = {file.path for file in site.files} | site.kept
    return [
        path
        for name in sorted(site.groups)
        if name in before
        for path in before[name].files
        if path not in kept
    ]


def _written(
    site: Site, held: Mapping[str, Held], ours: Mapping[str, set[str]], name: str
) -> Iterable[Change]:
    for file in site.files:
        there = held.get(file.path)
        if there and there.sha256 == file.sha256:
            continue
        _refuse_foreign(file.path, there, ours, name, file)
        phase = DOCUMENTS if file.group != SITE else INDEXES
        old, mark = (there.sha256, there.mark) if there else ("", "")
        yield Change(file.path, old, file.sha256, file.source.size, phase, file.source, mark)


def _removed(
    gone: Iterable[str], held: Mapping[str, Held], ours: Mapping[str, set[str]], name: str
) -> Iterable[Change]:
    for path in gone:
        there = held.get(path)
        if there:
            _refuse_foreign(path, there, ours, name, None)
            yield Change(path, there.sha256, "", 0, REMOVALS, b"", there.mark)


def _refuse_foreign(
    path: str, there: Held | None, ours: Mapping[str, set[str]], name: str, file: File | None
) -> None:
    """Raise `Conflict` where a file is neither as we published it nor as we want it."""
    if there is None or there.sha256 in ours.get(path, ()):
        return
    published = ", ".join(sorted(digest[:12] for digest in ours.get(path, ()))) or "none"
    wanted = file.sha256[:12] if file else "its removal"
    raise Conflict(
        f"{path} at {name} was changed by somebody else: theirs {there.sha256[:12]},"
        f" last published {published}, ours now {wanted}",
        hint="keep what they wrote elsewhere and remove the file there, then publish again",
    )


def _manifest(site: Site, shards: Mapping[str, dict[str, Group]], tree: Tree) -> Iterable[Change]:
    """The files of the manifest that become other ones."""
    after = {path: dict(groups) for path, groups in shards.items()}
    written: dict[str, dict[str, str]] = defaultdict(dict)
    for file in site.files:
        written[file.group][file.path] = file.sha256
    for name in site.groups:
        before = shards[manifest.place_of(name)].get(name, Group({}))
        files = {path: digest for path, digest in before.files.items() if path in site.kept}
        files |= written[name]
        shard = after[manifest.place_of(name)]
        if files:
            shard[name] = Group(files, site.checkpoints.get(name))
        else:
            shard.pop(name, None)
    held = tree.held(sorted(after))
    for path, groups in sorted(after.items()):
        data = manifest.dumped(groups, site.id if path == ROOT else "")
        there = held.get(path)
        digest = manifest.hash_of(data)
        if there is None or there.sha256 != digest:
            old, mark = (there.sha256, there.mark) if there else ("", "")
            yield Change(path, old, digest, len(data), MANIFEST, data, mark)


def _announced(changes: Iterable[Change], tree: Tree) -> list[Change]:
    data = manifest.dumped_pending({change.path: change.new for change in changes if change.new})
    there = tree.held([PENDING]).get(PENDING)
    return [
        Change(PENDING, there.sha256 if there else "", manifest.hash_of(data), len(data), 0, data,
               there.mark if there else "")
    ]  # fmt: skip
