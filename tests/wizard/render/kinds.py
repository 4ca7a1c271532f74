"""Plans of other kinds than the article's."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

from tests.wizard.plans import ARTICLE

DUAL = ARTICLE._replace(
    vip6=ip_interface("fd00:2::140/64"),
    load_balancers=tuple(
        lb._replace(address6=ip_address(f"fd00:2::{number}"))
        for number, lb in enumerate(ARTICLE.load_balancers, start=1)
    ),
    vrrp=ARTICLE.vrrp._replace(auth_pass=None),
)
PODS = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(run="static-pod"), vrrp=ARTICLE.vrrp._replace(track="script"))
