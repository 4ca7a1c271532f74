"""The request `GET /readyz`, and parsing its answer; no sockets here.

The answer comes from whatever listens: the status line is parsed strictly, and every read is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from rules.live.observations import IPAddress

_LONGEST_START = 2 * 1024  # bytes within which the status must arrive
_LARGEST_ANSWER = 8 * 1024  # /readyz lists its failed checks in about 3 kB
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")  # RFC 9112 section 4
_FAILED_CHECK = re.compile(rb"^\[-\]([\w./-]{1,80}) failed", re.MULTILINE)  # k8s.io/apiserver, server/healthz

Read = Callable[[], Awaitable[bytes]]  # some bytes, b"" at the end


def request_to(address: IPAddress, name: str) -> bytes:
    """The request, for the server `name`, or for the address if the name is ""."""
    host = name or (f"[{str(address).partition('%')[0]}]" if address.version == 6 else str(address))
    lines = ("GET /readyz HTTP/1.1", f"Host: {host}", "User-Agent: halb", "Accept: */*", "Connection: close", "", "")
    return "\r\n".join(lines).encode("ascii")


async def read_answer(read: Read) -> tuple[int, bytes]:
    """The status of the HTTP answer, and what was read for it.

    Raises EOFError if nothing comes, ValueError with a description for anything that is not HTTP, and what `read`
    raises.
    """
    data = b""
    while (status := _status(data)) is None:
        if len(data) > _LONGEST_START:
            raise ValueError(f"answers {shown(data)}, and so on endlessly")
        more = await read()
        if not more:
            raise EOFError if not data else ValueError(f"answers {shown(data)} and closes the connection")
        data += more
    return status, data


def _status(data: bytes) -> int | None:
    """The code of the first final response (RFC 9110 section 15.2: 1xx ones may precede it), None to continue
    reading.
    """
    while (line := _STATUS_LINE.match(data)) is not None:
        status = int(line[1])
        if status >= 200:
            return status
        _, end, data = data.partition(b"\r\n\r\n")
        if not end:
            return None
    if not b"HTTP/1.".startswith(data[:7]) or b"\n" in data:
        raise ValueError(f"answers {shown(data)}")
    return None


async def failed_checks(answer: bytes, read: Read) -> str:
    """Which of the API server's checks failed, as listed in the body, "" if it lists none."""
    while b"readyz check failed" not in answer and len(answer) < _LARGEST_ANSWER and (more := await read()):
        answer += more
    failed = [name.decode("ascii", "replace") for name in _FAILED_CHECK.findall(answer)]
    return f"failed: {', '.join(failed[:8])}" if failed else ""


def shown(data: bytes) -> str:
    """The beginning of what a server sent, for use in a message."""
    return ascii(data[:60].decode("latin-1").splitlines()[0] if data.strip() else "")
