"""Captured forms of the small study, for tests of the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import (
    CapturedForm,
    CapturedQueryEntry,
    CapturedThread,
)
from forms_spec.model.fields import Form
from forms_spec.model.query_life import QueryAction
from generator.package.row_order import package_order
from generator.package.writer import package_writer, write_package
from generator.tables import layout
from tests.studies import small_study

SAVED = datetime(2024, 4, 2, 10, 30, tzinfo=UTC)
GOOD_VS = {
    "vsperf": "Y",
    "vsdat": "2024-04-02",
    "sysbp": "120",
    "temp": "36.5",
    "refer": "LEG;ARM",
}


def captured(
    key: str,
    texts: Mapping[str, str] | None = None,
    rows: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    *,
    subject: str = "01-001",
    status: int = 2,
) -> CapturedForm:
    """One form; ``key`` is ``vs SCR`` or ``vs UNS 2``, rows are numbered from 1."""
    form, visit, *number = key.split()
    numbered = {
        group: tuple(
            Row(number=at, texts=dict(row)) for at, row in enumerate(held, start=1)
        )
        for group, held in (rows or {}).items()
    }
    return CapturedForm(
        site=subject[:2],
        subject=subject,
        key=FormKey(form, visit, int(number[0]) if number else 0),
        status=status,
        version=1,
        record=Record(texts=dict(texts or {}), rows=numbered),
        saved_by="nurse",
        saved_at=SAVED,
    )


def clean_forms() -> list[CapturedForm]:
    """Two subjects with nothing wrong."""
    return [
        captured(
            "ae LOG",
            rows={"ae": [{"aeterm": "Headache,\nsevere", "aestdat": "2024-04-01"}]},
        ),
        captured(
            "vs SCR",
            GOOD_VS,
            {"reading": [{"pos": "SITTING", "pulse": "70"}, {"pos": "STANDING"}]},
        ),
        captured("lb SCR", {"lbcode": "AB12", "hb": "13.5"}),
        captured("vs UNS 1", {**GOOD_VS, "sysbp": "ND", "onset": "2019"}),
        captured("vs SCR", GOOD_VS, subject="02-001"),
    ]


def write(target: Path, forms: Sequence[CapturedForm]) -> Path:
    """A package of these forms, in whatever order they are given."""
    study = small_study()
    write_package(study, sorted(forms, key=package_order(study)), target)
    return target


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def _keys() -> list[FormKey]:
    study = small_study()
    keys = [
        FormKey(form, visit, 3 if study.visits[visit].repeats else 0)
        for form, visit in study.expectations
    ]
    return [
        *keys,
        *(FormKey(form.name, LOG, 0) for form in study.forms.values() if form.log),
    ]


def _record(form: Form) -> st.SearchStrategy[Record]:
    texts = st.fixed_dictionaries(
        {}, optional={field.name: words for field in form.fields if field.collected}
    )
    groups = {
        group.name: _rows([field.name for field in group.fields])
        for group in form.row_groups
    }
    cells = st.builds(CellKey, st.just(form.name), st.none() | st.integers(1, 9), words)
    return st.builds(
        Record,
        texts=texts,
        rows=st.fixed_dictionaries({}, optional=groups),
        kept=st.dictionaries(st.tuples(cells, words), words, max_size=2),
    )


def _rows(names: list[str]) -> st.SearchStrategy[tuple[Row, ...]]:
    row = st.builds(
        Row,
        number=st.integers(1, 10**9),
        texts=st.fixed_dictionaries({}, optional=dict.fromkeys(names, words)),
    )
    rows = st.lists(row, min_size=1, max_size=3, unique_by=lambda one: one.number)
    return rows.map(lambda held: tuple(sorted(held, key=lambda one: one.number)))


@st.composite
def any_forms(draw: st.DrawFn) -> list[CapturedForm]:
    """Forms with any texts whatever, right or wrong, sorted as a package has them."""
    study = small_study()
    places = st.tuples(
        st.sampled_from(["01-001", "01-002", "02-001"]), st.sampled_from(_keys())
    )
    forms = [
        CapturedForm(
            site=subject[:2],
            subject=subject,
            key=key,
            status=draw(st.integers(0, 2)),
            version=draw(st.integers(1, 10**6)),
            record=draw(_record(study.forms[key.form])),
            saved_by=draw(words),
            saved_at=draw(
                st.datetimes(
                    datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
                )
            ),
        )
        for subject, key in draw(st.lists(places, max_size=4, unique=True))
    ]
    return sorted(forms, key=package_order(study))


ASKED = datetime(2024, 4, 3, 9, 0, tzinfo=UTC)


def said(
    action: str, text: str, *, by: str = "monitor", hours: int = 0, **others: Any
) -> CapturedQueryEntry:
    """One entry of a query, so many hours after the first."""
    who = {"acted_by": "", "rule": "sys-high"} if by == "check" else {"acted_by": by}
    parts = {"rule": "", "assigned_role": "", "assigned_to": "", **who, **others}
    return CapturedQueryEntry(
        action=QueryAction(action),
        acted_at=ASKED + timedelta(hours=hours),
        text=text,
        **parts,
    )


def clean_threads() -> list[CapturedThread]:
    """A query on a field that was answered and closed, one of a check, and a comment on
    the subject.
    """
    about = {"code": "", "source": "", "basis": ""}
    return [
        CapturedThread(
            site="01",
            subject="01-001",
            key=FormKey("vs", "SCR", 0),
            cell=CellKey("vs", None, "sysbp"),
            query=1,
            entries=(
                said("opened", "Is it right?", assigned_role="coordinator"),
                said("answered", 'Yes, "120",\nsee chart', by="nurse", hours=2),
                said("closed", "", hours=3),
            ),
            **about,
        ),
        CapturedThread(
            site="01",
            subject="01-001",
            key=FormKey("vs", "SCR", 0),
            cell=CellKey("reading", 1, "pulse"),
            query=3,
            entries=(said("opened", "Unusual", by="check"),),
            **{**about, "code": "sys-high", "basis": "c" * 64},
        ),
        CapturedThread(
            site="02",
            subject="02-001",
            key=FormKey("", "", 0),
            cell=CellKey("", None, ""),
            query=2,
            entries=(said("commented", "Moved house", by="nurse"),),
            **about,
        ),
    ]


def write_with_threads(target: Path) -> Path:
    """The package of ``clean_forms`` with the queries of ``clean_threads``."""
    study = small_study()
    with package_writer(study, target, companions=[layout.QUERY_ENTRIES]) as writer:
        for form in sorted(clean_forms(), key=package_order(study)):
            writer.form(form)
        writer.threads(clean_threads())
        writer.finish()
    return target
