"""What users install works: the wheel with the source away, and the editable install."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import triage

ROOT = Path(__file__).resolve().parent.parent

# One worker builds the wheel once, instead of each its own.
pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as a release would have it: built from the sdist, not from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _python("-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of commands of a fresh environment that holds the wheel and nothing else."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    _python("-m", "venv", "--without-pip", environment)
    _python("-m", "pip", "--python", environment, "install", "--no-deps", "--no-index", wheel)
    return environment / "bin"


@pytest.fixture(params=["wheel", "editable"])
def commands(request):
    """The folder of commands of each way to install."""
    if request.param == "wheel":
        return request.getfixturevalue("installed")
    return Path(sysconfig.get_path("scripts"))


@pytest.fixture
def run(commands, tmp_path):
    """Run a command of the installation in an empty folder, away from the source."""

    def run(command, *arguments):
        return _output([commands / command, *arguments], cwd=tmp_path, env=_surroundings(tmp_path))

    return run


def test_the_wheel_holds_every_template_and_the_types_marker(wheel):
    templates = {
        f"triage/templates/{path.relative_to(ROOT / 'templates').as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }

    names = set(zipfile.ZipFile(wheel).namelist())

    assert templates
    assert templates | {"triage/py.typed"} <= names


def test_the_wheel_holds_nothing_but_the_package(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert tops == {"triage", f"triagelog-{triage.__version__}.dist-info"}


def test_the_wheel_is_imported_from_where_it_is_installed(installed, tmp_path):
    where = _output(
        [installed / "python", "-c", "import triage; print(triage.__file__)"],
        cwd=tmp_path,
        env=_surroundings(tmp_path),
    )

    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_editable_install_keeps_no_copy_of_the_templates():
    assert not (Path(sysconfig.get_path("purelib")) / "triage").exists()


def test_the_version_is_the_same_everywhere(run):
    assert version("triagelog") == triage.__version__
    assert triage.__version__ in run("triage", "--version")


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_is_recorded_is_rendered(run, form):
    run("triage", "init")
    run("triage", "open", "First deploy of velvet")
    run("triage", "log", "Dispatched the workflow", "it waits for approval")

    document = run("triage", "render", "--format", form)

    assert "First deploy of velvet" in document
    assert "Dispatched the workflow" in document


@pytest.mark.parametrize("pins", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name)
def test_pins_name_no_address(pins):
    text = pins.read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "index-url" not in text


def _surroundings(home):
    """A stranger's environment; the libraries come from the one that runs the tests.

    Folders in PYTHONPATH have their ``.pth`` files ignored, so the editable install stays out.
    """
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
        "TRIAGE_ACTOR": "tester",
        "TRIAGE_SESSION": "packaging",
    }


def _python(*arguments):
    return _output([sys.executable, *arguments])


def _output(command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
