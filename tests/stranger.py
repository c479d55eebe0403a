"""A verifier that a stranger wrote from docs/format.md alone: it knows nothing of the program.

python stranger.py EXPORT.jsonl [CHECKPOINT.json] prints one line for each fault, and nothing where there is none.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256


def faults(lines, checkpoint=None):
    head, *rest = [json.loads(line) for line in lines if line.strip()]
    parents, purged, bare, last = {}, {}, [], {}
    for place, line in enumerate(rest, 1):
        raw = line["envelope"].encode()
        digest = sha256(b"triage.event.v1\0" + raw).hexdigest()
        envelope = json.loads(raw)
        if envelope["journal"] != head["journal"] or digest in parents:
            yield place, "does not belong here"
        if not envelope["parents"] and envelope["id"] != head["journal"]:
            yield place, "follows nothing"
        for parent in envelope["parents"]:
            if parent not in parents:
                yield place, "follows an event that is not before it"
            elif last[parent] >= envelope["recorded_at"]:
                yield place, "is older than what it follows"
        parents[digest], last[digest] = envelope["parents"], envelope["recorded_at"]
        if "body" not in line:
            bare.append((place, digest, envelope))
            continue
        salt, text = bytes.fromhex(line["salt"]), line["body"].encode()
        if sha256(salt + text).hexdigest() != envelope["body"]:
            yield place, "says something else than was sealed"
        body = json.loads(text)
        chunks = [(bytes.fromhex(salt), b64decode(data)) for salt, data in line.get("chunks", [])]
        if [[len(data), sha256(salt + data).hexdigest()] for salt, data in chunks] != body.get("output", []):
            yield place, "has another output than was sealed"
        if envelope["kind"] == "act" and body.get("verb") == "purge":
            purged.setdefault(body.get("about"), []).append(digest)
    about, missing = set(purged), []
    for place, digest, envelope in bare:
        acts = purged.get(envelope["id"], []) + purged.get(envelope["entity"], [])
        if envelope["id"] not in about and set(acts) <= before(parents, [digest]):
            missing.append(place)
        elif envelope["kind"] == "act":
            about.add("an act")
        purged[envelope["id"]] = acts
    if "an act" not in about:
        yield from ((place, "is withheld, and no purge says so") for place in missing)
    children = {parent for each in parents.values() for parent in each}
    if sorted(set(parents) - children) != sorted(head["heads"]) or len(rest) != head["events"]:
        yield len(rest), "is not where the record ends"
    if checkpoint:
        found = before(parents, checkpoint["heads"])
        if len(found) != checkpoint["events"] or not set(checkpoint["heads"]) <= found:
            yield len(rest), "is not what the checkpoint was made of"


def before(parents, heads):
    found, waiting = set(), list(heads)
    while waiting:
        digest = waiting.pop()
        if digest in parents and digest not in found:
            found.add(digest)
            waiting += parents[digest]
    return found


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as export:
        known = json.load(open(sys.argv[2], encoding="utf-8")) if len(sys.argv) > 2 else None  # noqa: SIM115
        for place, what in faults(export, known):
            print(f"event {place} {what}")
