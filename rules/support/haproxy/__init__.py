"""What several rules on haproxy.cfg share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.support.haproxy.routing import API_PORT, ApiProxy, api_proxies
    from rules.support.haproxy.vocabulary import refused, unknown_lines

__all__ = [
    "API_PORT", "ApiProxy", "api_proxies", "refused", "unknown_lines",
]  # fmt: skip

__getattr__ = lazily(
    __name__,
    {
        "routing": "API_PORT ApiProxy api_proxies",
        "vocabulary": "refused unknown_lines",
    },
)
