"""The version of the installed distribution."""

from __future__ import annotations


def version() -> str:
    """The version of `halb-wizard` that is installed, or "unknown" when run from a bare checkout."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("halb-wizard")
    except PackageNotFoundError:
        return "unknown"
