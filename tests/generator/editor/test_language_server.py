"""What a study designer gets from an editor, over the protocol of language servers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_spec.loader import load_study
from generator.dictionary.folder import read_dictionary
from tests.generator.editor.protocol_client import Editor, Refused, marked

CELLKINE = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
VS, DM, CHECKS = "forms/vs.yaml", "forms/dm.yaml", "rules/checks.yaml"
STUDY = "study.yaml"
"""Stays open meanwhile: a dictionary of which no file is open is forgotten, and read anew
when one is opened.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("study") / "cellkine"
    shutil.copytree(CELLKINE, folder)
    editor = Editor(folder)
    editor.open(STUDY)
    yield editor
    assert editor.quit() == 0


@pytest.fixture
def editor(server: Editor) -> Iterator[Editor]:
    """The same server with no file open but one; what a test opens is closed."""
    yield server
    for name in set(server.texts) - {STUDY}:
        server.close(name)
    server.diagnostics.clear()


def test_a_finding_is_where_it_is_typed_and_goes_when_it_is_mended(
    editor: Editor,
) -> None:
    assert editor.open(VS) == []
    finding, *others = editor.type(VS, "type: decimal", "type: decimel")
    assert marked(editor.texts[VS], finding["range"]) == "decimel"
    assert finding["code"] == "unknown-type"
    assert 'Did you mean "decimal"?' in finding["message"]
    assert others == [] or finding["severity"] == 1
    assert editor.type(VS, "decimel", "decimal") == []


def test_other_files_say_what_a_change_broke_in_them(editor: Editor) -> None:
    editor.open("codelists.yaml")
    editor.type("codelists.yaml", "\n  SEX:", "\n  SEXES:")
    [broken] = editor.diagnostics[DM]
    text = (editor.folder / DM).read_text()
    assert marked(text, broken["range"]) == "SEX"
    editor.type("codelists.yaml", "\n  SEXES:", "\n  SEX:")
    assert editor.diagnostics[DM] == []


def test_columns_are_right_behind_characters_that_utf_16_writes_as_two(
    editor: Editor,
) -> None:
    editor.open(DM)
    [finding] = editor.type(DM, "label: Sex, ", "label: 🫀 𝔖ex, lable: Sex, ")
    assert finding["code"] == "unknown-key"
    assert marked(editor.texts[DM], finding["range"]) == "lable"


def test_keys_types_and_names_are_offered_where_they_may_stand(editor: Editor) -> None:
    editor.open(VS)
    editor.type(VS, "fields:\n", "fields:\n      waist: {label: Waist, type: de}\n")
    assert "decimal" in editor.completions(VS, "type: de|}")
    assert "integer" in editor.completions(VS, "type: de|}")
    editor.type(VS, "type: de}", "type: decimal, }")
    keys = editor.completions(VS, "decimal, |}")
    assert {"range", "unit", "places", "show_when"} <= set(keys)
    # Taken keys, and those that no decimal number has, are not offered.
    assert not {"label", "type", "length", "codes"} & set(keys)
    editor.type(VS, "type: decimal, }", "type: choice, codes: }")
    assert "YNU" in editor.completions(VS, "codes: |}")
    editor.type(VS, "type: choice, codes: }", "type: integer, missing: [N]}")
    assert "ND" in editor.completions(VS, "missing: [N|]")
    editor.type(VS, "form: vs", "form: vs\nlo")
    assert "log" in editor.completions(VS, "vs\nlo|")


