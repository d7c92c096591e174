"""Answers that may stand once only: small and large packages, Frictionless and the page
say the same as a comparison of every answer with every other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

from frictionless import Package

from forms_spec import load_study
from forms_spec.evaluation.unique_values import Holder, UniqueIndex, unique_findings
from forms_spec.findings.finding import NOT_UNIQUE
from forms_spec.model.captured_data import FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.tables.losses import losses
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.package_cases import SAVED
from tests.soak import some

TEXT = r"""
study: KITS-01
title: A study with numbers that nobody shares
subject: {pattern: '\d{2}-\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven}
missing: {ND: Not done}
---
visits:
  D0: {title: Day 0}
  UNS: {title: Extra visit, type: unscheduled, repeats: true}
schedule:
  columns: D0 UNS
  kit:     X  o
---
form: kit
title: Kit
fields:
  kitno: {label: Kit number, missing: [ND], unique: study}
  hospno: {label: Hospital number, unique: site}
  tubeno: {label: Tube, type: decimal, places: 2, unique: subject}
  lot: {label: Lot, type: choice, codes: [A, B]}
  label: {label: Label, unique: {over: study, with: [lot]}, checks: {unique: {check: E7, severity: query}}}
groups:
  vials:
    rows: {max: 9}
    fields:
      vialno: {label: Vial, type: integer, unique: study}
      used: {label: Used on, type: partial_date, unique: {over: subject, with: [vialno]}}
"""
SCOPES = {
    ("kit", "kitno"): ("study", ("kitno",)),
    ("kit", "hospno"): ("site", ("hospno",)),
    ("kit", "tubeno"): ("subject", ("tubeno",)),
    ("kit", "label"): ("study", ("label", "lot")),
    ("vials", "vialno"): ("study", ("vialno",)),
    ("vials", "used"): ("subject", ("used", "vialno")),
}
ANSWERS = {
    "kitno": ("K1", "K2", "k1", "ND", "", "K 3"),
    "hospno": ("7", "8", ""),
    "tubeno": ("1.5", "1.50", "2", "x", ""),
    "lot": ("A", "B", ""),
    "label": ("one", "two", ""),
    "vialno": ("1", "2", "3", "4", ""),
    "used": ("2024", "2024-01", ""),
}
Cell = tuple[str, FormKey, str, int | None, str]
"""Subject, form, table, row and field."""


@cache
def study() -> Study:
    files = {f"{number}.yaml": text for number, text in enumerate(TEXT.split("---\n"))}
    loaded = load_study(files)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def random_forms(random: Random) -> list[CapturedForm]:
    """Forms of four subjects of two sites, with few different answers."""
    forms = []
    for subject in ("01-001", "01-002", "02-001", "02-002"):
        for key in (FormKey("kit", "D0", 0), FormKey("kit", "UNS", 1)):
            rows = tuple(
                Row(number=number, texts=answers(random, ("vialno", "used")))
                for number in range(1, random.randint(1, 3))
            )
            own = answers(random, ("kitno", "hospno", "tubeno", "lot", "label"))
            record = Record(texts=own, rows={"vials": rows} if rows else {})
            forms.append(form_of(subject, key, record))

    return sorted(forms, key=package_order(study()))


def answers(random: Random, names: Iterable[str]) -> dict[str, str]:
    drawn = {name: random.choice(ANSWERS[name]) for name in names}
    return {name: text for name, text in drawn.items() if text}


def form_of(subject: str, key: FormKey, record: Record) -> CapturedForm:
    return CapturedForm(
        site=subject[:2], subject=subject, key=key, status=1, version=1,
        record=record, saved_by="nurse", saved_at=SAVED,
    )  # fmt: skip


def compared_with_every_other(forms: list[CapturedForm]) -> set[Cell]:
    """The cells that another one equals, each compared with each."""
    given: list[tuple[Cell, str, tuple[str, ...]]] = []
    for form in forms:
        places = [("kit", None, form.record.texts)]
        places += [
            ("vials", r.number, r.texts) for r in form.record.rows.get("vials", ())
        ]
        for table, row, texts in places:
            for (where, field), (_, names) in SCOPES.items():
                values = tuple(texts.get(name, "") for name in names)
                if where == table and not {"", "ND", "x"} & set(values):
                    same = tuple(value.replace("1.50", "1.5") for value in values)
                    given.append(
                        ((form.subject, form.key, table, row, field), form.site, same)
                    )

    repeated = set()
    for cell, site, values in given:
        over = SCOPES[cell[2], cell[4]][0]
        for other, its_site, its_values in given:
            is_same_column = cell[2] == other[2] and cell[4] == other[4]
            is_reached = over == "study" or (
                site == its_site if over == "site" else cell[0] == other[0]
            )
            if cell != other and is_same_column and is_reached and values == its_values:
                repeated.add(cell)

    return repeated


def on_the_page(forms: list[CapturedForm]) -> dict[Cell, str]:
    """What the page of each form says, to somebody who sees all sites."""
    index = UniqueIndex()
    for form in forms:
        index.add_form(study(), Holder(form.site, form.subject, form.key), form.record)

    words = {}
    for form in forms:
        own = Holder(form.site, form.subject, form.key)
        for fault in unique_findings(
            study(),
            form.record,
            own,
            index.holders,
            lambda _: True,
        ):
            assert fault.data is not None
            place = (fault.data.table, fault.data.row, fault.data.field or "")
            words[form.subject, form.key, *place] = f"{fault.severity} {fault.message}"

    return words


def in_the_package(path: Path, large: int, engine: Engine) -> dict[Cell, str]:
    """What validation says of each cell."""
    report = validate_package(path, large=large, engine=engine, limit=1000)
    words = {}
    for item in report.findings:
        if item.finding.code == NOT_UNIQUE or item.finding.rule == "E7":
            key = FormKey("kit", str(item.key["visitid"]), int(item.key["unsno"]))
            row = item.key.get("rowno")
            number = None if row is None else int(row)
            cell = (
                str(item.key["subjid"]),
                key,
                item.table or "",
                number,
                item.field or "",
            )
            words[cell] = f"{item.finding.severity} {item.finding.message}"

    return words


def test_every_engine_finds_what_a_comparison_of_all_answers_finds(
    tmp_path: Path,
) -> None:
    for seed in some(range(60), 5):
        forms = random_forms(Random(seed))
        wanted = compared_with_every_other(forms)
        page = on_the_page(forms)
        assert set(page) == wanted

        path = tmp_path / str(seed)
        write_package(study(), forms, path)
        for large, engine in (
            (10**9, Engine.EMBEDDED),
            (0, Engine.EMBEDDED),
            (10**9, Engine.REFERENCE),
        ):
            assert in_the_package(path, large, engine) == page


def test_frictionless_alone_refuses_a_number_that_stands_twice(tmp_path: Path) -> None:
    """Where the schema says it, a program that knows nothing of us finds it, too; what the
    schema cannot say is a listed loss.
    """
    key, texts = FormKey("kit", "D0", 0), {"kitno": "K1", "hospno": "7"}
    forms = [
        form_of(subject, key, Record(texts=texts)) for subject in ("01-001", "01-002")
    ]
    write_package(study(), forms, tmp_path / "package")
    report = Package(str(tmp_path / "package" / "datapackage.json")).validate()
    errors = report.flatten(["rowNumber", "fieldName", "type"])
    assert errors == [[3, "kitno", "unique-error"]]

    lost = [loss.field for loss in losses(study()) if loss.facet == "unique"]
    assert lost == ["kit.hospno", "kit.tubeno", "kit.label", "vials.used"]


def test_names_no_subject_of_another_site() -> None:
    key, record = FormKey("kit", "D0", 0), Record(texts={"kitno": "K1"})
    index = UniqueIndex()
    for subject in ("01-001", "01-002", "02-001"):
        index.add_form(study(), Holder(subject[:2], subject, key), record)

    own = Holder("02", "02-001", key)
    (fault,) = unique_findings(study(), record, own, index.holders)
    assert fault.message == "“Kit number” is K1, and other subjects have the same."

    own = Holder("01", "01-001", key)
    (fault,) = unique_findings(study(), record, own, index.holders)
    assert fault.message == (
        "“Kit number” is K1, and subject 01-002 (Day 0) and another subject have the same."
    )
