"""The wheel in an environment of its own, compiled as an installer leaves it, for honest timings."""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def environment() -> Iterator[tuple[Path, dict[str, str]]]:
    """The folder of commands of a fresh environment, and the variables to run them with."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        folder = Path(name)
        _run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT)
        (wheel,) = folder.glob("*.whl")
        venv = folder / "venv"
        _run(sys.executable, "-m", "venv", "--without-pip", venv)
        _run(sys.executable, "-m", "pip", "--python", venv, "install", "--no-deps", "--no-index", wheel)
        _share_libraries(venv)
        yield venv / "bin", _surroundings(folder)


def _share_libraries(venv: Path) -> None:
    """Let the environment see the libraries of this one, but not its copy of the package."""
    (site,) = (venv / "lib").glob("python3*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for each in here.iterdir():
        if "triage" not in each.name and each.suffix != ".pth" and not (site / each.name).exists():
            (site / each.name).symlink_to(each)


def _surroundings(folder: Path) -> dict[str, str]:
    """No user's files, no agent's variables, and byte code as usual."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TRIAGE_STORE": str(folder / "bench.db"),
        "TRIAGE_SESSION": "bench",
        "TRIAGE_ACTOR": "bench",
        "LANG": "C.UTF-8",
    }


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
