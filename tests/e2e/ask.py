"""Ask an API server on this machine's network: `python -m tests.e2e.ask ADDRESS PORT NAME` prints how far it got."""

from __future__ import annotations

import asyncio
import sys
from ipaddress import ip_address

from rules.live.observations import Probe
from rules.live.tls.servers import probe


async def _ask(address: str, port: int, name: str) -> Probe:
    return await probe(ip_address(address), port, name, asyncio.get_running_loop().time() + 2)


def main() -> None:
    """Print `alive`, or what came instead."""
    address, port, name = sys.argv[1:]
    found = asyncio.run(_ask(address, int(port), name))
    print("alive" if found.alive else f"{found.contact.value} {found.status or ''} {found.detail}")


if __name__ == "__main__":
    main()
