"""The pages as data: every part of them is drawn by both writers."""

from __future__ import annotations

from pathlib import Path

from generator.paper import typst_process
from generator.paper.layout import Block, WritingSpace

TEMPLATE = Path(typst_process.__file__).with_name("forms.typ").read_text()


def test_the_template_draws_every_block_and_every_space() -> None:
    for table, parts in (("blocks", Block), ("spaces", WritingSpace)):
        listed = TEMPLATE.partition(f"#let {table} = (")[2].partition("\n)")[0]
        names = {line.partition(":")[0].strip() for line in listed.splitlines() if line}
        assert names == {part.__name__ for part in parts.__args__}


def test_characters_that_no_font_has_are_found_one_by_one() -> None:
    signs = set("aé–€中\ue000😀مא\x00Жλ")
    lacking = typst_process.lacking_signs(signs, "")
    assert lacking == {"中", "😀"}  # what is hidden is replaced in any case
