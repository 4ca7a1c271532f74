"""The one file that runs on a machine without anything but Python: `make pyz` writes dist/halb.pyz.

It holds the wheel of the working tree and the packages that it needs, as they are installed beside this interpreter (so
building needs no network), in their pure Python form: what is compiled for one platform is left out, and each of these
packages has Python code for it. The same sources make the same file, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
NAME = "halb-wizard"
EXTRAS = ("", "kubernetes")
_COMPILED = (".so", ".pyd", ".pyc")
# What an installer notes about an installation; it would be wrong of another one.
_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
_WHEN = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say


def build(target: Path) -> None:
    """Write the file, executable, for every Python that halb runs on."""
    members = dict(sorted({**_vendored(), **_own()}.items()))
    digest = hashlib.sha256()
    for name, data in members.items():
        digest.update(b"%d %s %d\n" % (len(name), name.encode(), len(data)) + data)
    start = (Path(__file__).parent / "start.py").read_text(encoding="utf-8")
    members["__main__.py"] = start.replace("@BUILD@", digest.hexdigest()[:20]).encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for name, data in members.items():
                member = zipfile.ZipInfo(name, _WHEN)
                member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
                packed.writestr(member, data)
    target.chmod(0o755)


def _own() -> dict[str, bytes]:
    """The files of the wheel of the working tree, those for share/ (manual pages, completions) below share/."""
    with tempfile.TemporaryDirectory(prefix="halb-pyz-") as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            names = [name for name in wheel.namelist() if PurePosixPath(name).name not in _NOTES]
            return {re.sub(r"^[^/]+\.data/data/", "", name): wheel.read(name) for name in names}


def _vendored() -> dict[str, bytes]:
    """The installed files of the packages that halb needs, without what is compiled."""
    found: dict[str, bytes] = {}
    for package in _needed(distribution(NAME), EXTRAS, set()):
        for file in package.files or ():
            if ".." in file.parts or file.suffix in _COMPILED:
                continue
            if file.name in _NOTES and file.parts[0].endswith(".dist-info"):
                continue
            found[file.as_posix()] = Path(str(file.locate())).read_bytes()
    return found


def _needed(package: Distribution, extras: tuple[str, ...], seen: set[str]) -> Iterator[Distribution]:
    """What a package requires, and what that requires, each once."""
    for line in package.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if requirement.name in seen or not (marker is None or any(marker.evaluate({"extra": e}) for e in extras)):
            continue
        seen.add(requirement.name)
        other = distribution(requirement.name)
        yield other
        yield from _needed(other, ("", *requirement.extras), seen)
