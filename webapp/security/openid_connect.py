"""Talks with an OpenID Connect provider: authorization code flow with PKCE, state and
nonce.

The libraries of the extra ``oidc`` are imported when somebody signs in so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, Final

from generator.heavy_libraries import authlib, joserfc, requests
from webapp.installation.provider_settings import ProviderSettings, is_safe
from webapp.security.provider_steps import PendingSignIn, ProviderAway, ProviderRefusal

BACK: Final = "/sign-in/provider/back"
"""Where the provider sends people back."""
DISCOVERY: Final = "/.well-known/openid-configuration"
AUTHORIZE, TOKEN = "authorization_endpoint", "token_endpoint"
KEYS: Final = "jwks_uri"
METHODS: Final = "token_endpoint_auth_methods_supported"
SCOPES: Final = "openid profile email"
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
"""Signatures that only the provider can make: none by a secret that clients share."""
SECONDS: Final = 10
"""So long the provider may take for each answer."""
AT_ONCE: Final = 4
"""So many people wait for the provider together: pages still find a thread."""
CLOCKS_DIFFER: Final = 120
"""Seconds by which the clocks of both servers may differ."""
RANDOM_BYTES: Final = 32
EMAIL, IS_VERIFIED = "email", "email_verified"
AGAIN: Final = "Nobody was signed in. Sign in again."
CLAIM_WORDS: Final[Mapping[str, str]] = {
    "iss": "comes from another provider",
    "aud": "was made for another program",
    "azp": "was made for another program",
    "nonce": "belongs to another sign-in",
    "iat": "is not valid yet",
    "nbf": "is not valid yet",
}
"""What is wrong with a token, by the claim that does not fit."""


class OpenIdProvider:
    """A provider that this server is a client of."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._waiting = BoundedSemaphore(AT_ONCE)

    def ask(self, then: str) -> tuple[str, PendingSignIn]:
        """The address to which a browser goes to sign in, and what was asked there.

        ``ProviderAway`` when the provider does not say where that is.
        """
        pending = PendingSignIn(
            state=secrets.token_urlsafe(RANDOM_BYTES),
            nonce=secrets.token_urlsafe(RANDOM_BYTES),
            verifier=secrets.token_urlsafe(RANDOM_BYTES * 2),
            then=then,
        )
        with self._session() as session:
            described = self._described(session)
            address, _ = session.create_authorization_url(
                described[AUTHORIZE],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )

        return str(address), pending

    def username(self, code: str, pending: PendingSignIn, *, now: int) -> str:
        """Whom a code stands for, as the configured claim says. ``now`` is in seconds
        since 1970.

        ``ProviderRefusal`` when the provider, or what it sent, says no; ``ProviderAway``.
        """
        with self._session() as session:
            described = self._described(session)
            token = self._token(session, described, code, pending)
            keys = self._json(session, described[KEYS])

        claims = self._checked(token, keys, pending, now)
        return self._username(claims)

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """A client of the provider, for as many people at once as may wait."""
        if not self._waiting.acquire(blocking=False):
            raise ProviderAway("Many people sign in at this moment.")
        client = authlib.integrations.requests_client.OAuth2Session
        try:
            with client(
                self.settings.client,
                self.settings.secret,
                scope=SCOPES,
                redirect_uri=self.settings.address + BACK,
                code_challenge_method="S256",
                default_timeout=SECONDS,
            ) as session:
                yield session
        finally:
            self._waiting.release()

    def _described(self, session: Any) -> Mapping[str, Any]:
        """Where the provider has what, by its own description."""
        described = self._json(session, self.settings.issuer.rstrip("/") + DISCOVERY)
        if described.get("issuer") != self.settings.issuer:
            raise ProviderAway("The provider calls itself by another address.")
        for name in (AUTHORIZE, TOKEN, KEYS):
            if not is_safe(str(described.get(name, ""))):
                raise ProviderAway(f"The provider has no safe {name}.")

        return described

    def _json(self, session: Any, address: str) -> Mapping[str, Any]:
        try:
            answer = session.request(
                "GET", address, withhold_token=True, allow_redirects=False
            )
            content = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway("The provider does not answer.") from error

        if not isinstance(content, dict):
            raise ProviderAway("The provider gives an answer that cannot be read.")
        return content

    def _token(
        self,
        session: Any,
        described: Mapping[str, Any],
        code: str,
        pending: PendingSignIn,
    ) -> Mapping[str, Any]:
        """What the provider gives for a code."""
        methods = described.get(METHODS) or ["client_secret_basic"]
        if "client_secret_basic" not in methods:
            session.token_endpoint_auth_method = "client_secret_post"
        try:
            token = session.fetch_token(
                described[TOKEN],
                code=code,
                code_verifier=pending.verifier,
                allow_redirects=False,
            )
        except authlib.integrations.base_client.OAuthError as error:
            raise ProviderRefusal(
                "code not accepted",
                f"The provider did not accept this sign-in. {AGAIN}",
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway("The provider does not answer.") from error

        if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
            raise ProviderAway("The provider does not say who signed in.")
        return token

    def _checked(
        self, token: Mapping[str, Any], keys: Any, pending: PendingSignIn, now: int
    ) -> Mapping[str, Any]:
        """The claims of a token that the provider signed for this server, now, and for
        this sign-in.
        """
        decoded = _decoded(token["id_token"], keys)
        wanted = {
            "iss": {"essential": True, "value": self.settings.issuer},
            # Authlib itself does not look whose token it is.
            "aud": {"essential": True, "value": self.settings.client},
        }
        known = {
            "nonce": pending.nonce,
            "client_id": self.settings.client,
            "access_token": token.get("access_token"),
        }
        claims: Any = authlib.oidc.core.CodeIDToken(
            decoded.claims, decoded.header, wanted, known
        )
        try:
            claims.validate(now=now, leeway=CLOCKS_DIFFER)
        except joserfc.errors.ExpiredTokenError as error:
            raise _refusal("has expired") from error
        except joserfc.errors.ClaimError as error:
            fault = CLAIM_WORDS.get(error.claim, f"has no right {error.claim}")
            raise _refusal(fault) from error
        except (joserfc.errors.JoseError, TypeError, ValueError) as error:
            raise _refusal("is not valid now") from error

        return dict(claims)

    def _username(self, claims: Mapping[str, Any]) -> str:
        claim = self.settings.claim
        username = claims.get(claim)
        if not isinstance(username, str) or not username:
            raise ProviderRefusal(
                "no username",
                f"The provider does not say your username (“{claim}”). Tell the "
                "person who runs the server.",
            )
        # Somebody may have typed any address there.
        if claim == EMAIL and claims.get(IS_VERIFIED) is not True:
            raise ProviderRefusal(
                "e-mail not verified",
                "The provider has not verified your e-mail address. Ask the person who "
                "runs the provider.",
            )

        return username


def _decoded(token: str, keys: Any) -> joserfc.jwt.Token:
    """A token whose signature is by one of the provider's keys."""
    registry = joserfc.jws.JWSRegistry(
        algorithms=list(ALGORITHMS), strict_check_header=False
    )
    try:
        known = joserfc.jwk.KeySet.import_key_set(keys)
        return joserfc.jwt.decode(token, known, registry=registry)
    except (joserfc.errors.JoseError, ValueError, KeyError, TypeError) as error:
        raise _refusal("is not signed by it") from error


def _refusal(fault: str) -> ProviderRefusal:
    return ProviderRefusal(f"token {fault}", f"The provider's token {fault}. {AGAIN}")
