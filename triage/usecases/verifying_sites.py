"""Verifying a site: every page against its record, every file against the manifest of the target."""

import os
from collections.abc import Iterator
from pathlib import Path

from triage.errors import NotFound, StoreUnusable
from triage.integrity import Checkpoint
from triage.publish import manifest
from triage.usecases.verifying import BESIDE, NONE, Manner, Verified, page

JOURNALS = "journals"
"""The folder of a site that holds a folder for each journal."""
ALIEN = {manifest.FOLDER, ".git"}
"""Folders at the root of a site that hold nothing of what was published."""
HOSTS = {"CNAME"}
"""Files at the root of a site that hosts of pages ask for: they show nothing."""


def published(path: Path, manner: Manner, held: Checkpoint | None = None) -> Iterator[Verified]:
    """Verify a published page, the folder of one, or all of a site.

    Raises `NotFound` where no record and no checkpoint lie beside the page, and no site is there.
    """
    folder = path if path.is_dir() else path.parent
    if all((folder / name).is_file() for name in BESIDE):
        yield page(folder, manner, held)
        return
    pages, sites = _pages(folder), _sites(folder)
    if not path.is_dir() or not (pages or sites):
        raise NotFound(
            f"nothing at {path} can be verified", hint=f"a page needs beside it: {' and '.join(BESIDE)}"
        )
    for each in pages:
        missing = [name for name in BESIDE if not (each / name).is_file()]
        if missing:
            yield Verified(each.name, NONE, faults=tuple(f"{name} is missing" for name in missing))
        else:
            yield page(each, manner, held)
    for each in sites:
        yield _site(each)


def _pages(folder: Path) -> list[Path]:
    """The folders of journals, be they without what a page is verified by."""
    beside = {path.parent for name in BESIDE for path in folder.glob(f"**/{name}")} - {folder}
    inside = folder.glob("*") if folder.name == JOURNALS else folder.glob(f"**/{JOURNALS}/*")
    return sorted(beside | {path for path in inside if path.is_dir()})


def _sites(folder: Path) -> list[Path]:
    """The roots of the sites in a folder, be they without a manifest."""
    told = {path.parent.parent for path in folder.glob(f"**/{manifest.ROOT}")}
    return sorted(told | {path.parent for path in folder.glob(f"**/{JOURNALS}") if path.is_dir()})


def _site(root: Path) -> Verified:
    """All files of a site against its manifest; the first that is otherwise is named."""
    name = root.resolve().name
    if not (root / manifest.ROOT).is_file():
        text = f"{manifest.ROOT} is missing: what belongs to no journal cannot be compared"
        return Verified(name, NONE, faults=(text,))
    try:
        wanted = _wanted(root)
    except StoreUnusable as error:
        return Verified(name, NONE, faults=(error.message,))
    fault = next(_differences(root, wanted), "")
    return Verified(
        name, NONE, (f"{len(wanted)} files are those of its manifest",), (fault,) if fault else ()
    )


def _wanted(root: Path) -> dict[str, str]:
    """The SHA-256 of every file that the manifest names, by its path."""
    folder = root / manifest.FOLDER
    files: dict[str, str] = {}
    for path in [root / manifest.ROOT, *sorted(folder.glob("manifest/*.json"))]:
        groups, _ = manifest.loaded(path.read_bytes(), path.relative_to(root).as_posix())
        for group in groups.values():
            files |= group.files
    return files


def _differences(root: Path, wanted: dict[str, str]) -> Iterator[str]:
    """What is otherwise than the manifest says, in the order of the paths.

    Beside the Markdown of a site of somebody else may lie what is theirs: only a site of pages is all ours.
    """
    there = set(_paths(root))
    for path in sorted(there | wanted.keys()):
        if path not in there:
            yield f"{path} is missing: the manifest names it"
        elif path not in wanted:
            if "index.html" in wanted and path not in HOSTS:
                yield f"{path} is extra: the manifest does not name it"
        elif not (root / path).is_file() or manifest.hash_of((root / path).read_bytes()) != wanted[path]:
            yield f"{path} differs from the one that the manifest names"


def _paths(root: Path) -> Iterator[str]:
    """The paths of all files and links below a root, with / between their parts."""
    for folder, folders, names in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in ALIEN]
        for name in (*names, *folders):
            path = Path(folder, name)
            if path.is_file() or path.is_symlink():
                yield path.relative_to(root).as_posix()
