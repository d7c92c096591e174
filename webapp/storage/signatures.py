"""Electronic signatures: who signed a form, a visit or a casebook, when, and with what
meaning (21 CFR 11.50), bound to what was signed (11.70).

A signature has the SHA-256 over the canonical bytes of everything that it is about: the
place, the seal of each form version under it, the meaning, the person and the time. It
fits nothing else. A later version of any of these forms breaks it, in the transaction
that saves the version; it stays, and shows that it is broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from forms_spec.model.roles import AlertKind
from forms_spec.model.signatures import LONGEST_MEANING
from webapp.storage.alerts import NewAlert, insert_alerts
from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.events import (
    Detail,
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    line_hash,
    log_head,
    utc_text,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.review_scopes import ReviewScope, scopes_of
from webapp.storage.sight import Sight, sees_form
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_reviewed
from webapp.storage.tables import (
    form_instance,
    form_version,
    plain,
    signature,
    signature_break,
)
from webapp.storage.users import User
from webapp.storage.voids import find_voids


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedForm:
    """A version of a form as it was signed; its seal stands for all that is in it."""

    key: InstanceKey
    version: int
    seal: str

    def as_details(self) -> dict[str, Detail]:
        """What is signed of it."""
        subject, form, visit, unsno = self.key
        return {
            "form": form,
            "seal": self.seal,
            "subject": subject,
            "unsno": unsno,
            "version": self.version,
            "visit": visit,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureBreak:
    """The save that broke a signature: the form's version, by whom, and when."""

    key: InstanceKey
    version: int
    username: str
    broken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSignature:
    """A signature. ``name`` is the person's as it was then.

    ``broken`` is the save that broke it; ``fits`` is False where what is stored is not
    what was signed although no save tells of it.
    """

    number: int
    scope: ReviewScope
    meaning: str
    username: str
    name: str
    signed_at: datetime
    digest: str
    event_number: int
    forms: tuple[SignedForm, ...]
    broken: SignatureBreak | None = None
    fits: bool = True

    @property
    def is_valid(self) -> bool:
        """Whether it still stands for what is stored."""
        return self.broken is None and self.fits

    def fresh_digest(self) -> str:
        """The SHA-256 that it has to have."""
        return signature_digest(
            self.scope, self.forms, meaning=self.meaning, username=self.username,
            name=self.name, signed_at=self.signed_at,
        )  # fmt: skip


class SignatureRefused(ValueError):
    """Nothing was signed. The words say why."""


def signature_digest(
    scope: ReviewScope,
    forms: Sequence[SignedForm],
    *,
    meaning: str,
    username: str,
    name: str,
    signed_at: datetime,
) -> str:
    """SHA-256 over the canonical bytes (RFC 8785) of a signature and all that it is
    about.
    """
    content: dict[str, Detail] = {
        "at": utc_text(signed_at),
        "forms": [form.as_details() for form in forms],
        "meaning": plain(meaning),
        "name": plain(name),
        "place": scope.event_place.as_details(),
        "username": plain(username),
    }
    return line_hash(canonical_json(content))


def fingerprint(forms: Iterable[SignedForm]) -> str:
    """Stands for some versions: two people see the same if they see the same one."""
    return line_hash(canonical_json({"forms": [form.as_details() for form in forms]}))


def forms_to_sign(database: Database, scope: ReviewScope) -> tuple[SignedForm, ...]:
    """The newest version of each form in a scope."""
    with database.read() as connection:
        return in_scope(newest_forms(connection, scope.subject), scope)


def sign(
    database: Database, scope: ReviewScope, *, user: User, meaning: str, seen: str
) -> StoredSignature:
    """Signs what stands in a scope, for a person who has proved who they are.

    ``seen`` is the fingerprint of the versions that the person saw. Raises
    ``SignatureRefused`` where there is nothing to sign, or something else by now.
    """
    if not meaning.strip() or len(meaning) > LONGEST_MEANING:
        raise SignatureRefused("Choose what your signature means, then sign again.")

    with database.write() as connection:
        now = stamp(connection, database.clock())
        forms = in_scope(newest_forms(connection, scope.subject), scope)
        if not forms:
            raise SignatureRefused("Nothing was captured here that could be signed.")
        if fingerprint(forms) != seen:
            raise SignatureRefused(
                "Somebody saved here since you opened this page. Read what is there now, "
                "then sign again."
            )

        number = (connection.execute(NEWEST_SIGNATURE).scalar() or 0) + 1
        digest = signature_digest(
            scope, forms, meaning=meaning, username=user.username, name=user.name,
            signed_at=now,
        )  # fmt: skip
        details: dict[str, Detail] = {
            "signature": number,
            "meaning": plain(meaning),
            "forms": len(forms),
            "digest": digest,
        }
        signed = NewEvent(
            kind=EventKind.SIGNED,
            username=user.username,
            place=scope.event_place,
            details=details,
        )
        append_events(connection, now, [signed])

        # The event comes first, as the signature names its number.
        row = {
            "id": number,
            "subjid": scope.subject,
            "visit": scope.visit,
            "unsno": scope.unsno,
            "form": scope.form,
            "meaning": meaning,
            "username": user.username,
            "name": user.name,
            "signed_at": now,
            "digest": digest,
            "event_number": log_head(connection).number,
            "forms": [[*form.key[1:], form.version, form.seal] for form in forms],
        }
        connection.execute(insert(signature), row)
        mark_reviewed(connection, [scope.subject])

        return _signature_of(row, None, {form.key: form for form in forms})


