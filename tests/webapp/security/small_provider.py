"""A small OpenID Connect provider of real signed tokens, in a thread of the tests."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests.live_server import LiveServer

CLIENT, SECRET = "crfsmith", "the secret of the client, which is long enough"


class SmallProvider:
    """Signs in ``person`` whoever asks, at the time ``now``. What tests change: claims of
    the next tokens, who signs them, and whether proof keys (PKCE) are compared.
    """

    def __init__(self, now: datetime, *, host: str = "127.0.0.1") -> None:
        self.now, self.host = int(now.timestamp()), host
        self.key = ECKey.generate_key("P-256", {"kid": "first"}, auto_kid=False)
        self.reset()
        self.asked: dict[str, dict[str, str]] = {}
        self.server = LiveServer(self._app())

    def reset(self) -> None:
        self.person: str | None = "nurse"
        self.claims: dict[str, Any] = {}
        self.signer: Any = None
        self.algorithm = "ES256"
        self.compares_proof = self.counts_codes = True

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.server.port}"

    def _app(self) -> Flask:
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", "d", self._describe)
        app.add_url_rule("/keys", "k", self._keys)
        app.add_url_rule("/authorize", "a", self._authorize)
        app.add_url_rule("/token", "t", self._token, methods=["POST"])
        return app

    def _describe(self) -> ResponseReturnValue:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
        )

    def _keys(self) -> ResponseReturnValue:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def _authorize(self) -> ResponseReturnValue:
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.person is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe()
            self.asked[answer["code"]] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    def _token(self) -> ResponseReturnValue:
        client = request.authorization
        assert client is not None
        assert (client.username, client.password) == (CLIENT, SECRET)
        code = request.form["code"]
        asked = self.asked.get(code)
        if self.counts_codes:
            self.asked.pop(code, None)
        if asked is None or not self._proves(asked, request.form["code_verifier"]):
            return jsonify(error="invalid_grant"), 400
        assert request.form["redirect_uri"] == asked["redirect_uri"]

        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "248289", "nonce": asked["nonce"],
            "iat": self.now, "exp": self.now + 300, "preferred_username": self.person,
            **self.claims,
        }  # fmt: skip
        given = {name: value for name, value in claims.items() if value is not None}
        return jsonify(
            access_token="opaque", token_type="Bearer", id_token=self._signed(given)
        )

    def _proves(self, asked: dict[str, str], verifier: str) -> bool:
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return not self.compares_proof or asked["code_challenge"] == challenge

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            parts = (b'{"alg":"none"}', jsonify(claims).get_data())
            encoded = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
            return b".".join(encoded).decode() + "."
        header = {"alg": self.algorithm, "kid": "first"}
        return jwt.encode(
            header, claims, self.signer or self.key, algorithms=[self.algorithm]
        )


def shared_secret() -> OctKey:
    """The client's secret as a key, as who knows only that would sign."""
    return OctKey.import_key(SECRET, {"kid": "first"})
