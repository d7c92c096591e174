"""Reading a dictionary again after a change gives what reading it anew gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forms_spec.loader import LoadResult, read_study
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


def read_anew(files: Mapping[str, str]) -> LoadResult:
    """What an empty memory gives; the suite shares one among large dictionaries."""
    return read_study(files, memory=BuildMemory()).result


def test_a_change_and_its_undoing_give_what_a_first_reading_gives() -> None:
    files = dict(read_dictionary(CELLKINE).files)
    first = read_anew(files)
    memory = BuildMemory()
    for name, old, new in CHANGES:
        changed = {**files, name: files[name].replace(old, new, 1)}
        assert changed != files
        assert read_study(changed, memory=memory).result == read_anew(changed), name

    assert read_study(files, memory=memory).result == first
    without = {name: text for name, text in files.items() if name != "forms/vs.yaml"}
    assert read_study(without, memory=memory).result == read_anew(without)
