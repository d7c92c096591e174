"""Time stamps of heads, by a clock outside of crfsmith (RFC 3161).

A time stamp authority signs the SHA-512 of a head's file together with its own time. So a
head was there at that time, whatever the clock of the server said. The answer of the
authority is kept beside the head. It is checked without a network, and openssl reads it
too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography import x509

from generator.heavy_libraries import rfc3161_client
from webapp.installation.command_error import CommandError

SUFFIX: Final = ".tsr"
"""What the file of a stamp adds to the name of its head."""
SECONDS: Final = 30
LARGEST_ANSWER: Final = 1 << 20
GRANTED: Final = 0
SCHEMES: Final = ("http://", "https://")


class StampFault(ValueError):
    """A stamp is none for these bytes, or not by these certificates. The words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeStamp:
    """What an authority says: that it saw the bytes ``at`` this time, by its own clock."""

    at: datetime
    authority: str


def stamp_file(head: Path) -> Path:
    """The file of the stamp that belongs to the file of a head."""
    return head.with_name(head.name + SUFFIX)


def request_stamp(content: bytes, url: str) -> bytes:
    """Asks an authority for a stamp of some bytes. Gives its answer as it came.

    ``CommandError`` where there is none that fits the bytes.
    """
    if not url.startswith(SCHEMES):
        raise CommandError(f"{url} is not the address of a time stamp authority.")

    asked = _built_request(content)
    post = Request(
        url,
        data=asked.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    try:
        with urlopen(post, timeout=SECONDS) as answer:
            given: bytes = answer.read(LARGEST_ANSWER)
    except (URLError, OSError, ValueError) as error:
        why = str(getattr(error, "reason", error))
        raise CommandError(f"{url} gave no time stamp: {why}.") from error

    try:
        response = _decoded(given)
        _check_bytes(response, content)
        if response.tst_info.nonce != asked.nonce:
            raise StampFault("it answers another request")
    except StampFault as error:
        raise CommandError(f"{url} gave no time stamp: {error}.") from error

    return given


def _built_request(content: bytes) -> Any:
    try:
        builder = rfc3161_client.TimestampRequestBuilder()
    except ModuleNotFoundError as error:
        raise CommandError(
            "Time stamps need a library. Run: pip install 'crfsmith[stamps]'."
        ) from error

    return builder.data(content).build()


def check_stamp(content: bytes, stamp: bytes, certificates: bytes) -> TimeStamp:
    """Checks a stamp of some bytes by the certificates of its authority, as PEM.

    Those that signed themselves are trusted, the others lead there. Raises
    ``StampFault``.
    """
    response = _decoded(stamp)
    try:
        given = x509.load_pem_x509_certificates(certificates)
    except ValueError as error:
        raise StampFault("the certificates are not PEM") from error

    roots = [item for item in given if item.issuer == item.subject]
    between = [item for item in given if item.issuer != item.subject]
    if not roots:
        raise StampFault("no certificate is that of a root, which signs itself")

    _check_bytes(response, content)
    verifier = rfc3161_client.VerifierBuilder(roots=roots, intermediates=between)
    try:
        verifier.build().verify_message(response, content)
    except (rfc3161_client.VerificationError, ValueError) as error:
        raise StampFault(str(error).rstrip(".")) from error

    info = response.tst_info
    return TimeStamp(at=info.gen_time.astimezone(UTC), authority=_authority(response))


def _decoded(stamp: bytes) -> Any:
    """An answer that is a stamp."""
    try:
        response = rfc3161_client.decode_timestamp_response(stamp)
        status = response.status
    except ModuleNotFoundError as error:
        raise CommandError(
            "Time stamps need a library. Run: pip install 'crfsmith[stamps]'."
        ) from error
    except ValueError as error:
        raise StampFault("it is not an answer of RFC 3161") from error

    if status != GRANTED:
        words = "; ".join(response.status_string)
        raise StampFault(f"the authority refused ({words or f'status {status}'})")
    return response


def _check_bytes(response: Any, content: bytes) -> None:
    digests = {
        len(digest): digest
        for digest in (
            hashlib.sha256(content).digest(),
            hashlib.sha384(content).digest(),
            hashlib.sha512(content).digest(),
        )
    }
    stamped = response.tst_info.message_imprint.message
    if digests.get(len(stamped)) != stamped:
        raise StampFault("it is the stamp of other bytes")


def _authority(response: Any) -> str:
    """The name of whoever signed the stamp."""
    signers = response.signed_data.signer_infos
    for encoded in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(encoded)
        for signer in signers:
            if certificate.serial_number == signer.serial_number:
                return certificate.subject.rfc4514_string()

    return "an unnamed authority"
