"""The commands of `script`, `notify*` and `process`: from their words to what they test.

`programs` looks through wrappers such as `timeout` and `sudo`, `shell` reads the text of `sh -c`, `probes` knows what
each program tests, `tree` joins single tests and computes how they can end, `meaning` is what rules ask. The words
themselves are split by `parsers.keepalived.scripts`. Everything is pure and takes any text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.support.commands.meaning import CommandMeaning, meaning_of
    from rules.support.commands.tree import ProbeKind, SingleTest

__all__ = ["CommandMeaning", "ProbeKind", "SingleTest", "meaning_of"]

__getattr__ = lazily(__name__, {"meaning": "CommandMeaning meaning_of", "tree": "SingleTest ProbeKind"})
