"""Out as a package and in again: nothing changes on the way, and nothing is refused in
silence.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from generator.validation.open_package import open_package
from tests.studies import small_study
from webapp.packages.export import captured_forms, export_package
from webapp.packages.import_forms import (
    FormPreview,
    Import,
    Imported,
    ImportOutcome,
    import_forms,
)
from webapp.storage import (
    Database,
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_attachment,
    add_subject,
    add_user,
    get_attachment,
    get_subject,
    history,
    load,
    open_database,
    save,
    snapshot,
    use_dictionary,
)

STUDY = small_study()
TODAY = date(2024, 6, 1)
VS = InstanceKey("01-001", "vs", "SCR")
KEPT = (CellKey("vs", None, "sysbp"), "above-expected")
TYPED = Record(
    texts={
        "vsperf": "Y",
        "vsdat": "2024-04-15",
        "sysbp": "170",
        "temp": " 38,I",
        "remark": 'a "b",\r\nc',
    },
    rows={"reading": (Row(number=2, texts={"pos": "SITTING", "pulse": "72"}),)},
    kept={KEPT: "measured twice"},
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two accounts, made once and copied for each test."""
    file = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    database = open_database(f"sqlite:///{file}")
    for user in ("nurse", "import"):
        add_user(
            database, username=user, name=user, role=Role.COORDINATOR, password="secret"
        )
    database.close()
    return file


def copy_of(file: Path, target: Path) -> Database:
    shutil.copy(file, target)
    return open_database(f"sqlite:///{target}")


@pytest.fixture
def here(tmp_path: Path, empty: Path) -> Iterator[Database]:
    """A database with one form that was saved twice, one log form, and a subject
    without forms.
    """
    database = copy_of(empty, tmp_path / "here.sqlite")
    use_dictionary(database, STUDY)
    for subjid in ("01-001", "02-001"):
        add_subject(database, subjid=subjid, site=subjid[:2], user="nurse")
    keep(
        database,
        VS,
        Record(texts={"vsperf": "Y"}, rows={"reading": (Row(number=1, texts={}),)}),
    )
    keep(database, VS, TYPED, base=1)
    log = Record(rows={"ae": (Row(number=1, texts={"aeterm": "Fall"}),)})
    keep(database, InstanceKey("01-001", "ae", LOG), log, status=Status.COMPLETE)
    yield database
    database.close()


@pytest.fixture
def there(tmp_path: Path, empty: Path) -> Iterator[Database]:
    """A new database."""
    database = copy_of(empty, tmp_path / "there.sqlite")
    yield database
    database.close()


def keep(
    database: Database,
    key: InstanceKey,
    record: Record,
    *,
    base: int = 0,
    status: Status = Status.DRAFT,
) -> None:
    save(
        database,
        SaveRequest(
            key=key,
            base_version=base,
            record=record,
            status=status,
            user="nurse",
            save_id=f"{key}-{base}",
            dictionary_hash=STUDY.hash,
        ),
    )


def form(record: Record = TYPED, **others: Any) -> CapturedForm:
    wanted: dict[str, Any] = {
        "site": "01",
        "subject": "01-001",
        "key": FormKey("vs", "SCR", 0),
        "status": 0,
        "version": 1,
        "saved_by": "nurse",
        "saved_at": datetime(2024, 4, 15, 12, tzinfo=UTC),
    }
    return CapturedForm(record=record, **(wanted | others))


def bring_in(
    database: Database, *forms: CapturedForm, **how: Any
) -> tuple[Imported, list[FormPreview]]:
    """Imports forms; gives the counts and the previews."""
    seen: list[FormPreview] = []
    told = Import(
        study=STUDY,
        user="import",
        source="p.zip",
        today=TODAY,
        on_form=seen.append,
        **how,
    )
    return import_forms(database, forms, told), seen


def contents(database: Database) -> list[tuple[object, ...]]:
    """What a database holds, apart from who saved it when."""
    with snapshot(database) as state:
        return [
            (one.site, one.subject, one.key, one.status, one.record)
            for one in captured_forms(state, STUDY)
        ]


class TestRoundTrip:
    def test_a_package_brings_everything_that_stands_here_to_there(
        self, here: Database, there: Database, tmp_path: Path
    ) -> None:
        written = export_package(here, STUDY, tmp_path / "p.zip")
        assert written.findings == ()
        with open_package(tmp_path / "p.zip") as package:
            bring_in(there, *package.forms())
            assert package.report().counts.findings == 0
        assert contents(there) == contents(here)

    def test_the_same_data_give_the_same_bytes(
        self, here: Database, tmp_path: Path
    ) -> None:
        for name in ("p.zip", "q.zip"):
            export_package(here, STUDY, tmp_path / name)
        assert (tmp_path / "p.zip").read_bytes() == (tmp_path / "q.zip").read_bytes()

    def test_the_audit_trail_tells_old_and_new(
        self, here: Database, tmp_path: Path
    ) -> None:
        export_package(here, STUDY, tmp_path / "package")
        lines = (tmp_path / "package" / "audit.csv").read_text(encoding="utf-8")
        assert "01,01-001,SCR,0,vs,2,vs,,sysbp,,170,," in lines
        assert "01,01-001,SCR,0,vs,2,reading,1,rowno,1,,," in lines
        assert (
            "01,01-001,SCR,0,vs,2,vs,,sysbp#above-expected,,measured twice,," in lines
        )

    def test_uploaded_files_come_along(
        self, here: Database, there: Database, tmp_path: Path
    ) -> None:
        sha256 = add_attachment(here, b"%PDF", user="nurse")
        name = f"files/{sha256[:16]}/scan.pdf"
        keep(here, VS, Record(texts={"scan": name}), base=2)
        export_package(here, STUDY, tmp_path / "p.zip")
        with open_package(tmp_path / "p.zip") as package:
            _, previews = bring_in(there, *package.forms(), file=package.file)
        found = get_attachment(there, sha256)
        assert found is not None
        assert found.bytes == b"%PDF"
        assert not any(preview.findings for preview in previews)


