"""`python -m tests.tools.site [FOLDER]`: build the site (default: site/)."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.tools.site import ROOT, SiteError, build

target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "site"
try:
    build(target)
except SiteError as error:
    sys.exit(str(error))
print(f"{target / 'index.html'}")
