"""The documentation as a site: `make site` writes site/.

The documents stay where they are, with links that work in a checkout; the site is built of a copy of them in the same
folders. A link that leads nowhere, or to a heading that is not there, ends the build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_BESIDE = ("screenshots", "docs")
_LINKED = ("action.yml", "Containerfile", "LICENSE")


class SiteError(Exception):
    """The site can't be built; the text says why."""


def build(target: Path, root: Path = ROOT) -> None:
    """Write the site of a checkout to a folder, whose old content goes. Raises SiteError with what is wrong in it."""
    with tempfile.TemporaryDirectory(prefix="halb-site-") as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        for path in (*root.glob("*.md"), *(root / name for name in _LINKED)):
            shutil.copy(path, pages)
        for beside in _BESIDE:
            shutil.copytree(root / beside, pages / beside, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        shutil.copy(Path(__file__).parent / "mkdocs.yml", folder)
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target.absolute())]
        env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SiteError(done.stdout + done.stderr)
