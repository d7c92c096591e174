"""What each kind of event is called on a page, and its details in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from webapp.storage import EventKind, LoggedEvent

FORMS, SUBJECTS, QUERIES = "Forms", "Subjects", "Queries"
REVIEW = "Review"
SIGNING_IN, ACCOUNTS = "Signing in", "Accounts"
DICTIONARIES, TRANSFERS, SYSTEM = "Dictionaries", "Imports and exports", "System"

EVENT_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "form-saved": (FORMS, "Form saved"),
        "second-entry-saved": (FORMS, "Second entry saved"),
        "first-entry-read": (FORMS, "First entry read"),
        "second-entry-discarded": (FORMS, "Second entry discarded"),
        "entries-agreed": (FORMS, "Entered twice, no difference"),
        "entries-adjudicated": (FORMS, "Two entries adjudicated"),
        "file-added": (FORMS, "File added"),
        "randomized": (FORMS, "Randomized"),
        "subject-added": (SUBJECTS, "Subject added"),
        "text-redacted": (SUBJECTS, "Text taken out"),
        "query-opened": (QUERIES, "Query opened"),
        "query-answered": (QUERIES, "Query answered"),
        "query-commented": (QUERIES, "Query commented"),
        "query-closed": (QUERIES, "Query closed"),
        "query-reopened": (QUERIES, "Query reopened"),
        "query-cancelled": (QUERIES, "Query cancelled"),
        "frozen": (REVIEW, "Frozen"),
        "unfrozen": (REVIEW, "Unfrozen"),
        "locked": (REVIEW, "Locked"),
        "unlocked": (REVIEW, "Unlocked"),
        "signed": (REVIEW, "Signed"),
        "signature-broken": (REVIEW, "Signature broken"),
        "voided": (FORMS, "Voided"),
        "void-taken-back": (FORMS, "Voiding taken back"),
        "verified": (REVIEW, "Verified"),
        "verification-withdrawn": (REVIEW, "Verification taken back"),
        "verification-lost": (REVIEW, "Changed since verification"),
        "alert-seen": (REVIEW, "Alert seen"),
        "alert-mailed": (REVIEW, "Alert sent by mail"),
        "alert-not-mailed": (REVIEW, "Alert not sent by mail"),
        "seen": (REVIEW, "Form seen"),
        "signed-in": (SIGNING_IN, "Signed in"),
        "sign-in-refused": (SIGNING_IN, "Sign-in refused"),
        "signed-out": (SIGNING_IN, "Signed out"),
        "account-added": (ACCOUNTS, "Account added"),
        "account-closed": (ACCOUNTS, "Account closed"),
        "account-reopened": (ACCOUNTS, "Account reopened"),
        "account-locked": (ACCOUNTS, "Account locked"),
        "account-unlocked": (ACCOUNTS, "Account unlocked"),
        "role-changed": (ACCOUNTS, "Role changed"),
        "sites-changed": (ACCOUNTS, "Sites changed"),
        "email-changed": (ACCOUNTS, "E-mail address changed"),
        "password-changed": (ACCOUNTS, "Password changed"),
        "password-reset": (ACCOUNTS, "Password reset"),
        "code-required": (ACCOUNTS, "Code required"),
        "code-optional": (ACCOUNTS, "Code no longer required"),
        "second-factor-added": (ACCOUNTS, "Authenticator set up"),
        "second-factor-removed": (ACCOUNTS, "Authenticator taken away"),
        "recovery-codes-made": (ACCOUNTS, "Recovery codes made"),
        "recovery-code-used": (SIGNING_IN, "Recovery code used"),
        "dictionary-added": (DICTIONARIES, "Dictionary added"),
        "dictionary-used": (DICTIONARIES, "Dictionary in use"),
        "dictionary-kept": (DICTIONARIES, "Dictionary kept at a site"),
        "dictionary-released": (DICTIONARIES, "Dictionary released for a site"),
        "import-begun": (TRANSFERS, "Import begun"),
        "exported": (TRANSFERS, "Exported"),
        "printed": (TRANSFERS, "Printed"),
        "randomization-list-loaded": (SYSTEM, "Randomization list loaded"),
        "backed-up": (SYSTEM, "Backed up"),
        "restored": (SYSTEM, "Restored"),
        "log-begun": (SYSTEM, "Log begun"),
        "clock-accepted": (SYSTEM, "Clock accepted"),
        "guards-accepted": (SYSTEM, "Broken guards accepted"),
    }
)
"""By the value of a kind: the group in which it is looked for, and what it is called."""

if holes := sorted({kind.value for kind in EventKind} - set(EVENT_WORDS)):
    raise ImportError(f"EVENT_WORDS has no words for the events {', '.join(holes)}")

GROUPS: Final[Mapping[str, tuple[EventKind, ...]]] = MappingProxyType(
    {
        group: tuple(k for k in EventKind if EVENT_WORDS[k.value][0] == group)
        for group in dict.fromkeys(group for group, _ in EVENT_WORDS.values())
    }
)
"""The kinds by their groups, as a list offers them."""

NOT_SHOWN: Final = frozenset(
    {
        *("act", "added", "code_required", "entry", "format", "password", "saved"),
        *("redacted", "seal", "second_factor", "standing", "study", "text"),
        *("look", "mark", "double_act", "choices", "email", "randomization", "entry"),
    }
)
"""Details for programs: hashes that no page could compare, and what other columns say."""
FIRST: Final = (
    *("version", "status", "query", "account", "name", "role", "site", "list"),
    *("operator", "source"),
)
"""Details that say most, in this order; the others follow by their names."""
BARE: Final = frozenset({"name", "role", "status"})
"""Details that need no word before them."""
SAVES: Final = frozenset({EventKind.FORM_SAVED, EventKind.SECOND_ENTRY_SAVED})
HASHES: Final = frozenset({"dictionary", "digest", "sha256"})
SHORT: Final = 12


def event_title(kind: EventKind) -> str:
    """What a kind is called: ``Form saved``."""
    return EVENT_WORDS[kind.value][1]


def event_facts(event: LoggedEvent) -> str:
    """The details of an event in words: ``version 3, complete``."""
    names = [name for name in FIRST if name in event.details]
    names += [name for name in event.details if name not in FIRST]

    facts = []
    for name in names:
        detail = event.details[name]
        if detail in ("", None) or not _is_shown(event.kind, name):
            continue

        words = _detail(name, detail)
        if name not in BARE:
            words = f"{name.replace('_', ' ')} {words}"
        facts.append(words)

    return ", ".join(facts)


def _is_shown(kind: EventKind, name: str) -> bool:
    # A hash there, the file of a package elsewhere.
    if name == "source" and kind.value.startswith("query-"):
        return False
    # The history of the form tells where the dictionary changed.
    if name == "dictionary" and kind in SAVES:
        return False

    return name not in NOT_SHOWN


def _detail(name: str, detail: Any) -> str:
    if name in HASHES:
        return str(detail)[:SHORT]
    if isinstance(detail, list):
        return " ".join(map(str, detail))
    if isinstance(detail, Mapping):
        return " ".join(f"{key} {item}" for key, item in detail.items())
    return str(detail)
