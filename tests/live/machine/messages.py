"""VRRP messages, made by hand."""

from __future__ import annotations

V2 = bytes.fromhex("21056e0100010b20c000020a0000000000000000")


def checksummed(data: bytes, pseudo: bytes = b"") -> bytes:
    """The message with its checksum put in."""
    blank = data[:6] + b"\0\0" + data[8:]
    whole = pseudo + blank
    total = sum(int.from_bytes(whole[at : at + 2], "big") for at in range(0, len(whole), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return data[:6] + (~total & 0xFFFF).to_bytes(2, "big") + data[8:]