def test_a_rule_is_completed_with_fields_codes_visits_and_parameters(
    editor: Editor,
) -> None:
    editor.open(VS)
    editor.open(CHECKS)
    first = "rules:\n  NEW: {message: M, severity: query, assert: "
    editor.type(CHECKS, "rules:\n", f'{first}"vs.|"}}\n')
    editor.type(CHECKS, "vs.|", "vs.")
    assert "bmi" in editor.completions(CHECKS, 'assert: "vs.|"')
    editor.type(CHECKS, 'assert: "vs."', 'assert: "vs["')
    visits = editor.completions(CHECKS, 'assert: "vs[|"')
    assert "SCR" in visits
    assert "previous" in visits
    editor.type(CHECKS, 'assert: "vs["', 'assert: "dm.sex = "')
    assert {"'M'", "'F'"} <= set(editor.completions(CHECKS, 'dm.sex = |"'))
    editor.type(CHECKS, 'assert: "dm.sex = "', "assert: 'dm.sex = '''")
    [code] = [
        item
        for item in editor.at("completion", CHECKS, "dm.sex = ''|'")["items"]
        if item["label"] == "'F'"
    ]
    # In single quotes of YAML a quote is doubled, and what is typed is replaced.
    assert code["textEdit"]["newText"] == "''F''"
    assert marked(editor.texts[CHECKS], code["textEdit"]["range"]) == "''"
    editor.type(CHECKS, "assert: 'dm.sex = '''", 'assert: "vs.bmi < $"')
    assert "bmi_max" in editor.completions(CHECKS, 'vs.bmi < $|"')


def test_a_field_is_shown_with_its_answer_and_the_rules_that_read_it(
    editor: Editor,
) -> None:
    editor.open(VS)
    weight = editor.hover(VS, "\n      weight_vs|orres:")
    assert "field vs.weight_vsorres" in weight
    assert "Weight" in weight
    assert "`decimal`: decimal number" in weight
    assert "Range: " in weight
    assert "Read by" in weight
    assert "vs.bmi: value" in weight
    editor.open(DM)
    assert "`F` Female" in editor.hover(DM, "\n  se|x:")


def test_definitions_are_found_from_texts_of_rules_and_other_files(
    editor: Editor,
) -> None:
    editor.open("rules/criteria.yaml")
    name = "rules/criteria.yaml"
    assert editor.definition(name, "vs[SCR].temp|_vsorres") == [f"{VS}: temp_vsorres"]
    assert editor.definition(name, "v|s[SCR].temp") == [f"{VS}: vs"]
    assert editor.definition(name, "vs[S|CR].temp") == ["visits.yaml: SCR"]
    assert editor.definition(name, "$temp_m|ax_c") == ["study.yaml: temp_max_c"]
    editor.open("visits.yaml")
    columns = editor.texts["visits.yaml"].split("columns:")[1].split("SCR")[0]
    [visit] = editor.definition("visits.yaml", f"columns:{columns}SC|R")
    assert visit == "visits.yaml: SCR"
    assert editor.definition("visits.yaml", "\n  v|s:") == [f"{VS}: vs"]
    editor.open(DM)
    assert editor.definition(DM, "codes: SE|X") == ["codelists.yaml: SEX"]


@pytest.mark.parametrize(
    ("name", "mark", "new"),
    [
        (VS, "\n      bm|i:", "bodymass"),
        (VS, "form: v|s", "vitals"),
        ("codelists.yaml", "\n  YN|U:", "YESNOUNKNOWN"),
        ("visits.yaml", "\n  SC|R:", "FIRST_VISIT"),
    ],
)
def test_a_new_name_is_written_everywhere_and_nothing_else_changes(
    editor: Editor, name: str, mark: str, new: str
) -> None:
    editor.open(name)
    old = marked(editor.texts[name], editor.at("prepareRename", name, mark))
    changed = editor.edited(editor.at("rename", name, mark, newName=new))
    files = dict(read_dictionary(editor.folder).files)
    before = load_study(files)
    after = load_study({**files, **changed})
    assert before.study is not None
    assert after.study is not None
    assert [one.code for one in after.findings] == [one.code for one in before.findings]
    # The new name stands where the old one stood, and given back it leaves no trace.
    for file, text in changed.items():
        assert text.replace(new, old) == files[file]
        assert comments(text) == comments(files[file])


def comments(text: str) -> list[str]:
    return [line.partition(" #")[2] for line in text.splitlines() if " #" in line]


