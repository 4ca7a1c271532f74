"""What halb-wizard keeps on the disk: the files that it writes, and drafts of plans that are not finished."""

from __future__ import annotations

from wizard.store.diffs import diff
from wizard.store.drafts import Drafts, Failure, SavedDraft, drafts, drop, load, save
from wizard.store.errors import ChangedError, StoreError
from wizard.store.merging import Merging, is_mergeable, merge_tree
from wizard.store.output import FileWritten, Written, write_tree

__all__ = [
    "ChangedError", "Drafts", "Failure", "FileWritten", "Merging", "SavedDraft", "StoreError", "Written",
    "diff", "drafts", "drop", "is_mergeable", "load", "merge_tree", "save", "write_tree",
]  # fmt: skip
