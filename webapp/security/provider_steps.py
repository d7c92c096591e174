"""What passes between a sign-in and an OpenID Connect provider. Needs no library of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingSignIn:
    """What a provider was asked, and waits for its answer. ``state`` ties the answer to
    the browser, ``nonce`` the token to the question, ``verifier`` the code to this server.
    ``then`` is where the person wanted to go.
    """

    state: str
    nonce: str
    verifier: str
    then: str


class ProviderAway(RuntimeError):
    """The provider gave no answer that could be read. The words say what was asked."""


class ProviderRefusal(RuntimeError):
    """Nobody is signed in. The words are for the person; ``why`` is for the log."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why
