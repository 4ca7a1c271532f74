"""The addresses by which an editor names files, and their paths."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from pygls import uris


def path_of(uri: str) -> str | None:
    """The absolute path of a file, or None for what is not on the disk (`untitled:`, `git:`, a web address)."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or "\0" in unquote(parts.path):
            return None
        path = uris.to_fs_path(uri)
    except ValueError:
        return None
    return os.path.normpath(path) if path else None


def uri_of(path: str) -> str:
    """The address of a file."""
    return uris.from_fs_path(os.path.abspath(path)) or ""
