"""Which passwords may be chosen: the fault is named, and good ones have none."""

from __future__ import annotations

import pytest

from webapp.security.passwords import ALPHABET, new_password, password_fault


def fault(password: str) -> str:
    return password_fault(password, username="ines.p", name="Ines Investigator")


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "5 characters"),
        ("", "0 characters"),
        ("x" * 201, "200"),
        ("Investigator1", "own name"),
        ("investigator2024!", "own name"),
        ("ines investigator", "own name"),
        ("rotagitsevni77", "own name"),
        ("aaaaaaaaaaaa", "repeats"),
        ("abcabcabcabc", "repeats"),
        ("123456789012", "keyboard"),
        ("qwertyuiop12", "keyboard"),
        ("abcdefghijkl", "alphabet"),
        ("password1234", "password"),
        ("P4$$w0rd12345", "password"),
        ("PasswordPassword", "password"),
        ("Summer2024!!!!", "summer"),
        ("welcome-welcome", "welcome"),
    ],
)
def test_what_is_guessed_first_is_refused_and_named(password: str, word: str) -> None:
    assert word in fault(password)


@pytest.mark.parametrize(
    "password",
    [
        "seven green doors",
        "correct horse battery",
        "zomer op de fiets",
        "1f9a-77c2-e40b",
        "пароль из трёх слов",
        "cellkine-demo",
    ],
)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert fault(password) == ""


def test_a_made_up_password_is_readable_and_different_each_time() -> None:
    several = {new_password() for _ in range(50)}
    assert len(several) == 50
    assert {len(password) for password in several} == {19}
    assert set("".join(several)) <= {*ALPHABET, "-"}
    assert not any(fault(password) for password in several)
