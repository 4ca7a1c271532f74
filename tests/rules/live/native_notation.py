"""What the daemons said, as an example writes it: a line `DAEMON NODE`, then its words.

With `own` behind the node, the files are this machine's:

keepalived lb1
(lb1/keepalived.conf: Line 6) (A) Priority not valid! must be between 1 & 255. Using default 100
"""

from __future__ import annotations

import re

from rules.live.native.answers import NativeAnswers, Told, read_haproxy, read_keepalived

_READERS = {"haproxy": read_haproxy, "keepalived": read_keepalived}


def read_native(text: str) -> NativeAnswers:
    """The answers of the daemons."""
    _, *parts = re.split(r"^(haproxy|keepalived) (\S+)( own)?\n", text, flags=re.MULTILINE)
    own = any(parts[2::4])
    told = zip(parts[::4], parts[1::4], parts[3::4], strict=True)
    return NativeAnswers(tuple(Told(daemon, node, _READERS[daemon](said)) for daemon, node, said in told), own=own)
