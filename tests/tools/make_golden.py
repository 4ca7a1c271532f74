"""Write the article's rendered files anew: `python -m tests.tools.make_golden`; a test compares with them."""

from __future__ import annotations

import shutil

from tests.programs import ROOT
from tests.wizard.plans import ARTICLE
from tests.wizard.rendered import put_files
from wizard.render.files import render

GOLDEN = ROOT / "tests" / "wizard" / "render" / "golden" / "article"


def main() -> None:
    """Replace the folder."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    # A checkout keeps no other mode than that of scripts; the modes are the test's own business.
    put_files(GOLDEN, {path: file._replace(mode=file.mode & 0o755) for path, file in render(ARTICLE).items()})


if __name__ == "__main__":
    main()
