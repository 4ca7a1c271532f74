"""Messages and excerpts without secrets, and with everything else."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from parsers.source import Source
from rules.engine.secrets import HIDDEN, Secrets
from rules.text.wording import clipped

LINE = "http-request set-header X-Token Zk7pQ2xw9 if ok"


def about(text: str, secret: str) -> tuple[Secrets, Source]:
    """The secrets of a text in which `secret` is one, wherever it stands."""
    source = Source("haproxy.cfg", text)
    starts = [at for at in range(len(text)) if text.startswith(secret, at)]
    return Secrets(lambda: [source.span(at, at + len(secret)) for at in starts]), source


def test_a_message_hides_what_it_quotes_and_nothing_else() -> None:
    secrets, source = about(f"a\n{LINE}\n", "Zk7pQ2xw9")
    place = [source.span(2, 14)]
    assert secrets.message("'set-header' got 'Zk7pQ2xw9'", place) == f"'set-header' got '{HIDDEN}'"
    assert secrets.message("'X-Token:Zk7pQ2xw9' is wrong", place) == f"'X-Token:{HIDDEN}' is wrong"
    assert (
        secrets.message("unquoted Zk7pQ2xw9, of another line", [source.span(0, 1)])
        == f"unquoted {HIDDEN}, of another line"
    )


def test_a_clipped_word_does_not_show_the_ends_of_a_secret() -> None:
    secret = "Zk7pQ2xw9" * 20
    secrets, source = about(f"password {secret}\n", secret)
    message = clipped(f"'{secret}' is too long")
    assert secrets.message(message, [source.span(0, 1)]) == f"'{HIDDEN}…{HIDDEN}' is too long"


def test_an_ordinary_word_as_a_password_does_not_spoil_other_messages() -> None:
    secrets, source = about("auth_pass keepalived\ninterface keep\n", "keepalived")
    assert secrets.message("keepalived ignores 'keepalived'", [source.span(0, 1)]) == f"keepalived ignores '{HIDDEN}'"
    assert secrets.message("keepalived reads 'keep'", [source.span(21, 22)]) == "keepalived reads 'keep'"


def test_the_words_of_a_comment_behind_a_password_stay_words() -> None:
    secrets, source = about(
        "auth_pass x9 # the same on MASTER as on lb2.example.com\n", "x9 # the same on MASTER as on lb2.example.com"
    )
    message = "MASTER of lb2.example.com differs"
    assert secrets.message(message, [source.span(0, 1)]) == message


def test_overlapping_secrets_in_any_order_are_hidden() -> None:
    source = Source("a", "one two three four\n")
    secrets = Secrets(lambda: [source.span(8, 13), source.span(4, 9), source.span(8, 13)])
    assert secrets.line(source, 1) == "one *** ***** four"
    assert secrets.line(source, 1, short=True) == f"one {HIDDEN}{HIDDEN} four"


@example("000'", "0", "")
@given(st.text(min_size=4, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_no_message_quotes_a_secret(secret: str, before: str, after: str) -> None:
    assume("\n" not in secret and secret == secret.strip() and "'" not in before + after)
    text = f"x {secret} y"
    source = Source("a", text)
    secrets = Secrets(lambda: [source.span(2, 2 + len(secret))])
    shown = secrets.message(f"'{before}{secret}{after}' is wrong", [source.span(0, 1)])
    quoted = shown.removeprefix("'").removesuffix("' is wrong")
    assert secret not in quoted
