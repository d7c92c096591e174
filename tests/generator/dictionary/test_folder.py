"""What is read from disk, and what is said of files that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.dictionary.folder import (
    LARGEST,
    UnreadableFolder,
    format_files,
    read_dictionary,
    rename_old_keys,
)
from generator.dictionary.formatter import EntryLayout


def write(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        file = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def test_every_yaml_file_is_read_whatever_its_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        study_yaml=b"study: T1\n",
        forms__vs_yaml="form: vs # é\n".encode(),
        forms__notes_txt=b"no",
    )
    (tmp_path / "more.yml").write_text("form: x\n", encoding="utf-8")
    read = read_dictionary(tmp_path)
    assert read.files == {
        "forms/vs.yaml": "form: vs # é\n",
        "more.yml": "form: x\n",
        "study.yaml": "study: T1\n",
    }
    assert read.findings == ()


def test_tables_are_read_from_their_own_folder(tmp_path: Path) -> None:
    write(tmp_path, study_yaml=b"study: T1\n", other__b=b"no")
    for name in ("tables/ctcae.csv", "subjects/a.csv", "forms/notes.csv", "x.csv"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"test,grade\r\n")
    assert read_dictionary(tmp_path).files == {
        "study.yaml": "study: T1\n",
        "tables/ctcae.csv": "test,grade\r\n",
    }
    format_files(tmp_path, EntryLayout.BLOCK)
    rename_old_keys(tmp_path)
    assert (tmp_path / "tables/ctcae.csv").read_bytes() == b"test,grade\r\n"


def test_data_and_hidden_files_are_no_dictionary(tmp_path: Path) -> None:
    write(
        tmp_path,
        study_yaml=b"study: T1\n",
        subjects__a_yaml=b"x",
        forms__subjects_yaml=b"form: s\n",
    )
    write(tmp_path / ".git", a_yaml=b"x")
    assert sorted(read_dictionary(tmp_path).files) == [
        "forms/subjects.yaml",
        "study.yaml",
    ]


@pytest.mark.parametrize(
    ("name", "data", "better"),
    [
        ("nrs.YAML", b"form: nrs\n", "nrs.yaml"),
        ("nrs.Yml", b"", "nrs.yaml"),
        ("nrs.txt", b"# Pain\n\nform: nrs\n", "nrs.yaml"),
        ("nrs.yaml.txt", b"\xef\xbb\xbfform: nrs\n", "nrs.yaml"),
        ("nrs", b"---\ncodelists: {}\n", "nrs.yaml"),
        ("notes.txt", b"Ask about the form: it is old.\n", None),
        ("Makefile", b"check:\n", None),
        ("README.md", b"form: see below\n", None),
    ],
)
def test_a_part_under_another_ending_is_told(
    tmp_path: Path, name: str, data: bytes, better: str | None
) -> None:
    write(tmp_path, study_yaml=b"study: T1\n")
    (tmp_path / name).write_bytes(data)
    found = read_dictionary(tmp_path).findings
    assert [one.code for one in found] == (["file-passed-over"] if better else [])
    assert all(f"Rename it to {better}," in one.remedy for one in found)


def test_line_endings_are_kept(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=b"form: x\r\ntitle: X\r")
    assert read_dictionary(tmp_path).files == {"a.yaml": "form: x\r\ntitle: X\r"}


def test_a_file_of_another_encoding_is_a_finding_at_its_first_bad_byte(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        a_yaml="form: x\ntitle: Fièvre\n".encode("latin-1"),
        b_yaml=b"form: y\n",
    )
    read = read_dictionary(tmp_path)
    assert list(read.files) == ["b.yaml"]
    assert [(found.code, str(found.text)) for found in read.findings] == [
        ("not-utf-8", "a.yaml:2:10")
    ]


def test_a_file_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=b"#" * (LARGEST + 1))
    assert [found.code for found in read_dictionary(tmp_path).findings] == [
        "file-too-large"
    ]


@pytest.mark.parametrize("path", ["nothing", "a.yaml", "empty"])
def test_no_folder_no_dictionary(tmp_path: Path, path: str) -> None:
    write(tmp_path, a_yaml=b"form: x\n")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFolder, match=path):
        read_dictionary(tmp_path / path)


def test_the_folder_around_a_dictionary_is_none_and_says_where_it_is(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        mine__study_yaml=b"study: T1\n",
        mine__forms__vs_yaml=b"form: vs\n",
        mkdocs_yaml=b"a: 1\n",
    )
    write(tmp_path, mine__subjects__a_yaml=b"subject: a\nvisits: {}\n")
    with pytest.raises(UnreadableFolder) as raised:
        read_dictionary(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} is not a dictionary: it has no study.yaml. "
        f"There is one in {tmp_path}/mine: give that folder"
    )


def test_the_folder_around_several_dictionaries_names_each(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, study_yaml=b"study: T1\n", vs_yaml=b"form: vs\n")
    with pytest.raises(UnreadableFolder, match=r"Give one of \S+/one and \S+/two$"):
        read_dictionary(tmp_path)


def test_a_dictionary_may_keep_its_study_and_its_forms_in_folders_of_their_own(
    tmp_path: Path,
) -> None:
    write(tmp_path, base__study_yaml=b"study: T1\n", forms__vs_yaml=b"form: vs\n")
    assert sorted(read_dictionary(tmp_path).files) == [
        "base/study.yaml",
        "forms/vs.yaml",
    ]
    write(tmp_path, forms__study_yaml=b"study: T2\n", vs_yaml=b"form: x\n")
    assert len(read_dictionary(tmp_path).files) == 4
