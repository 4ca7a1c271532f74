"""What several rules share: comparing, wording, and reading the keyword tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.support.haproxy.checks import accepts_status, health_expectation
    from rules.support.haproxy.routing import API_PORT, ApiProxy, api_proxies
    from rules.support.haproxy.vocabulary import refused
    from rules.support.keepalived.lines import LinePlace, places
    from rules.support.keepalived.placeholders import is_placeholder

__all__ = [
    "API_PORT",
    "ApiProxy",
    "LinePlace",
    "accepts_status",
    "api_proxies",
    "health_expectation",
    "is_placeholder",
    "places",
    "refused",
]

__getattr__ = lazily(
    __name__,
    {
        "haproxy.checks": "accepts_status health_expectation",
        "haproxy.routing": "API_PORT ApiProxy api_proxies",
        "haproxy.vocabulary": "refused",
        "keepalived.lines": "LinePlace places",
        "keepalived.placeholders": "is_placeholder",
    },
)
