"""What halb-wizard keeps on the disk: the files that it writes, and drafts of plans that are not finished."""

from __future__ import annotations

from wizard.store.diffs import diff
from wizard.store.drafts import Drafts, Failure, SavedDraft, drafts, drop, load, save
from wizard.store.errors import ChangedError, StoreError
from wizard.store.output import FileWritten, Written, write_tree

__all__ = [
    "ChangedError", "Drafts", "Failure", "FileWritten", "SavedDraft", "StoreError", "Written",
    "diff", "drafts", "drop", "load", "save", "write_tree",
]  # fmt: skip
