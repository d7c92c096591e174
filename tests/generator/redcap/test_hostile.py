"""Whatever a file says: findings, never an error, and always a dictionary that our
checks accept.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.evaluation import judge
from forms_spec.evaluation.text_slots import page_words
from forms_spec.loader import load_study
from forms_spec.model.captured_data import Context, EmptyCasebook, Record
from generator.browser.form_json import form_spec
from generator.pages import form_html
from generator.redcap.convert import convert_redcap
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_file import KnownStructure
from generator.redcap.records.validate_records import validate_records
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import (
    FIELDS,
    TODAY,
    converted,
    dictionary,
    study_of,
)
from tests.soak import examples

GOOD = dictionary(
    *FIELDS, {"name": "x", "branching": "[sex] = '1' and [a] > 5", "section": "S"}
)
LOGIC = st.lists(
    st.sampled_from(
        ["[sex]", "[race(1)]", "[a]", "[e_arm_1][a]", "[a][2]", "[nowhere]", "=", "<>", ">", "and", "or",
         "(", ")", "'1'", "''", '"', "5", "if(", ",", "sum(", "datediff(", "'today'", "'y'", "^", "-", "//",
         "\n", "not", "[arm-number]", "[user-name]", "round(", "@", "’"]
    ),
    max_size=14,
)  # fmt: skip


@given(st.data())
@settings(max_examples=examples(8, 20), deadline=None)
def test_a_damaged_file_never_gives_an_error(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from(
                [b'"', b",", b"\r", b"\n", b"\x00", b"\xff", b"[", b"'", b"|", b""]
            )
        )
        content[at : at + data.draw(st.integers(0, 3))] = piece
    _converts(bytes(content))


TAGS = st.lists(
    st.sampled_from(
        ["@HIDDEN", "@READONLY", "@DEFAULT='1'", "@DEFAULT='[a]'", "@DEFAULT=2024-01-01", "@TODAY", "@NOW",
         "@USERNAME", "@PLACEHOLDER='{a}'", "@HIDECHOICE='1'", "@MAXCHECKED=1", "@NONEOFTHEABOVE=1",
         "@CHARLIMIT=3", "@WORDLIMIT=2", "@FORCE-MINMAX", "@IF([sex]='1', @HIDDEN, '')",
         "@IF(1=1, @DEFAULT='2', @READONLY)", "@IF(", "@CALCTEXT(if([a]>1,'x','y'))",
         "@CALCDATE([day],1,'d')"]
    ),
    max_size=4,
)  # fmt: skip
PIPED = st.lists(
    st.sampled_from(
        [
            "[sex]",
            "[race(1)]",
            "[e_arm_1][a]",
            "[a:value]",
            "{sex}",
            "{{a}}",
            "[nowhere]",
            "<b>",
            " ",
        ]
    ),
    max_size=5,
)
ASKED = st.sampled_from(
    ["text", "notes", "radio", "checkbox", "calc", "descriptive", "slider", "file"]
)
VALIDATED = st.sampled_from(["", "number", "date_ymd", "datetime_dmy", "time", "email"])


@given(TAGS, PIPED, ASKED, VALIDATED)
@settings(max_examples=examples(12, 40), deadline=None)
def test_any_tags_and_piped_texts_give_a_dictionary_with_pages(
    tags: list[str], piped: list[str], type_: str, validation: str
) -> None:
    text = "".join(piped)
    content = dictionary(
        *FIELDS,
        {
            "name": "x",
            "type": type_,
            "validation": validation if type_ == "text" else "",
            "choices": "[a]"
            if type_ == "calc"
            else "1, A | 2, B"
            if type_ in ("radio", "checkbox")
            else "",
            "label": text,
            "note": text,
            "section": text,
            "required": "y",
            "annotation": " ".join(tags),
        },
    )
    _converts(content)
    study = study_of(convert_redcap("d.csv", content))
    form = study.forms["base"]
    context = Context(
        today=TODAY,
        subject="1",
        visit=next(iter(study.visits)),
        casebook=EmptyCasebook(),
    )
    judged = judge(study, form, Record(), context)
    assert form_html(
        study, form, Record(), judged, words=page_words(study, form, Record(), context)
    )
    assert form_spec(study, form)


@given(LOGIC, LOGIC, st.text(max_size=30), st.text(max_size=20))
@settings(max_examples=examples(8, 20), deadline=None)
def test_any_logic_label_and_choices_give_a_dictionary(
    branching: list[str], equation: list[str], label: str, choices: str
) -> None:
    _converts(
        dictionary(
            *FIELDS,
            {
                "name": "x",
                "label": label,
                "branching": " ".join(branching),
                "annotation": f"@DEFAULT={label}",
            },
            {
                "name": "y",
                "type": "calc",
                "choices": " ".join(equation),
                "note": choices,
            },
            {
                "name": "z",
                "type": "checkbox",
                "choices": f"1, A | {choices} | 1",
                "section": label,
            },
            {
                "name": "w",
                "validation": "date_dmy",
                "minimum": choices,
                "maximum": label,
            },
            {"name": label, "form": choices, "matrix": label},
        )
    )


def _converts(content: bytes) -> None:
    found = convert_redcap("d.csv", content)
    if found.files:
        assert load_study(found.files).study is not None
        assert write_redcap(found.files, {"dictionary": content}).content is not None
    else:
        assert found.findings


@given(st.binary(max_size=200))
@settings(max_examples=examples(10, 30), deadline=None)
def test_any_bytes_as_a_dictionary(content: bytes) -> None:
    convert_redcap("d.csv", content)


STUDY = study_of(converted(*FIELDS))
RECORDS = b"record_id,sex,race___1,race___oth,a,day,base_complete\n1,1,0,1,2.5,2024-01-01,2\n2,9,x,,,,0\n"


@given(st.data())
@settings(max_examples=examples(10, 30), deadline=None)
def test_damaged_records_never_give_an_error(data: st.DataObject) -> None:
    content = bytearray(RECORDS)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.binary(max_size=2)
        )
    validate_records("r.csv", bytes(content), STUDY, today=TODAY)
    read_records(
        "r.csv",
        bytes(content),
        STUDY,
        structure=KnownStructure(events=False, repeats=False),
    )
