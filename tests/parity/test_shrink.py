"""A case that failed is shown without what does not matter."""

from __future__ import annotations

from forms_spec.model.captured_data import FormKey, Record, Row
from tests.parity.shrink import Forms, shrunk


def test_only_what_matters_is_left() -> None:
    here, there = FormKey("home", "V2", 0), FormKey("far", "V1", 0)
    row = Row(number=1, texts={"x": "1", "y": "2"})
    forms = {
        here: Record(texts={"a": "1", "b": "2"}, rows={"r": (row,)}),
        there: Record(texts={"c": "3"}),
    }

    def still(left: Forms) -> bool:
        rows = left[here].rows.get("r", ()) if here in left else ()
        return any(one.texts.get("y") == "2" for one in rows)

    assert shrunk(forms, still) == {
        here: Record(rows={"r": (Row(number=1, texts={"y": "2"}),)})
    }
