"""``crfsmith check --fix``: old keys and types become the present ones, and nothing
else changes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_spec import load_study
from forms_spec.yaml_source.reader import with_present_names
from forms_spec.yaml_source.renamed_keys import (
    FIELD_KEYS,
    GROUP_KEYS,
    PATTERN_KEYS,
    RULE_KEYS,
    TYPES,
)
from webapp.commands import main

STUDY = (
    "study: T1\ntitle: Example\nsubject: {pattern: '\\d{2}-\\d{3}', example: 01-007}\n"
)
VISITS = "visits:\n  SCR: {title: Screening}\nschedule:\n  columns: SCR\n  x: X\n"
OLD_FORM = """\
form: x   # says: the comment keeps its words
title: "Pain, and what helps: shown as typed"
groups:
  g:
    shown: p is known
    'each': {type: choice, codes: [A, B], not_offered: [B]}
    fields:
      shown: Which   # a field may be called shown
      most: {label: Others, type: choices, codes: [A, B, C], "most": 2}
  h:
    fields:
      ok: {label: Seen, type: tick}
      vas: {label: "shown: how strong", type: vas, ends: [none, worst]}
      id: {label: Id, type: text, pattern: {matches: '[A-Z]', says: a capital}}
      p: {label: P, type: yes_no, default: N, checks: {}}
"""
NEW_FORM = """\
form: x   # says: the comment keeps its words
title: "Pain, and what helps: shown as typed"
groups:
  g:
    show_when: p is known
    'defaults': {type: choice, codes: [A, B], retired: [B]}
    fields:
      shown: Which   # a field may be called shown
      most: {label: Others, type: multiple_choice, codes: [A, B, C], "max_choices": 2}
  h:
    fields:
      ok: {label: Seen, type: checkbox}
      vas: {label: "shown: how strong", type: vas, anchors: [none, worst]}
      id: {label: Id, type: text, pattern: {matches: '[A-Z]', message: a capital}}
      p: {label: P, type: yes_no, default: N, checks: {}}
"""
OLD_RULES = """\
rules:
  says:
    on: [x.p]
    applies: ok
    holds: p = 'Y'
    says: 'holds: yes'
    severity: query
"""
NEW_RULES = """\
rules:
  says:
    on: [x.p]
    when: ok
    assert: p = 'Y'
    message: 'holds: yes'
    severity: query
"""


@pytest.mark.parametrize(("old", "new"), [(OLD_FORM, NEW_FORM), (OLD_RULES, NEW_RULES)])
@pytest.mark.parametrize("break_", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_names_change(old: str, new: str, break_: str, mark: str) -> None:
    written = (mark + old).replace("\n", break_)
    assert with_present_names(written) == (mark + new).replace("\n", break_)
    assert with_present_names(with_present_names(written)) == with_present_names(
        written
    )


def test_an_old_dictionary_means_the_same() -> None:
    files = {"study.yaml": STUDY, "visits.yaml": VISITS}
    old = load_study({**files, "x.yaml": OLD_FORM, "rules.yaml": OLD_RULES})
    new = load_study({**files, "x.yaml": NEW_FORM, "rules.yaml": NEW_RULES})
    assert old.study is not None
    assert new.study is not None
    assert [finding.code for finding in new.findings] == []
    assert {finding.code for finding in old.findings} == {"old-key", "old-type"}
    for name, field in old.study.tables["x"].form.by_name.items():
        twin = new.study.forms["x"].by_name[name]
        assert (
            field.type,
            field.retired,
            field.max_choices,
            field.anchors,
            field.pattern,
        ) == ((twin.type, twin.retired, twin.max_choices, twin.anchors, twin.pattern))
    assert old.study.rules["says"].message == new.study.rules["says"].message


def test_what_cdash_names_decide_is_said_in_the_study_file(tmp_path: Path) -> None:
    """Comments stay, and the subject's visits are what they were."""
    study = (
        STUDY + "# from the day of consent\nday_zero: x.d\nmissing: {ND: Not done}\n"
    )
    form = (
        "form: x\ntitle: Visit\nfields:\n  d: {label: Day, type: date, cdash: VISDAT}\n"
        "  why: {label: Why missed?, cdash: SVREASOC}\n"
        "  last: {label: Last day, type: date, cdash: DSSTDAT}\n"
    )
    texts = {"study.yaml": study, "visits.yaml": VISITS, "x.yaml": form}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    fixed = CliRunner().invoke(main, ["check", str(tmp_path), "--fix", "--strict"])
    assert "study.yaml: added visit and last_day" in fixed.output
    assert "No findings" in fixed.output

    written = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    assert written == study.replace(
        "day_zero: x.d\n",
        "day_zero: x.d\nvisit: {date: x.d, missed: x.why}\nlast_day: x.last\n",
    )
    old, new = (
        load_study(texts).study,
        load_study({**texts, "study.yaml": written}).study,
    )
    assert old is not None
    assert new is not None
    assert (old.visit_dating, old.last_day) == (new.visit_dating, new.last_day)


