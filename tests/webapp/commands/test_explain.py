"""``crfsmith explain``: every code, with an example that produces it."""

from __future__ import annotations

from click.testing import CliRunner, Result

from forms_spec.findings.catalogue import CATALOGUE
from webapp.commands import main


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], catch_exceptions=False)


def test_a_code_is_explained_with_its_example() -> None:
    result = explain("duplicate-key")
    assert result.exit_code == 0
    assert result.output.startswith("duplicate-key (error)\n")
    assert "      a: {label: Second}\n" in result.output


def test_every_code_has_its_explanation() -> None:
    for code in CATALOGUE:
        result = explain(code)
        assert result.exit_code == 0, code
        assert result.output.startswith(code)


def test_without_a_code_all_are_listed() -> None:
    lines = explain().output.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CATALOGUE)


def test_an_unknown_code_is_answered_with_the_nearest() -> None:
    result = explain("duplicate-keys")
    assert result.exit_code == 1
    assert 'Did you mean "duplicate-key"?' in result.output
