"""The OpenID Connect provider that signs people in beside their passwords, as the
environment says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from webapp.installation.mail import ADDRESS

ISSUER: Final = "CRFSMITH_OIDC_ISSUER"
CLIENT: Final = "CRFSMITH_OIDC_CLIENT"
SECRET_FILE: Final = "CRFSMITH_OIDC_SECRET_FILE"
CLAIM: Final = "CRFSMITH_OIDC_CLAIM"
NAME: Final = "CRFSMITH_OIDC_NAME"
USUAL_CLAIM: Final = "preferred_username"
USUAL_NAME: Final = "your organisation"
LIBRARIES: Final = ("authlib", "joserfc", "requests")
THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderSettingWrong(ValueError):
    """Nobody can be signed in so; the words say which setting is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderSettings:
    """``issuer`` is the provider's address, exactly as its tokens name it. ``client`` and
    ``secret`` are what it knows this server by. ``claim`` is what a token calls the
    username here, ``name`` what people call the provider. ``address`` is where the pages
    are, without a slash at its end: the provider sends people back there.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    address: str
    claim: str = USUAL_CLAIM
    name: str = USUAL_NAME


def provider_settings(environment: Mapping[str, str]) -> ProviderSettings | None:
    """What the environment says; None where people sign in by password alone.

    ``ProviderSettingWrong`` where a setting is missing or cannot be used.
    """
    issuer = environment.get(ISSUER, "")
    if not issuer:
        return None

    if not all(_is_installed(library) for library in LIBRARIES):
        raise ProviderSettingWrong(
            f"{ISSUER} needs a library. Run: pip install 'crfsmith[oidc]'"
        )
    address = environment.get(ADDRESS, "").rstrip("/")
    # Passwords of the provider's people hang on both addresses.
    for setting, given in ((ISSUER, issuer), (ADDRESS, address)):
        if not is_safe(given):
            raise ProviderSettingWrong(
                f"Set {setting} to an address that begins with https://"
            )
    client = environment.get(CLIENT, "")
    if not client:
        raise ProviderSettingWrong(f"Set {CLIENT} to the client ID of this server")

    return ProviderSettings(
        issuer=issuer,
        client=client,
        secret=_secret(environment.get(SECRET_FILE, "")),
        address=address,
        claim=environment.get(CLAIM, "") or USUAL_CLAIM,
        name=environment.get(NAME, "") or USUAL_NAME,
    )


def is_safe(address: str) -> bool:
    """Whether nobody can read along: HTTPS, or a server on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:  # a host that is none, such as one with a single bracket
        return False

    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in THIS_MACHINE)
    )


def _is_installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ModuleNotFoundError:  # one that is half removed
        return False


def _secret(file: str) -> str:
    """The client secret: a file, since everybody on a machine may see its environment."""
    if not file:
        raise ProviderSettingWrong(
            f"Set {SECRET_FILE} to the file of the client secret"
        )
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProviderSettingWrong(
            f"{SECRET_FILE} names {file}, which cannot be read: {error}"
        ) from error

    if not secret:
        raise ProviderSettingWrong(f"{SECRET_FILE} names {file}, which is empty")
    return secret
