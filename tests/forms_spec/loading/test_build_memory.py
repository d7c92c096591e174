"""Reading a dictionary again after a change gives what reading it anew gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from forms_spec.loader import LoadResult, load_study, read_study
from forms_spec.loading.build_memory import BuildMemory
from generator.dictionary.folder import read_dictionary
from tests.linked_study import FILES
from tests.soak import SEED, examples

CELLKINE = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
CHANGES = (
    ("forms/vs.yaml", "type: decimal", "type: decimel"),
    ("codelists.yaml", "SEX: {M: Male", "SEX: {X: Male"),
    ("study.yaml", "ND: ", "NOTDONE: "),
    ("forms/dm.yaml", "form: dm", "form: vs"),
    ("forms/vs.yaml", "fields:", "fields:\n  {"),
    ("codelists.yaml", "codelists:", "# a line more\ncodelists:"),
)
WORD = re.compile(r"[A-Za-z_]\w*|\d+|[=<>]+")


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


def test_whatever_is_typed_gives_what_a_first_reading_gives() -> None:
    assert not [item for item in load_study(FILES).findings if item.severity == "error"]
    memory = BuildMemory()
    read_study(FILES, memory=memory)
    for change, files in typed(examples(20, 1_000)):
        again = read_study(files, memory=memory).result
        assert again == read_anew(files), change


def typed(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The files after each of some changes: a word takes the place of another, a line
    goes or comes, a file goes, and now and then all is as it was.
    """
    random, files = Random(SEED), dict(FILES)
    words = sorted({word for text in FILES.values() for word in WORD.findall(text)})
    for _ in range(count):
        name = random.choice(sorted(files))
        text = files[name]
        match random.choice(["word"] * 5 + ["out", "in", "gone", "undo"]):
            case "word":
                old = random.choice([*WORD.finditer(text)])
                new = random.choice(words)
                files[name] = text[: old.start()] + new + text[old.end() :]
                change = f"{name}: {old.group()} at {old.start()} becomes {new}"
            case "out":
                lines = text.splitlines(keepends=True)
                change = f"{name}: without {lines.pop(random.randrange(len(lines)))!r}"
                files[name] = "".join(lines) or "\n"
            case "in":
                files[name], change = f"# A line more.\n{text}", f"{name}: a line more"
            case "gone":
                change = f"without {name}"
                del files[name]
            case _:
                change, files = "all as it was", dict(FILES)

        # So much is broken after a few changes that nothing is looked at any more.
        files = files if random.random() < 0.8 else dict(FILES)
        yield change, dict(files)
