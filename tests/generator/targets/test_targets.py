"""The laws of every target. A new target is tested by being listed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from generator.targets.registry import (
    dictionary_targets,
    documentation_targets,
    records_targets,
)
from generator.targets.target import (
    DictionarySource,
    DictionaryTarget,
    DocumentationTarget,
    RecordsTarget,
    SourceFile,
    Target,
    WrittenDictionary,
)
from tests.generator.targets.studies import STUDIES, Captured
from tests.studies import study_of

COMMANDS = Path(__file__).parents[3] / "docs" / "commands.md"
DOCUMENTATION = documentation_targets().values()
DICTIONARIES = dictionary_targets().values()
RECORDS = records_targets().values()
OPTIONS: dict[str, tuple[str, tuple[Target, ...]]] = {
    "codebook": ("--format", tuple(DOCUMENTATION)),
    "convert": ("--to", tuple(DICTIONARIES)),
    "export": ("--as", tuple(RECORDS)),
}
"""The option of each command that chooses a target."""


def named(target: Target) -> str:
    return f"{target.name}{target.suffix}"


@pytest.fixture(params=STUDIES)
def captured(request: pytest.FixtureRequest) -> Captured:
    return STUDIES[request.param]()


@pytest.mark.parametrize("target", DOCUMENTATION, ids=named)
def test_documentation_is_the_same_each_time(
    target: DocumentationTarget, captured: Captured
) -> None:
    again = study_of(dict(captured.study.files))
    assert target.write(captured.study) == target.write(again)


def written(target: DictionaryTarget, captured: Captured) -> WrittenDictionary:
    source = DictionarySource(Path("study"), captured.study.files)
    return target.write(source)


@pytest.mark.parametrize("target", DICTIONARIES, ids=named)
def test_a_dictionary_is_the_same_each_time_and_lists_its_losses(
    target: DictionaryTarget, captured: Captured
) -> None:
    first = written(target, captured)
    assert first == written(target, captured)
    assert list(first.losses) == list(target.losses(captured.study))
    for loss in first.losses:
        assert loss.why in first.loss_list.replace("\\|", "|").replace("\\\\", "\\")


@pytest.mark.parametrize(
    "target", [target for target in DICTIONARIES if target.read], ids=named
)
def test_a_dictionary_that_was_read_back_is_written_alike(
    target: DictionaryTarget, captured: Captured, tmp_path: Path
) -> None:
    assert target.read is not None
    options = {option.name: None for option in target.read_options}
    contents = []
    for _ in range(3):
        content = written(target, captured).content
        assert content is not None
        contents.append(content)
        file = SourceFile(tmp_path / f"study{target.suffix}", content)
        back = target.read(file, options)
        assert back.usable
        captured = replace(captured, study=study_of(dict(back.files)))

    assert contents[1] == contents[2]


def records(target: RecordsTarget, captured: Captured, folder: Path) -> Path:
    folder.mkdir()
    file = folder / f"records{target.suffix}"
    target.write(captured, file)
    return file


def contents(file: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in file.parent.iterdir()}


@pytest.mark.parametrize("target", RECORDS, ids=named)
def test_records_are_the_same_each_time(
    target: RecordsTarget, captured: Captured, tmp_path: Path
) -> None:
    first = records(target, captured, tmp_path / "first")
    second = records(target, captured, tmp_path / "second")
    assert contents(first) == contents(second)


@pytest.mark.parametrize(
    "target", [target for target in RECORDS if target.read], ids=named
)
def test_records_that_were_read_back_are_written_alike(
    target: RecordsTarget, captured: Captured, tmp_path: Path
) -> None:
    assert target.read is not None
    files = []
    for number in range(3):
        files.append(records(target, captured, tmp_path / str(number)))
        forms = tuple(target.read(files[-1], captured.study))
        captured = replace(captured, forms=forms)

    assert files[1].read_bytes() == files[2].read_bytes()


@pytest.mark.parametrize("target", [*DOCUMENTATION, *RECORDS], ids=named)
def test_losses_name_what_the_study_has(target: Target, captured: Captured) -> None:
    study = captured.study
    fields = {
        f"{table.name}.{field.name}"
        for table in study.tables.values()
        for field in table.fields
    }
    for loss in target.losses(study):
        assert loss.field in {"*", *study.forms, *study.tables, *fields}
        assert loss.facet
        assert loss.why


@pytest.mark.parametrize("command", OPTIONS)
def test_every_target_is_documented(command: str) -> None:
    page = COMMANDS.read_text(encoding="utf-8")
    section = page.partition(f"\n## {command}\n")[2].partition("\n## ")[0]
    option, targets = OPTIONS[command]
    for target in targets:
        assert re.search(rf"`[^`]*{option} {target.name}\b[^`]*`", section), target.name
