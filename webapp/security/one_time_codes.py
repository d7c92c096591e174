"""One-time codes (TOTP, RFC 6238) of an authenticator, and recovery codes.

The secret that an authenticator shares with the server is sealed with a key that comes
from the server's own secret: a stolen database alone makes no code.
"""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app, request
from sqlalchemy import Connection

from webapp.security.passwords import new_password
from webapp.services import services
from webapp.storage.second_factors import (
    begin_second_factor,
    confirm_second_factor,
    factor_in,
    get_second_factor,
    take_code_step,
    take_recovery_code,
)
from webapp.storage.sign_ins import CodeAnswer, CodeAttempt, try_code

STEP: Final = 30
"""For so many seconds a code is shown."""
EARLIER_OR_LATER: Final = (0, -1, 1)
"""Half minutes whose code is taken: clocks of phones are not quite right."""
RECOVERY_CODES: Final = 10
NONCE, KEY = 12, 32
DIGITS: Final = 6


class SealBroken(ValueError):
    """A sealed secret cannot be opened: the server has another key than before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSecret:
    """What a new authenticator needs. ``text`` is for people who type it, ``picture`` an
    SVG of the same as a QR code.
    """

    text: str
    picture: str


def new_secret(username: str) -> NewSecret:
    """Makes a secret for an account, to be confirmed by a code of it."""
    secret = pyotp.random_base32()
    app = services()
    begin_second_factor(app.database, username, seal(secret, username))
    # The study's name tells people of several studies which code is which.
    address = pyotp.TOTP(secret).provisioning_uri(
        name=username, issuer_name=app.study.short
    )
    return _shown(secret, address)


def _shown(secret: str, address: str) -> NewSecret:
    """The secret in groups of four, and as a picture without any style of its own."""
    groups = (secret[start : start + 4] for start in range(0, len(secret), 4))
    picture = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return NewSecret(text=" ".join(groups), picture=picture)


def confirm_secret(username: str, typed: str, *, token: str) -> tuple[str, ...] | None:
    """Takes a new authenticator if the code is right, and gives its recovery codes; None
    for a wrong code. Other sessions than that of the token end.
    """
    database = services().database
    factor = get_second_factor(database, username)
    if factor is None or factor.is_confirmed:
        return None

    secret = unseal(factor.secret, username)
    step = step_of(secret, _plain(typed), database.clock())
    if step is None:
        return None

    codes = new_recovery_codes()
    confirm_second_factor(
        database, username, step=step, codes=kept_codes(codes), token=token
    )
    return codes


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to be shown once, each as hard to guess as a password."""
    return tuple(new_password() for _ in range(RECOVERY_CODES))


def kept_codes(codes: tuple[str, ...]) -> list[str]:
    """Recovery codes as they are compared: without hyphens."""
    return [_plain(code) for code in codes]


def look_at_code(username: str, typed: str) -> CodeAnswer:
    """Whether a one-time code or a recovery code is right, and was not used; each
    attempt counts.

    ``SealBroken`` if the server's key is another one than when the authenticator was
    set up.
    """
    code = _plain(typed)

    def take(connection: Connection, now: datetime) -> bool:
        if not _is_one_time(code):
            return take_recovery_code(connection, username, code, now)

        factor = factor_in(connection, username)
        if factor is None or not factor.is_confirmed:
            return False

        # A code that somebody looked at over a shoulder cannot be used once more.
        step = step_of(unseal(factor.secret, username), code, now)
        return step is not None and take_code_step(connection, username, step)

    attempt = CodeAttempt(username=username, address=request.remote_addr or "")
    return try_code(services().database, attempt, take)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute, counted from 1970, of which this is the code; None for a wrong
    one.
    """
    generator = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    step = int(now.timestamp()) // STEP
    for away in EARLIER_OR_LATER:
        right = generator.generate_otp(step + away)
        # In the same time whatever differs, so that nobody can guess digit by digit.
        if hmac.compare_digest(right.encode(), code.encode("utf-8", "replace")):
            return step + away

    return None


def _is_one_time(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def _plain(typed: str) -> str:
    """A code without what people type between its parts."""
    signs = filter(str.isalnum, typed.casefold())
    return "".join(signs)


def seal(secret: str, username: str) -> str:
    """A secret in 64 characters that only this server can open, for this account."""
    nonce = os.urandom(NONCE)
    bare = base64.b32decode(secret)
    sealed = AESGCM(_key()).encrypt(nonce, bare, username.encode("utf-8"))
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str, username: str) -> str:
    """The secret again; ``SealBroken`` with another key or for another account."""
    try:
        content = base64.urlsafe_b64decode(sealed)
        nonce, rest = content[:NONCE], content[NONCE:]
        bare = AESGCM(_key()).decrypt(nonce, rest, username.encode("utf-8"))
    except (InvalidTag, ValueError) as error:
        raise SealBroken("The server has another key than before.") from error
    return base64.b32encode(bare).decode("ascii")


def _key() -> bytes:
    """The key for secrets: another one than that of the cookies, from the same source."""
    own = str(current_app.secret_key).encode("utf-8")
    info = f"crfsmith one-time codes of {services().study.name}".encode()
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=info).derive(own)
