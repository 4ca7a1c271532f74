"""Existing files of haproxy and keepalived -> a draft of the plan, and everything that a plan cannot express.

`import_files` is the one entry. It reads the nodes' facts, takes what a plan can hold into a `rules.plan.draft.Draft`,
and accounts for every other directive as a `Leftover`: nothing of the files is lost silently.
"""

from wizard.importer.model import Candidate, Conflict, Imported, Leftover, LeftoverKind, Place
from wizard.importer.run import import_files

__all__ = ["Candidate", "Conflict", "Imported", "Leftover", "LeftoverKind", "Place", "import_files"]
