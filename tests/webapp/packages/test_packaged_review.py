"""What reviewers did goes out with a package and comes in again as it was: locks,
signatures and their breaks, verification, looks, voiding.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_spec.model.captured_data import CellKey, Record, Row
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    Database,
    InstanceKey,
    LockState,
    PastVersion,
    ReviewScope,
    Role,
    Status,
    User,
    add_user,
    batch,
    dictionary_in_use,
    forms_to_sign,
    get_user,
    load,
    set_locks,
    sign,
    signatures_of,
)
from webapp.storage.looks import NewLook, keep_looks
from webapp.storage.signatures import fingerprint
from webapp.storage.verifications import NewMark, VerificationAct, mark_forms
from webapp.storage.voiding import set_void

VS = InstanceKey("01-001", "vs", "SCR")
AE = InstanceKey("01-001", "ae", "LOG")
TABLES = ("review-acts.csv", "form-saves.csv")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(part) for part in arguments])


def unpacked(package: Path, folder: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a study in which everything was done that reviewers do."""
    folder = tmp_path_factory.mktemp("reviewed")
    url = f"sqlite:///{folder}/study.sqlite"
    app = app_over(url)
    database = database_of(app)
    add_user(
        database, username="ines", name="Ines Investigator", role=Role.INVESTIGATOR,
        password=PASSWORD,
    )  # fmt: skip
    nurse = client_of(app, "nurse")

    def save(visit: str, form: str, **answers: str) -> None:
        address = f"/subjects/01-001/{visit}/{form}"
        data = {**page_data(nurse, address), **answers, "reason": "read again"}
        answer = nurse.post(address, data={**data, "action": "complete"})
        assert answer.status_code == 303

    save("SCR", "vs", **{"f-vsperf": "Y", "f-sysbp": "120", "f-temp": "37.0"})
    save("SCR", "lb", **{"f-hb": "12.9"})
    review(database)
    # Breaks the signature over the visit, and takes the mark of the pressure away.
    save("SCR", "vs", **{"f-sysbp": "121"})
    signed(database, ReviewScope("01-001", "SCR", 0, "vs"))
    set_locks(database, [ReviewScope("01-002")], LockState.LOCKED, username="manager")
    database.close()

    package = folder / "package.zip"
    assert run("export", "--db", url, "--out", package).exit_code == 0
    return package


def review(database: Database) -> None:
    vs = ReviewScope("01-001", "SCR", 0, "vs")
    set_locks(database, [vs], LockState.FROZEN, username="manager", reason="on hold")
    set_locks(database, [vs], LockState.OPEN, username="manager", reason="a typo")
    cells = [CellKey("vs", None, "sysbp"), CellKey("vs", None, "temp")]
    mark = NewMark(key=VS, version=1, cells=cells)
    mark_forms(database, [mark], VerificationAct.VERIFIED, username="monitor")
    keep_looks(database, [NewLook(key=VS, version=1)], username="monitor")
    signed(database, ReviewScope("01-001", "SCR"))
    lb = ReviewScope("01-001", "SCR", 0, "lb")
    set_void(database, lb, voided=True, username="nurse", reason="wrong person")
    set_void(database, lb, voided=False, username="nurse", reason="right after all")


def signed(database: Database, scope: ReviewScope) -> None:
    user = get_user(database, "ines")
    assert isinstance(user, User)
    seen = fingerprint(forms_to_sign(database, scope))
    sign(database, scope, user=user, meaning="I agree with these data", seen=seen)


def imported(package: Path, folder: Path) -> tuple[str, Result]:
    url = f"sqlite:///{folder}/other.sqlite"
    return url, run("import", package, "--db", url)


def test_the_whole_review_comes_back_byte_for_byte(
    reviewed: Path, tmp_path: Path
) -> None:
    assert run("validate", reviewed).exit_code == 0
    url, said = imported(reviewed, tmp_path)
    assert said.exit_code == 0, said.output
    assert "import-signature-broken" not in said.output
    assert run("audit", "verify", url).exit_code == 0

    again = tmp_path / "again.zip"
    assert run("export", "--db", url, "--out", again).exit_code == 0
    before = unpacked(reviewed, tmp_path / "before")
    after = unpacked(again, tmp_path / "after")
    kinds = {
        line.split(",")[8] for line in (before / TABLES[0]).read_text().splitlines()
    }
    assert {"lock", "void", "signature", "broken", "verification"} <= kinds
    for name in TABLES:
        assert (after / name).read_bytes() == (before / name).read_bytes()

    app = app_over(url)
    first, second = signatures_of(database_of(app), "01-001")
    assert first.broken is not None
    assert second.is_valid
    database = database_of(app)
    add_user(
        database, username="olga", name="Olga", role=Role.MONITOR, password=PASSWORD
    )
    page = client_of(app, "olga").get("/subjects/01-001/review").text
    assert "Ines Investigator" in page
    assert "opened again" in page


