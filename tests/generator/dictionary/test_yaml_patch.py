"""Changes in a YAML text: what is not changed stays as it was typed."""

from __future__ import annotations

import re
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_patch import patch_yaml, same_data
from tests.generator.targets.studies import STUDIES
from tests.soak import examples

TEXT = """\
# the head of the file
form: vs
title: 'Vital signs'    # quoted without need

fields:
  # taken first
  pulse: {label: Pulse, unit: /min}   # by hand
  # taken second
  temp:
    label: >-
      Temperature
      of the ear
    range: [33, 43]

# the end of the file
"""


def patched(change: str, text: str = TEXT) -> str:
    """The text after a change of its data, and that it is the data that was wanted."""
    data: Any = read_document("f", text).data
    exec(change, {"data": data, "fields": data["fields"]})
    result = patch_yaml("f", text, data)
    assert result.kept
    assert same_data(read_document("f", result.text).data, data)
    return result.text


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ("data['title'] = 'Signs: all'", "'Vital signs'", "'Signs: all'"),
        ("fields['pulse']['unit'] = '1/min'", "unit: /min", "unit: 1/min"),
        ("fields['temp']['range'] = ['34', None]", "[33, 43]", "[34, null]"),
        (
            "fields['temp']['label'] = 'Heat'",
            ">-\n      Temperature\n      of the ear",
            "Heat",
        ),
        ("fields['temp']['places'] = '1'", "43]\n", "43]\n    places: 1\n"),
        ("del fields['temp']['range']", "    range: [33, 43]\n", ""),
        ("fields['new'] = {'label': 'N'}", "43]\n", "43]\n  new: {label: N}\n"),
        (
            "fields['rate'] = fields.pop('pulse'); fields['temp'] = fields.pop('temp')",
            "  pulse:",
            "  rate:",
        ),
    ],
)
def test_a_change_is_written_where_it_belongs(change: str, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    assert patched(change) == TEXT.replace(old, new)
    with_breaks = TEXT.replace("\n", "\r\n")
    assert patched(change, with_breaks) == patched(change).replace("\n", "\r\n")


def test_entries_move_with_the_comments_above_them() -> None:
    assert patched("fields['pulse'] = fields.pop('pulse')").index("# taken second") < (
        TEXT.index("# taken second")
    )


def test_the_comment_above_a_deleted_entry_stays() -> None:
    text = patched("del fields['temp']")
    assert "# taken second" in text
    assert text.endswith("\n# the end of the file\n")


def test_what_stands_in_two_places_is_written_anew_and_said() -> None:
    text = "form: x   # shared\nfields:\n  a: &a {label: A}\n  b: *a\n"
    data = {"form": "x", "fields": {"a": {"label": "A"}, "b": {"label": "B"}}}
    result = patch_yaml("f", text, data)
    assert not result.kept
    assert read_document("f", result.text).data == data


VALUES = ("a: b", "#no", None, "", "two\nlines", "long " * 40, {"k": "v"}, ["q # r"])


def change_something(data: Any, random: Random) -> None:
    """Change, add, delete, rename or move an entry anywhere."""
    mappings = [data]
    for mapping in mappings:
        mappings += [value for value in mapping.values() if isinstance(value, dict)]

    mapping = random.choice([mapping for mapping in mappings if mapping])
    entries = list(mapping.items())
    place = random.randrange(len(entries))
    name, value = entries[place]
    change = random.choice(["add", "delete", "rename", "move"])
    if change == "add":
        entries.insert(place, ("new", random.choice(VALUES)))
    elif change == "delete" and entries[1:]:
        del entries[place]
    elif change == "rename":
        entries[place] = (f"{name} x", value)
    else:
        random.shuffle(entries)

    mapping.clear()
    mapping.update(entries)


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"^\s*(#.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("seed", range(examples(4, 200)))
def test_comments_survive_any_change_of_entries(seed: int) -> None:
    random = Random(seed)
    for name, text in STUDIES["cellkine"]().study.files.items():
        data = deepcopy(read_document(name, text).data)
        change_something(data, random)
        result = patch_yaml(name, text, data)
        assert result.kept
        assert same_data(read_document(name, result.text).data, data)
        # A deleted mapping takes the comments inside it along.
        assert len(comments(text)) - len(comments(result.text)) <= 8
