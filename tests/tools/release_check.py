"""Whether a release would work: `make release-check`.

Builds sdist and wheel from what git has, installs each into an environment of its own, and runs both commands from
there, away from the checkout. Prints the release notes of the version at the end.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = """\
[cluster]
endpoint = "kube.example.com"

[[control_plane]]
name = "cp1"
address = "192.0.2.21"

[vip]
address = "192.0.2.10/24"

[[lb]]
name = "lb1"
address = "192.0.2.11"
interface = "eth0"

[[lb]]
name = "lb2"
address = "192.0.2.12"
interface = "eth0"
"""


class CheckError(Exception):
    """The release would not work; the text says why."""


def declared_version() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def release_notes(version: str) -> str:
    """The section of CHANGELOG.md for a version, without its heading. Raises CheckError when there is none."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(
        rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    if found is None or not found[1].strip():
        raise CheckError(f"CHANGELOG.md has no section '## {version} - YYYY-MM-DD'")
    return found[1].strip()


def build(folder: Path) -> tuple[Path, Path]:
    """The wheel and the sdist, built in `folder` from the files that git tracks."""
    source = folder / "source"
    source.mkdir()
    archive = folder / "source.tar"
    subprocess.run(["git", "archive", "--output", archive, "HEAD"], cwd=ROOT, check=True)
    with tarfile.open(archive) as tar:
        tar.extractall(source, filter="data")
    subprocess.run([sys.executable, "-m", "hatchling", "build"], cwd=source, check=True, stdout=subprocess.DEVNULL)
    return next((source / "dist").glob("*.whl")), next((source / "dist").glob("*.tar.gz"))


def missing_from(wheel: Path) -> list[str]:
    """Tracked files of the three packages that the wheel lacks."""
    listed = subprocess.run(
        ["git", "ls-files", "parsers", "rules", "wizard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    return sorted(set(listed.stdout.split()) - names)


def install(package: Path, folder: Path) -> Path:
    """A clean environment with the package in it; returns its folder of commands."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip: list[str | Path] = [commands / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", package], cwd=folder, check=True)
    return commands


def try_commands(commands: Path, folder: Path, version: str) -> None:
    """Run both commands as a user would. Raises CheckError at the first that does not do what it has to."""
    plan = folder / "halb.toml"
    plan.write_text(PLAN, encoding="utf-8")
    demo = ROOT / "tests" / "cases" / "demo-pair"
    runs: Iterable[tuple[str, list[str], int, str]] = (
        ("halb-lint", ["--version"], 0, version),
        ("halb-wizard", ["--version"], 0, version),
        ("halb-lint", [str(demo)], 1, "XN002"),
        ("halb-lint", ["--explain", "XN002"], 0, "virtual_router_id"),
        ("halb-wizard", ["render", str(plan), "-o", str(folder / "out")], 0, ""),
        ("halb-lint", [str(folder / "out")], 0, ""),
        ("halb-wizard", [str(folder)], 2, "render"),  # no terminal here: it names the command to use instead
    )
    for name, arguments, status, expected in runs:
        done = subprocess.run(
            [commands / name, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        output = done.stdout + done.stderr
        if done.returncode != status or expected not in output:
            words = " ".join([name, *arguments])
            raise CheckError(f"'{words}': exit status {done.returncode}, expected {status} and '{expected}'\n{output}")


def main() -> int:
    """Check the release of the version in pyproject.toml; returns the exit status."""
    version = declared_version()
    try:
        notes = release_notes(version)
        if f"rev: v{version}" not in (ROOT / "README.md").read_text(encoding="utf-8"):
            raise CheckError(f"the pre-commit example in README.md does not have 'rev: v{version}'")
        with tempfile.TemporaryDirectory(prefix="halb-release-") as name:
            folder = Path(name)
            wheel, sdist = build(folder)
            if missing := missing_from(wheel):
                raise CheckError(f"the wheel lacks {', '.join(missing)}")
            for package in (wheel, sdist):
                where = folder / package.name.replace(".", "-")
                commands = install(package, where)
                try_commands(commands, where, version)
                print(f"{package.name}: both commands work in a clean environment")
    except CheckError as error:
        print(f"release-check: {error}", file=sys.stderr)
        return 1
    print(f"\nRelease notes of v{version}:\n\n{notes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
