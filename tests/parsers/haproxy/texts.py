"""Any text as haproxy.cfg, and all that can be read from one."""

from __future__ import annotations

from hypothesis import strategies as st

from parsers.facts.haproxy import HaproxyConfig

PIECES = st.sampled_from(
    [
        "global", "defaults", "frontend", "backend", "listen", "userlist", "resolvers", " x", " from", " a", " b", "\n",
        "\n", "\n ", "\r\n", "\r", "\t", " ", "\v", "\f", "\0", "\ufeff",
        '"', "'", "\\", "\\x41", "\\xZ", "\\ ", "#", "$",
        "${X}", "${X-d}", "${X[*]}", '"$X"', "$X", "{{", "}}", "{% for x %}", "{% endfor %}", ".if", ".elif", ".else",
        ".endif", ".notice", " 1", " 0", " defined(X)", " && ",
        "(", ")", "!", "[scope]", "[", "no ", "default ", "option",
        " httpchk", "server", " s", " 10.0.0.1:6443", " check",
        " inter", " 5s", "default-server", "server-template", "bind",
        " :6443", " [::]:1,a:2-3", "timeout", " client", "setenv",
        " X", " y z", "stats auth u:p", "mode", " tcp", "acl",
        "use_backend", "default_backend", "http-check send hdr Authorization x", "log global",
        "é", "\u00a0", "\udcff", "''",
    ]
)  # fmt: skip
CONFIGS = st.lists(PIECES, max_size=60).map("".join)
ANY_TEXT = st.one_of(CONFIGS, st.text(st.characters(codec=None, exclude_categories=()), max_size=200))


def read_all(config: HaproxyConfig) -> None:
    """Ask for everything once."""
    for proxy in [*config.defaults, *config.proxies]:
        for name in dir(type(proxy)):
            if isinstance(getattr(type(proxy), name), property) or name in vars(type(proxy)):
                getattr(proxy, name)
        for item in [*proxy.servers, *proxy.binds, *proxy.use_backends]:
            for name in dir(type(item)):
                if not name.startswith("_"):
                    getattr(item, name)
        if proxy.is_frontend:
            config.routes(proxy)
    for kind in config.kinds():
        config.named(kind)
    assert config.global_.stats_sockets is not None
    assert config.complete in (True, False)