class TestPreview:
    def test_a_dry_run_tells_everything_and_keeps_nothing(
        self, there: Database
    ) -> None:
        counted, (preview,) = bring_in(there, form(), dry_run=True)
        assert counted.forms == {ImportOutcome.NEW: 1}
        assert counted.cells == {ImportOutcome.NEW: 7}
        assert {cell.outcome for cell in preview.cells} == {ImportOutcome.NEW}
        assert get_subject(there, "01-001") is None

    def test_each_cell_is_new_changed_or_the_same(self, here: Database) -> None:
        other = Record(
            texts={
                "vsperf": "Y",
                "vsdat": "2024-04-16",
                "sysbp": "170",
                "onset": "2024",
            },
            rows=TYPED.rows,
        )
        _, (preview,) = bring_in(here, form(other), dry_run=True)
        told = {
            cell.cell.field: (cell.outcome, cell.old, cell.new)
            for cell in preview.cells
        }
        assert preview.outcome is ImportOutcome.CHANGED
        assert told["vsperf"] == (ImportOutcome.SAME, "Y", "Y")
        assert told["vsdat"] == (ImportOutcome.CHANGED, "2024-04-15", "2024-04-16")
        assert told["onset"] == (ImportOutcome.NEW, "", "2024")
        assert told["temp"] == (ImportOutcome.CHANGED, " 38,I", "")
        assert told["pulse"] == (ImportOutcome.SAME, "72", "72")

    def test_findings_of_the_form_are_those_of_its_page(self, there: Database) -> None:
        _, (preview,) = bring_in(there, form(), dry_run=True)
        assert "temp" in {found.data.field for found in preview.judged if found.data}


class TestImport:
    def test_is_a_save_by_who_imports_on_top_of_what_stands(
        self, here: Database
    ) -> None:
        bring_in(here, form(Record(texts={"vsperf": "N"})))
        newest = history(here, VS)[-1].form
        assert (newest.version, newest.saved_by) == (3, "import")
        assert (
            newest.reason
            == "Imported from p.zip: version 1 of nurse, 2024-04-15T12:00:00Z"
        )

    def test_what_is_the_same_is_not_saved_again(self, here: Database) -> None:
        counted, _ = bring_in(here, form())
        assert counted.forms == {ImportOutcome.SAME: 1}
        assert len(history(here, VS)) == 2

    def test_a_removed_kept_reason_is_a_change(self, here: Database) -> None:
        counted, _ = bring_in(here, form(Record(texts=TYPED.texts, rows=TYPED.rows)))
        assert counted.forms == {ImportOutcome.CHANGED: 1}

    def test_a_complete_form_with_hard_findings_comes_in_as_a_draft_and_says_so(
        self, there: Database
    ) -> None:
        _, (preview,) = bring_in(there, form(status=2))
        assert [found.code for found in preview.findings] == ["import-as-draft"]
        stored = load(there, VS)
        assert stored is not None
        assert (stored.status, stored.record) == (Status.DRAFT, TYPED)
        assert stored.counts.refused

    def test_a_form_that_nobody_verified_stays_so(self, there: Database) -> None:
        bring_in(there, form(status=1))
        stored = load(there, VS)
        assert stored is not None
        assert stored.status is Status.UNVERIFIED

    def test_a_fault_half_way_leaves_nothing(self, there: Database) -> None:
        def broken() -> Iterator[CapturedForm]:
            yield form()
            yield form(subject="01-002")
            raise OSError("the package ends here")

        with pytest.raises(OSError, match="ends here"):
            import_forms(
                there,
                broken(),
                Import(study=STUDY, user="import", source="p.zip", today=TODAY),
            )
        assert get_subject(there, "01-001") is None

    def test_a_file_that_the_package_lacks_is_told(self, there: Database) -> None:
        lacking = Record(texts={"scan": f"files/{'a' * 16}/scan.pdf"})
        _, (preview,) = bring_in(there, form(lacking))
        assert [found.code for found in preview.findings] == ["import-file-missing"]


class TestRefused:
    @pytest.mark.parametrize(
        ("refused", "code"),
        [
            ({"site": "02"}, "import-other-site"),
            ({"subject": "1-1"}, "import-wrong-subject"),
            ({"subject": "09-001", "site": "09"}, "import-wrong-subject"),
            (
                {
                    "record": Record(
                        rows={"reading": (Row(number=1, texts={"pulse": "60"}),)}
                    )
                },
                "import-removed-row",
            ),
        ],
    )
    def test_with_a_finding_and_the_others_come_in(
        self, here: Database, refused: dict[str, Any], code: str
    ) -> None:
        other = form(subject="02-001", site="02")
        counted, previews = bring_in(here, form(**refused), other)
        assert counted.forms == {ImportOutcome.REFUSED: 1, ImportOutcome.NEW: 1}
        assert [found.code for found in previews[0].findings] == [code]
        assert {cell.outcome for cell in previews[0].cells} == {ImportOutcome.REFUSED}
        assert len(history(here, VS)) == 2
        assert load(here, InstanceKey("02-001", "vs", "SCR")) is not None