def test_labels_and_comments_keep_their_words(editor: Editor) -> None:
    editor.open(DM)
    editor.type(DM, "title:", "# the sex of a subject\ntitle:")
    editor.type(DM, "label: Sex", "label: sex is sex")
    changed = editor.edited(editor.at("rename", DM, "\n  se|x:", newName="gender"))
    assert "# the sex of a subject\n" in changed[DM]
    assert "label: sex is sex" in changed[DM]
    assert "\n  gender:" in changed[DM]


def test_an_answer_in_a_label_is_renamed_with_its_field(editor: Editor) -> None:
    editor.open(DM)
    editor.type(DM, "label: Sex", "label: Sex")
    editor.type(DM, "\n  sex:", "\n  why: {label: 'Why {sex}, not sex?'}\n  sex:")
    changed = editor.edited(editor.at("rename", DM, "\n  se|x:", newName="gender"))
    assert "'Why {gender}, not sex?'" in changed[DM]


@pytest.mark.parametrize(
    ("mark", "new", "why"),
    [
        ("\n      bm|i:", "weight_vsorres", "bmi"),
        ("\n      bm|i:", "and", "cannot be a name"),
        ("\n      bm|i:", "two words", "cannot be a name"),
        ("title|:", "heading", "Put the cursor"),
    ],
)
def test_a_name_that_would_break_the_study_is_refused(
    editor: Editor, mark: str, new: str, why: str
) -> None:
    editor.open(VS)
    with pytest.raises(Refused, match=why):
        editor.at("rename", VS, mark, newName=new)


def test_a_misspelt_name_is_mended_at_one_click(editor: Editor) -> None:
    editor.open(VS)
    before = editor.texts[VS]
    finding = editor.type(VS, "type: decimal", "type: decimel")[0]
    [fix] = editor.fixes(VS, finding)
    assert fix["title"] == 'Change to "decimal"'
    assert editor.edited(fix["edit"])[VS] == before


def test_old_keys_are_renamed_at_one_click(editor: Editor) -> None:
    name = "rules/agreement.yaml"
    editor.open(name)
    before = editor.texts[name]
    finding = editor.type(name, "message:", "says:")[0]
    first, every = editor.fixes(name, finding)
    assert first["title"] == 'Rename "says" to "message" in this file'
    assert editor.edited(first["edit"])[name] == before
    assert editor.edited(every["edit"])[name] == before


def test_what_cdash_names_decide_is_said_at_one_click(editor: Editor) -> None:
    before = editor.texts[STUDY]
    said = "visit: {date: sv.visdat, missed: sv.svreas}\n"
    editor.type(STUDY, said, "")
    editor.open("forms/sv.yaml")
    [finding] = editor.diagnostics["forms/sv.yaml"]
    assert finding["code"] == "decided-by-cdash-name"

    [fix] = editor.fixes("forms/sv.yaml", finding)
    assert fix["title"] == "Add visit to the study file"
    assert editor.edited(fix["edit"])[STUDY] == before
    editor.type(STUDY, "last_day:", f"{said}last_day:")


def test_a_field_that_dates_visits_is_renamed_where_they_are_dated(
    editor: Editor,
) -> None:
    editor.open("forms/sv.yaml")
    edit = editor.at("rename", "forms/sv.yaml", "svre|as:", newName="whynot")
    assert "missed: sv.whynot}" in editor.edited(edit)[STUDY]


def test_closing_without_saving_gives_the_saved_file_back(editor: Editor) -> None:
    editor.open("codelists.yaml")
    editor.open(VS)
    editor.type("codelists.yaml", "\n  SEX:", "\n  SEXES:")
    assert editor.diagnostics[DM]
    editor.close("codelists.yaml")
    editor.type(VS, "title:", "# x\ntitle:")
    assert editor.diagnostics[DM] == []


def test_a_dictionary_without_open_files_is_forgotten_with_its_findings(
    editor: Editor,
) -> None:
    editor.open(DM)
    editor.type(STUDY, "study:", "sites: 5\nstudy:")
    assert editor.diagnostics[STUDY]
    editor.close(DM)
    editor.close(STUDY)
    editor.open(DM)
    assert editor.diagnostics[STUDY] == []
    assert editor.diagnostics[DM] == []
    editor.open(STUDY)