def test_a_signature_over_blanks_that_old_versions_keep_is_as_good_as_before(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app = app_over(url)
    database = database_of(app)
    add_user(
        database, username="ines", name="Ines", role=Role.INVESTIGATOR,
        password=PASSWORD,
    )  # fmt: skip
    keep_old_versions(database)
    stored = load(database, AE)
    assert stored is not None
    assert stored.record.rows["ae"][0].texts == {"aeterm": "Fall", "aestdat": ""}
    assert stored.row_marks == {"ae": 1, "gone": 0}
    signed(database, ReviewScope("01-001"))
    database.close()

    first, second = tmp_path / "first", tmp_path / "second"
    assert run("export", "--db", url, "--out", first).exit_code == 0
    assert run("validate", first).exit_code == 0
    there, said = imported(first, tmp_path)
    assert "import-signature-broken" not in said.output, said.output
    assert [item.is_valid for item in signatures_of(opened(there), "01-001")] == [True]
    assert run("audit", "verify", there).exit_code == 0
    assert run("export", "--db", there, "--out", second).exit_code == 0
    for name in (*TABLES, "form-blanks.csv"):
        assert (second / name).read_bytes() == (first / name).read_bytes()


def keep_old_versions(database: Database) -> None:
    """Versions as saves once stored them: with blank answers in rows, and with a mark of
    0 for a group without a row.
    """
    dictionary = dictionary_in_use(database)
    assert dictionary is not None
    none = PastVersion(
        status=Status.DRAFT,
        record=Record(),
        saved_by="nurse",
        saved_at=database.clock(),
        reason="",
        dictionary_hash=dictionary.hash,
        save_id="old-1",
        blanks=(CellKey("ae", None, ""), CellKey("gone", None, "")),
    )
    fall = replace(
        none,
        record=Record(rows={"ae": (Row(number=1, texts={"aeterm": "Fall"}),)}),
        save_id="old-2",
        blanks=(CellKey("gone", None, ""), CellKey("ae", 1, "aestdat")),
    )
    with batch(database) as saves:
        saves.restore_forms([(AE, (none, fall))])


def opened(url: str) -> Database:
    return database_of(app_over(url))


def test_a_signature_over_other_answers_comes_in_broken(
    reviewed: Path, tmp_path: Path
) -> None:
    package = unpacked(reviewed, tmp_path / "package")
    for name in ("audit.csv", "data/vs.csv"):
        file = package / name
        file.write_bytes(file.read_bytes().replace(b"37.0", b"38.0"))
    # Whoever changes answers can write new hashes beside them.
    shutil.rmtree(package / "log")
    url, said = imported(package, tmp_path)
    assert "import-signature-broken" in said.output, said.output
    signatures = signatures_of(database_of(app_over(url)), "01-001")
    assert [item.is_valid for item in signatures] == [False, False]
    assert run("audit", "verify", url).exit_code == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace(",frozen,", ",signed,"), "cannot leave the state"),
        (lambda text: text.replace("01,01-002,", "01,01-777,"), "no subject 01-777"),
        (lambda text: text.replace(",signature,2,", ",look,9,"), "no signature 2"),
    ],
)
def test_a_row_that_nobody_can_have_done_is_an_error(
    reviewed: Path, tmp_path: Path, change: Callable[[str], str], why: str
) -> None:
    package = unpacked(reviewed, tmp_path / "package")
    file = package / TABLES[0]
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    said = run("validate", package)
    assert said.exit_code == 1
    assert "review-act-impossible" in said.output
    assert why in said.output


def test_a_database_with_subjects_says_that_the_review_stays_behind(
    reviewed: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/other.sqlite"
    database_of(app_over(url)).close()
    said = run("import", reviewed, "--db", url)
    assert "import-review-left" in said.output