NEWEST_SIGNATURE = select(signature.c.id).order_by(signature.c.id.desc()).limit(1)


def break_signatures(
    connection: Connection,
    now: datetime,
    saved: Sequence[tuple[InstanceKey, int, str]],
) -> None:
    """Breaks the signatures over forms that are saved, in the transaction that saves
    them, and raises an alert for each. ``saved`` has the form, the version and who saved
    it.
    """
    standing = _standing(connection, saved)
    rows, events = [], []
    for key, version, username in saved:
        for row in [item for item in standing if _scope(item).covers(key)]:
            # A signature breaks once, with the first form that is saved under it.
            standing.remove(row)
            details: dict[str, Detail] = {"signature": row.id, "version": version}
            place = EventPlace(
                subject=key.subject, visit=key.visit, form=key.form, unsno=key.unsno
            )
            events.append(
                NewEvent(
                    kind=EventKind.SIGNATURE_BROKEN,
                    username=username,
                    place=place,
                    details=details,
                )
            )
            rows.append(
                {
                    "signature_id": row.id,
                    "visit": key.visit,
                    "unsno": key.unsno,
                    "form": key.form,
                    "version": version,
                    "username": username,
                    "broken_at": now,
                }
            )
            _alert_signers(connection, now, row, username)

    if not rows:
        return

    append_events(connection, now, events)
    first = log_head(connection).number - len(rows) + 1
    numbered = [
        {**row, "event_number": first + number} for number, row in enumerate(rows)
    ]
    connection.execute(insert(signature_break), numbered)


def _alert_signers(
    connection: Connection, now: datetime, row: Row[Any], username: str
) -> None:
    """The alert stands on what was signed, which somebody has to sign again."""
    signed = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
    broken = NewAlert(kind=AlertKind.BROKEN_SIGNATURE, cell="", value=str(row.id))
    insert_alerts(connection, now, signed, [broken], username=username)


def _standing(
    connection: Connection, saved: Sequence[tuple[InstanceKey, int, str]]
) -> list[Row[Any]]:
    """The signatures of the subjects that are not broken yet."""
    subjects = {key.subject for key, _, _ in saved}
    rows: Iterable[Row[Any]] = connection.execute(
        STANDING, {"subjects": sorted(subjects)}
    )
    return list(rows)


STANDING = (
    select(
        signature.c.id,
        signature.c.subjid,
        signature.c.visit,
        signature.c.unsno,
        signature.c.form,
    )
    .outerjoin(signature_break, signature_break.c.signature_id == signature.c.id)
    .where(
        signature_break.c.signature_id.is_(None),
        signature.c.subjid.in_(bindparam("subjects", expanding=True)),
    )
    .order_by(signature.c.id)
)


def signatures_of(database: Database, subject: str) -> tuple[StoredSignature, ...]:
    """Every signature over data of a subject, the oldest first."""
    with database.read() as connection:
        return find_signatures(connection, subject)


def seen_signatures(
    signatures: tuple[StoredSignature, ...], sight: Sight | None
) -> tuple[StoredSignature, ...]:
    """Signatures without those on forms that do not exist for somebody."""
    return tuple(item for item in signatures if sees_form(sight, item.scope.form))


def find_signatures(
    connection: Connection, subject: str
) -> tuple[StoredSignature, ...]:
    """The same, in a transaction under way."""
    query = SIGNATURES.where(signature.c.subjid == subject)
    rows = connection.execute(query).all()
    if not rows:
        return ()

    # Most subjects have no signature: their forms are not read for it.
    forms = newest_forms(connection, subject)
    return tuple(_signature_of(row._mapping, _break_of(row), forms) for row in rows)


