"""Which passwords may be chosen, and passwords that the server makes up."""

from __future__ import annotations

import re
import secrets
from itertools import pairwise
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 200
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that look alike: a password is read from paper."""
PARTS, PART_LENGTH = 4, 4

COMMON: Final = frozenset(
    {
        *(
            "abc",
            "access",
            "admin",
            "administrator",
            "changeme",
            "clinical",
            "crfsmith",
        ),
        *("default", "dragon", "football", "hello", "hospital", "iloveyou", "letmein"),
        *("login", "master", "monkey", "nurse", "passphrase", "passw", "passwd"),
        *("password", "passwort", "princess", "qwerty", "qwertyuiop", "qwertz"),
        *("secret", "study", "sunshine", "superman", "test", "trial", "user"),
        *("welcome", "willkommen", "wachtwoord", "motdepasse", "azerty"),
        *("spring", "summer", "autumn", "winter", "january", "february", "march"),
        *("april", "june", "july", "august", "september", "october", "november"),
        *("december", "monday", "friday", "sunday"),
    }
)
"""Words that passwords are made of most often, as guessers know."""
ROWS: Final = ("1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl")
LOOKALIKES: Final = str.maketrans("013457@$!", "oleastasi")


def new_password() -> str:
    """A password to be shown once, such as ``k7md-x3qa-hv9p-2wtr``: 79 bits."""
    parts = []
    for _ in range(PARTS):
        signs = [secrets.choice(ALPHABET) for _ in range(PART_LENGTH)]
        parts.append("".join(signs))

    return "-".join(parts)


def password_fault(password: str, *, username: str, name: str) -> str:
    """What is wrong with a password that somebody chooses; blank when nothing is."""
    length = len(password)
    if length < SHORTEST:
        count = "1 character" if length == 1 else f"{length} characters"
        return f"The password has {count}. Use at least {SHORTEST}."
    if length > LONGEST:
        return f"The password is too long. Use at most {LONGEST} characters."

    letters = _letters(password)
    if any(_consists_of(letters, word) for word in _names(username, name)):
        return "The password is your own name. Choose one that others cannot guess."
    if _is_repeated(password) or _is_sequence(password):
        return (
            "The password repeats a few characters, or follows the keyboard or the "
            "alphabet. Choose one that others cannot guess."
        )

    common = next((word for word in sorted(COMMON) if _consists_of(letters, word)), "")
    if common:
        return (
            f"The password is “{common}” with other signs around it, which is guessed "
            "first. Choose several words that do not belong together."
        )

    return ""


def _letters(password: str) -> str:
    """The letters, with signs that stand for letters (``p4$$w0rd``) read as those.

    Digits and signs at both ends are decoration and go first.
    """
    # Digits inside may stand for letters, at the ends they rarely do.
    middle = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.casefold())
    return re.sub(r"[\W\d_]", "", middle.translate(LOOKALIKES))


def _names(username: str, name: str) -> set[str]:
    """The words of somebody's names, and all of them together."""
    texts = (username, name, *re.split(r"[\W\d_]+", f"{username} {name}"))
    words = {re.sub(r"[\W\d_]", "", text.casefold()) for text in texts}
    return {word for word in words if len(word) > 1}


def _consists_of(letters: str, word: str) -> bool:
    """Whether the letters are a word, forwards or backwards, once or repeated."""
    if not letters:
        return False

    guesses = {word, word[::-1]}
    return letters in guesses or _unit(letters) in guesses


def _unit(text: str) -> str:
    """What a text repeats: ``abc`` of ``abcabc``; the text itself where it repeats
    nothing.
    """
    if not text:
        return ""

    # A text comes up again in its double as soon as it is turned by what it repeats.
    length = (text + text).index(text, 1)
    return text[:length]


def _is_repeated(password: str) -> bool:
    return len(_unit(password)) <= PART_LENGTH


def _is_sequence(password: str) -> bool:
    """Whether nearly every character follows the one before on the keyboard or in the
    alphabet.
    """
    text = password.casefold()
    steps = [_follows(first, second) for first, second in pairwise(text)]
    return sum(steps) * 4 >= len(steps) * 3


def _follows(first: str, second: str) -> bool:
    if abs(ord(first) - ord(second)) <= 1:
        return True
    return any(first + second in row or second + first in row for row in ROWS)
