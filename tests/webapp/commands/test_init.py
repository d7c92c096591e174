"""``crfsmith init``: a study that runs, in one command, also from data."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec import load_study
from forms_spec.findings.finding import Finding
from forms_spec.model.fields import Field
from forms_spec.model.kind import Refusal
from generator.dictionary.folder import read_dictionary
from generator.dictionary.starter import DOMAINS
from tests.soak import examples
from webapp.commands import main
from webapp.preview import Watched, create_preview

VISITS = """\
subject_id,visit,Sample date,Hb (g/dL),WBC,Sex,Fasting?,Comment,Time,when
1,V1,2024-01-03,12.4,5,M,Y,,08:30,x
2,V1,2024-01-04,11.45,6,F,N,"sticky, haemolysed",09:15,y
3,V1,2024-01-05,NA,7,F,Y,,10:00,z
4,V1,2024-01-06,13,5,M,Y,,10:00,w
5,V1,2024-01-06,13.0,5,M,Y,,10:00,v
6,V1,2024-01-06,13.0,5,M,Y,,10:00,u
"""


def init(*arguments: str | Path) -> Result:
    arguments_as_text = [str(argument) for argument in arguments]
    return CliRunner().invoke(
        main, ["init", *arguments_as_text], catch_exceptions=False
    )


def findings(folder: Path) -> tuple[Finding, ...]:
    return load_study(read_dictionary(folder).files).findings


def test_a_new_study_is_clean_and_its_forms_can_be_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "walking"
    result = init(folder)
    assert result.exit_code == 0
    assert f"crfsmith preview {folder}" in result.output
    assert findings(folder) == ()

    page = create_preview(Watched(folder)).test_client().get("/", follow_redirects=True)
    assert page.status_code == 200
    assert "Vital signs" in page.text


@pytest.mark.parametrize("domains", [[domain] for domain in DOMAINS] + [list(DOMAINS)])
def test_every_domain_begins_a_form_without_findings(
    tmp_path: Path, domains: list[str]
) -> None:
    options = [word for domain in domains for word in ("--domain", domain.lower())]
    assert init(tmp_path / "s", *options).exit_code == 0
    assert findings(tmp_path / "s") == ()

    study = load_study(read_dictionary(tmp_path / "s").files).study
    assert study
    assert {form.domain for form in study.forms.values()} - {None} == set(domains)


def test_a_table_of_data_begins_a_form(tmp_path: Path) -> None:
    table = tmp_path / "Lab results.csv"
    table.write_text(VISITS)
    assert init(tmp_path / "s", "--data", table).exit_code == 0
    assert findings(tmp_path / "s") == ()
    assert (tmp_path / "s" / "forms" / "lab_results.yaml").read_text() == (
        "form: lab_results\n"
        "title: Lab results\n"
        "fields:\n"
        "  sample_date: {label: Sample date, type: date}\n"
        "  hb_g_dl: {label: Hb (g/dL), type: decimal, places: 2}\n"
        "  wbc: {label: WBC, type: integer}\n"
        "  sex: {label: Sex, type: choice, codes: [F, M]}\n"
        "  fasting: {label: Fasting?, type: yes_no}\n"
        "  comment: {label: Comment, length: 40}\n"
        "  time: {label: Time, type: time}\n"
        "  when_2: {label: When, length: 20}\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subject_id,visit\n1,V1\n", "no column besides its keys"),
        ("", "no column besides its keys"),
        (b"a\n\xff\n", "is not UTF-8"),
    ],
)
def test_a_table_that_begins_nothing_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(text.encode() if isinstance(text, str) else text)
    result = init(tmp_path / "s", "--data", table)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "s").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = init(tmp_path)
    assert result.exit_code == 2
    assert "is not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


CELLS = st.one_of(
    st.sampled_from(
        ["", "NA", "1", "-2", "007", "1.50", "1e5", "Y", "N", "yes", "8:30"]
    ),
    st.sampled_from(
        ["2024-02-29", "2023-02-29", "09:30", "a, b", "'", "#", "null", "é"]
    ),
    st.integers(-(10**6), 10**6).map(str),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30),
)
TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=70)


@settings(max_examples=examples(15, 300))
@given(st.data())
def test_a_guessed_field_takes_every_value_that_it_was_guessed_from(
    data: st.DataObject,
) -> None:
    header = data.draw(st.lists(TITLES, min_size=1, max_size=4))
    row = st.lists(CELLS, min_size=len(header) + 1, max_size=len(header) + 1)
    rows = data.draw(st.lists(row, max_size=8))
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "t.csv"
        with table.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([[*header, "last"], *rows])
        assert init(Path(name) / "s", "--data", table).exit_code == 0
        study = load_study(read_dictionary(Path(name) / "s").files).study

    assert study
    fields = study.tables["t"].fields
    keys = len(header) + 1 - len(fields)
    for column, field in enumerate(fields if keys == 0 else [fields[-1]]):
        place = column if keys == 0 else -1
        for cells in rows:
            assert takes(field, cells[place].strip())


def takes(field: Field, text: str) -> bool:
    """Whether a field accepts a value; what programs write for none is none."""
    blank = text in ("", "NA", "null")
    return blank or not isinstance(field.kind.parse(text, field), Refusal)
