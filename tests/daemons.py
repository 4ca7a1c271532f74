"""The real daemons, for the tests that compare with them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def require(name: str) -> Path:
    """The path of a daemon. Without it the test is skipped, except in CI (variable CI is set), where it fails."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI must have it")
        pytest.skip(reason)
    return Path(path)
