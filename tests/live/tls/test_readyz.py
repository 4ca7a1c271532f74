"""Reading the answer to /readyz: strictly, in any pieces, and never without end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.live.tls.readyz import failed_checks, read_answer, request_to


class Pieces:
    """What a server sends, a piece at a time; after the last one the connection is closed."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.left = list(pieces)

    async def read(self) -> bytes:
        return self.left.pop(0) if self.left else b""


def status(*pieces: bytes) -> int:
    return asyncio.run(read_answer(Pieces(pieces).read))[0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nok", 200),
        (b"HTTP/1.0 403 Forbidden\r\n", 403),
        (b"HTTP/1.1 401 \r\n", 401),
        (b"HTTP/1.1 500\n", 500),
        (b"HTTP/1.1 503 Dienst nicht verf\xfcgbar\r\n", 503),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n", 200),
        (b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n", None),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 20_000, 200),
    ],
)
def test_status_lines(answer: bytes, code: int | None) -> None:
    for pieces in ([answer], [answer[i : i + 1] for i in range(len(answer))]):
        if code is None and len(pieces) > 1:
            with pytest.raises(ValueError, match="and so on endlessly"):
                status(*pieces)
        else:
            assert status(*pieces) == (code or 200)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/2 200 OK\r\n",
        b"HTTP/1.2 200 OK\r\n",
        b"HTTP/1.1  200 OK\r\n",
        b"HTTP/1.1 2000 OK\r\n",
        b"HTTP/1.1 20 OK\r\n",
        b"HTTP/1.1 600 OK\r\n",
        b"HTTP/1.1 +20 OK\r\n",
        b"HTTP/1.1 200\tOK\r\n",
        b"HTTP/1.1 200 O\rK\r\n",
        b"http/1.1 200 OK\r\n",
        b" HTTP/1.1 200 OK\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nno more\r\n",
        b"HTTP/1.1 200 OK",
        b"\0",
    ],
)
def test_what_is_no_status_line(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r"^answers ['\"]"):
        status(answer)


def test_no_answer_at_all() -> None:
    with pytest.raises(EOFError):
        status()


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=10), st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200"]))
def test_random_answers(pieces: list[bytes], start: bytes) -> None:
    try:
        assert 200 <= status(*([start] if start else []), *pieces) <= 599
    except ValueError as error:
        assert str(error).isprintable()  # noqa: PT017
        assert len(str(error)) < 350  # noqa: PT017
    except EOFError:
        assert not pieces
        assert not start


def failed(*pieces: bytes) -> str:
    return asyncio.run(failed_checks(b"", Pieces(pieces).read))


def test_failed_checks() -> None:
    assert failed(b"[+]ping ok\n[-]et", b"cd failed: reason withheld\nreadyz check failed\n", b"[-]x failed\n") == (
        "failed: etcd"
    )
    assert failed(b"[-]poststarthook/start-apiextensions-informers failed: not finished\n", b"[-]b failed: x\n") == (
        "failed: poststarthook/start-apiextensions-informers, b"
    )
    assert failed(b"\x1b[-]bad failed\n[-]\x1b[31m failed\nno [-]x failed") == ""
    assert failed(b"[-]a failed\n" * 10_000) == "failed: a, a, a, a, a, a, a, a"


def test_the_request_is_for_the_name_or_the_address() -> None:
    assert request_to(ip_address("10.0.0.1"), "kube.example.com").startswith(
        b"GET /readyz HTTP/1.1\r\nHost: kube.example.com\r\n"
    )
    assert b"\r\nHost: 10.0.0.1\r\n" in request_to(ip_address("10.0.0.1"), "")
    assert b"\r\nHost: [fe80::1]\r\n" in request_to(ip_address("fe80::1%eth0"), "")