def test_each_old_name_is_one_finding_with_the_new_one() -> None:
    other = OLD_RULES.removeprefix("rules:\n").replace(
        "severity: query", "severity: warning"
    )
    rules = OLD_RULES + other.replace("  says:\n    on", "  other:\n    on")
    loaded = load_study(
        {
            "study.yaml": STUDY,
            "visits.yaml": VISITS,
            "x.yaml": NEW_FORM,
            "rules.yaml": rules,
        }
    )
    messages = [(str(finding.text), finding.message) for finding in loaded.findings]
    assert messages == [
        ("rules.yaml:4:5", '"applies" is now called "when" (2 times in this file)'),
        ("rules.yaml:5:5", '"holds" is now called "assert" (2 times in this file)'),
        ("rules.yaml:6:5", '"says" is now called "message" (2 times in this file)'),
    ]


def test_old_and_new_name_beside_each_other_are_refused() -> None:
    rules = OLD_RULES + "    message: Twice\n"
    loaded = load_study(
        {
            "study.yaml": STUDY,
            "visits.yaml": VISITS,
            "x.yaml": NEW_FORM,
            "rules.yaml": rules,
        }
    )
    assert loaded.study is None
    assert "duplicate-key" in {finding.code for finding in loaded.findings}


def test_a_text_that_only_looks_like_an_old_name_stays() -> None:
    text = "form: x\ntitle: T\nfields:\n  a: {label: &word choices, type: *word}\n"
    assert with_present_names(text) == text
    loaded = load_study({"study.yaml": STUDY, "visits.yaml": VISITS, "x.yaml": text})
    assert [finding.code for finding in loaded.findings] == ["unknown-type"]


def test_a_type_that_an_anchor_repeats_is_renamed_at_its_anchor() -> None:
    fields = "  a: {{label: A, type: &t {type}}}\n  b: {{label: B, type: *t}}\n"
    text = "form: x\ntitle: T\nfields:\n" + fields
    old, new = text.format(type="tick"), text.format(type="checkbox")
    assert with_present_names(old) == new
    study = load_study(
        {"study.yaml": STUDY, "visits.yaml": VISITS, "x.yaml": old}
    ).study
    assert study is not None
    assert {field.type.name for field in study.forms["x"].fields} == {"checkbox"}


def test_every_old_name_has_a_new_one_that_is_none() -> None:
    for names in (RULE_KEYS, FIELD_KEYS, GROUP_KEYS, PATTERN_KEYS, TYPES):
        assert not set(names) & set(names.values())


def test_the_command_renames_in_the_files(tmp_path: Path) -> None:
    for name, text in {
        "study": STUDY,
        "visits": VISITS,
        "x": OLD_FORM,
        "rules": OLD_RULES,
    }.items():
        (tmp_path / f"{name}.yaml").write_bytes(text.encode())
    first = check(tmp_path)
    assert "crfsmith check --fix" in first.output
    assert first.exit_code == 0
    fixed = check(tmp_path, "--fix")
    assert fixed.stdout == "T1: 6 fields, 1 form, 1 visit, 1 rule. No findings\n"
    assert (
        fixed.stderr == "rules.yaml: renamed 3 old names\nx.yaml: renamed 8 old names\n"
    )
    assert (tmp_path / "x.yaml").read_bytes() == NEW_FORM.encode()
    assert (tmp_path / "study.yaml").read_bytes() == STUDY.encode()
    assert check(tmp_path, "--fix").stderr == ""


def test_an_old_severity_is_renamed_where_it_is_one(tmp_path: Path) -> None:
    files = {
        "study.yaml": STUDY,
        "visits.yaml": VISITS,
        "x.yaml": "form: x\ntitle: X\nfields:\n"
        "  severity: {label: refuse, type: choice, codes: {refuse: 'No', ok: 'Yes'}}\n"
        "  a: {label: A, type: integer, range: [1, 9], "
        "checks: {range: {check: C1, severity: refuse}}}\n",
        "rules.yaml": "rules:\n  R1: {message: M, severity: refuse, assert: x.a < 5}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert check(tmp_path, "--fix").exit_code == 0

    form = (tmp_path / "x.yaml").read_text()
    assert form == files["x.yaml"].replace("severity: refuse}}", "severity: error}}")
    rules = (tmp_path / "rules.yaml").read_text()
    assert rules == files["rules.yaml"].replace("refuse", "error")


def test_a_file_that_is_no_yaml_is_left_alone(tmp_path: Path) -> None:
    broken = OLD_RULES + "  a: {b\n"
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "rules.yaml").write_text(broken)
    result = check(tmp_path, "--fix")
    assert result.exit_code == 1
    assert (tmp_path / "rules.yaml").read_text() == broken


def check(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(
        main, ["check", str(folder), *options], catch_exceptions=False
    )
