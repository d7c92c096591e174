"""Reading a dictionary again after a change gives what reading it anew gives."""

from __future__ import annotations

from pathlib import Path

from forms_spec.loader import load_study, read_study
from forms_spec.loading.build_memory import BuildMemory
from generator.dictionary.folder import read_dictionary

CELLKINE = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
CHANGES = (
    ("forms/vs.yaml", "type: decimal", "type: decimel"),
    ("codelists.yaml", "SEX: {M: Male", "SEX: {X: Male"),
    ("study.yaml", "ND: ", "NOTDONE: "),
    ("forms/dm.yaml", "form: dm", "form: vs"),
    ("forms/vs.yaml", "fields:", "fields:\n  {"),
    ("codelists.yaml", "codelists:", "# a line more\ncodelists:"),
)


def test_a_change_and_its_undoing_give_what_a_first_reading_gives() -> None:
    files = dict(read_dictionary(CELLKINE).files)
    first = load_study(files)
    memory = BuildMemory()
    for name, old, new in CHANGES:
        changed = {**files, name: files[name].replace(old, new, 1)}
        assert changed != files
        assert read_study(changed, memory=memory).result == load_study(changed), name

    assert read_study(files, memory=memory).result == first
    without = {name: text for name, text in files.items() if name != "forms/vs.yaml"}
    assert read_study(without, memory=memory).result == load_study(without)