SIGNATURES = (
    select(
        signature,
        *(
            signature_break.c[name].label(f"broken_{name}")
            for name in ("visit", "unsno", "form", "version", "username", "broken_at")
        ),
    )
    .outerjoin(signature_break, signature_break.c.signature_id == signature.c.id)
    .order_by(signature.c.id)
)


def newest_signatures(
    signatures: Iterable[StoredSignature],
) -> Mapping[ReviewScope, StoredSignature]:
    """By scope: the last signature, which is the one that counts."""
    return {item.scope: item for item in signatures}


def signatures_over(
    signatures: Iterable[StoredSignature], key: InstanceKey
) -> tuple[StoredSignature, ...]:
    """The signatures that count for a form: on itself, its visit and its casebook."""
    newest = newest_signatures(signatures)
    return tuple(newest[scope] for scope in scopes_of(key) if scope in newest)


def signature_counts(
    database: Database, subjects: Iterable[str]
) -> Mapping[str, tuple[int, int]]:
    """By subject: how many forms, visits and casebooks are signed, and of how many the
    signature is broken and not made again. By one query for all.
    """
    columns = (
        signature.c.subjid, signature.c.visit, signature.c.unsno, signature.c.form,
        signature_break.c.signature_id.label("broken"),
    )  # fmt: skip
    query = (
        select(*columns)
        .outerjoin(signature_break, signature_break.c.signature_id == signature.c.id)
        .where(signature.c.subjid.in_(sorted(subjects)))
        .order_by(signature.c.id)
    )
    with database.read() as connection:
        rows: Iterable[Row[Any]] = connection.execute(query)
        newest = {_scope(row): row.broken for row in rows}

    counts: dict[str, tuple[int, int]] = {}
    for scope, broken in newest.items():
        signed, lost = counts.get(scope.subject, (0, 0))
        is_broken = broken is not None
        counts[scope.subject] = (signed + (not is_broken), lost + is_broken)

    return counts


def _scope(row: Row[Any]) -> ReviewScope:
    return ReviewScope(row.subjid, row.visit, row.unsno, row.form)


def newest_forms(
    connection: Connection, subject: str
) -> Mapping[InstanceKey, SignedForm]:
    """The newest version of each form of a subject, without its answers."""
    rows = connection.execute(NEWEST_SEALS, {"subject": subject})
    voids = find_voids(connection, [subject])
    forms = {}
    for row in rows:
        key = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
        if voids.of_form(key) is None:
            forms[key] = SignedForm(key=key, version=row.number, seal=row.seal)

    return forms


NEWEST_SEALS = (
    select(
        form_instance.c.subjid,
        form_instance.c.form,
        form_instance.c.visit,
        form_instance.c.unsno,
        form_version.c.number,
        form_version.c.seal,
    )
    .join(form_version, form_version.c.instance_id == form_instance.c.id)
    .where(
        form_instance.c.subjid == bindparam("subject"),
        form_version.c.number == form_instance.c.version,
    )
)


def in_scope(
    forms: Mapping[InstanceKey, SignedForm], scope: ReviewScope
) -> tuple[SignedForm, ...]:
    """Sorted by what they are, so that the same forms give the same bytes."""
    return tuple(forms[key] for key in sorted(forms) if scope.covers(key))


def _break_of(row: Row[Any]) -> SignatureBreak | None:
    if row.broken_version is None:
        return None
    return SignatureBreak(
        key=InstanceKey(
            row.subjid, row.broken_form, row.broken_visit, row.broken_unsno
        ),
        version=row.broken_version,
        username=row.broken_username,
        broken_at=row.broken_broken_at,
    )


def _signature_of(
    row: Mapping[Any, Any],
    broken: SignatureBreak | None,
    stored: Mapping[InstanceKey, SignedForm],
) -> StoredSignature:
    """A signature beside what is stored now."""
    signed = replace(signature_of(row), broken=broken)
    # Seen anew each time: a change behind the triggers shows without a save.
    fits = signed.fresh_digest() == signed.digest
    if broken is None:
        fits = fits and in_scope(stored, signed.scope) == signed.forms
    return replace(signed, fits=fits)


def signature_of(row: Mapping[Any, Any]) -> StoredSignature:
    """A signature as it was made."""
    scope = ReviewScope(row["subjid"], row["visit"], row["unsno"], row["form"])
    forms = tuple(
        SignedForm(
            key=InstanceKey(scope.subject, form, visit, unsno),
            version=version,
            seal=seal,
        )
        for form, visit, unsno, version, seal in row["forms"]
    )
    return StoredSignature(
        number=row["id"],
        scope=scope,
        meaning=row["meaning"],
        username=row["username"],
        name=row["name"],
        signed_at=row["signed_at"],
        digest=row["digest"],
        event_number=row["event_number"],
        forms=forms,
    )
