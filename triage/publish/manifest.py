"""The manifest of a target: which files Triage put there, with their hashes and checkpoints.

It lies in the folder ``.triage`` of the target. ``manifest.json`` names the site and the files that belong to
no journal; those of a journal stand in ``manifest/NN.json``, by the first two hex digits of its id's SHA-256,
so that publishing one journal reads and writes one of 256 small files, however many journals there are.
``pending.json`` stands there while changes are being made, with the hashes that they lead to: what a crash
left half done is ours, and not somebody else's change.
"""

import json
from hashlib import sha256
from typing import Any, NamedTuple

from triage.errors import StoreUnusable
from triage.publish.shapes import SITE, Checkpoint

FOLDER = ".triage"
ROOT = f"{FOLDER}/manifest.json"
PENDING = f"{FOLDER}/pending.json"
FORMAT = "triage.manifest.v1"


class Group(NamedTuple):
    """The files of a journal, or of the site, as they were published: path and SHA-256 of each."""

    files: dict[str, str]
    checkpoint: Checkpoint | None = None


def place_of(group: str) -> str:
    """The file of the manifest that tells of a group."""
    return f"{FOLDER}/manifest/{sha256(group.encode()).hexdigest()[:2]}.json" if group else ROOT


def dumped(groups: dict[str, Group], site: str = "") -> bytes:
    """The bytes of one file of the manifest."""
    value: dict[str, Any] = {"format": FORMAT}
    if site:
        value["site"] = site
    value["groups"] = {name: _as_dict(group) for name, group in sorted(groups.items())}
    return _json(value)


def loaded(data: bytes | None, path: str) -> tuple[dict[str, Group], str]:
    """The groups of a file of the manifest, and the site that it names; nothing where there is no file."""
    if data is None:
        return {}, ""
    try:
        value = {FORMAT: json.loads(data)}[json.loads(data)["format"]]
        return {name: _group(name, item) for name, item in value["groups"].items()}, value.get("site", "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreUnusable(
            f"the target's {path} is no manifest of this triage", hint="publish to another place, or upgrade"
        ) from error


def dumped_pending(hashes: dict[str, str]) -> bytes:
    """The bytes of ``pending.json``: what is being written, path and SHA-256."""
    value = {"format": FORMAT, "files": dict(sorted(hashes.items()))}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def loaded_pending(data: bytes | None) -> dict[str, str]:
    """What was being written when somebody stopped half-way; nothing where nobody did."""
    if data is None:
        return {}
    try:
        files = json.loads(data)["files"]
        return {str(path): str(digest) for path, digest in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def hash_of(data: bytes) -> str:
    """The SHA-256 of a file, in hex."""
    return sha256(data).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _as_dict(group: Group) -> dict[str, Any]:
    value: dict[str, Any] = {"files": dict(sorted(group.files.items()))}
    if group.checkpoint is not None:
        _, slug, events, heads = group.checkpoint
        value["checkpoint"] = {"slug": slug, "events": events, "heads": list(heads)}
    return value


def _group(name: str, value: dict[str, Any]) -> Group:
    files = {str(path): str(digest) for path, digest in value["files"].items()}
    found = value.get("checkpoint")
    if name == SITE or found is None:
        return Group(files)
    return Group(files, Checkpoint(name, str(found["slug"]), int(found["events"]), tuple(found["heads"])))
