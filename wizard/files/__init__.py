"""What halb-wizard keeps on the disk: the files that it writes, and drafts of unfinished plans."""

from __future__ import annotations

from wizard.files.diffs import diff
from wizard.files.drafts import DraftStore, Failure, SavedDraft, drop, load, save
from wizard.files.errors import ChangedError, StoreError
from wizard.files.merging import Merging, dropped, is_mergeable, merge_tree
from wizard.files.output import FileWritten, Written, write_tree

__all__ = [
    "ChangedError", "DraftStore", "Failure", "FileWritten", "Merging", "SavedDraft", "StoreError", "Written",
    "diff", "drop", "dropped", "is_mergeable", "load", "merge_tree", "save", "write_tree",
]  # fmt: skip
