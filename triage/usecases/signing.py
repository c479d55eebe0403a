"""Signed checkpoints: what `ssh-keygen -Y` signs and verifies, with keys that people have anyway."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from triage.errors import NotAllowed, NotFound

NAMESPACE = "triage-checkpoint"
"""What a signature is for: one made for anything else does not hold."""
ENDING = ".sig"
SECONDS = 60


class Signers(NamedTuple):
    """Whose signatures count: a file of allowed signers, as ssh-keygen has it, or ''."""

    allowed: str = ""


def sign(data: bytes, key: str) -> bytes:
    """The signature of a checkpoint by an SSH key (or an agent's, by its public key)."""
    if not os.path.isfile(os.path.expanduser(key)):
        raise NotFound(
            f"no key at {key}", hint="sign.key in your triage.toml is an SSH key: ssh-keygen -t ed25519"
        )
    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        path = Path(folder) / "checkpoint.json"
        path.write_bytes(data)
        done = _run(["ssh-keygen", "-Y", "sign", "-f", os.path.expanduser(key), "-n", NAMESPACE, str(path)])
        if done.returncode:
            raise NotAllowed(
                f"ssh-keygen did not sign with {key}: {_first(done)}",
                hint="a key with a passphrase needs an agent",
            )
        return path.with_name(path.name + ENDING).read_bytes()


def signature_of(path: Path, signers: Signers) -> Iterator[str]:
    """What the signature beside a checkpoint says; nothing where there is none and none is asked for."""
    beside = path.with_name(path.name + ENDING)
    if not beside.is_file():
        if signers.allowed:
            raise NotAllowed(
                f"{path} is not signed", hint="publish it again with sign.key, or drop --signers"
            )
        return
    data = path.read_bytes()
    if not signers.allowed:
        done = _run(["ssh-keygen", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(beside)], data)
        if done.returncode:
            raise NotAllowed(
                f"the signature of {path} does not hold", hint="it was changed, or signed for another use"
            )
        yield "signed by a key that nobody vouched for here (--signers FILE)"
        return
    allowed = os.path.expanduser(signers.allowed)
    if not os.path.isfile(allowed):
        raise NotFound(f"no file of allowed signers at {allowed}", hint="a line of it: NAME ssh-ed25519 KEY")
    found = _run(["ssh-keygen", "-Y", "find-principals", "-s", str(beside), "-f", allowed])
    name = found.stdout.decode(errors="replace").strip().split("\n")[0]
    verify = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", name, "-n", NAMESPACE, "-s", str(beside)]
    if found.returncode or not name or _run(verify, data).returncode:
        raise NotAllowed(f"no allowed signer signed {path}", hint=f"see {allowed}")
    yield f"signed by {name}"


def _run(command: list[str], data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(command, input=data, capture_output=True, check=False, timeout=SECONDS)
    except FileNotFoundError as error:
        raise NotFound("no ssh-keygen on this machine", hint="install OpenSSH") from error
    except subprocess.TimeoutExpired as error:
        raise NotAllowed(
            "ssh-keygen waits for something", hint="a key with a passphrase needs an agent"
        ) from error


def _first(done: "subprocess.CompletedProcess[bytes]") -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"
