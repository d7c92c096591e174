"""The demo is complete, and loading it again loses nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forms_spec.model.study import Study
from webapp.demo.demo_study import SIGN_INS, load_demo
from webapp.storage import (
    Database,
    InstanceKey,
    SaveRequest,
    Status,
    dictionary_in_use,
    has_password,
    heads,
    history,
    list_subjects,
    list_users,
    load,
    open_database,
    save,
)

SUBJECTS = (
    "01-001",
    "01-002",
    "01-003",
    "01-005",
    "01-006",
    "01-007",
    "01-008",
    "01-012",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Study]]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.sqlite")
    yield database, load_demo(database)
    database.close()


def test_all_eight_subjects_are_entered(demo: tuple[Database, Study]) -> None:
    lines = list_subjects(demo[0])
    assert tuple(line.subject.subjid for line in lines) == SUBJECTS
    assert all(line.complete for line in lines)


def test_the_one_who_did_everything_right_has_no_findings(
    demo: tuple[Database, Study],
) -> None:
    found = {
        line.subject.subjid: line.refused + line.queries + line.warnings
        for line in list_subjects(demo[0])
    }
    assert found["01-001"] == 0
    assert found["01-012"] > 0


def test_there_is_one_account_per_role_and_each_can_sign_in(
    demo: tuple[Database, Study],
) -> None:
    database, _ = demo
    assert len({user.role for user in list_users(database)}) == len(SIGN_INS) == 6
    username, password, _ = SIGN_INS[0]
    assert has_password(database, username, password)


def test_the_dictionary_in_use_is_cellkine_s(demo: tuple[Database, Study]) -> None:
    database, study = demo
    stored = dictionary_in_use(database)
    assert stored is not None
    assert (stored.study, stored.hash) == ("NCT04410731", study.hash)


def test_loading_it_again_keeps_what_people_entered(
    demo: tuple[Database, Study],
) -> None:
    database, study = demo
    key = InstanceKey("01-001", "vs", "SCR")
    before = load(database, key)
    assert before is not None
    save(
        database,
        SaveRequest(
            key=key,
            base_version=before.version,
            record=before.record,
            status=Status.DRAFT,
            user="coordinator",
            save_id="mine",
            dictionary_hash=study.hash,
        ),
    )
    count = len(heads(database, "01-001"))
    load_demo(database)
    assert history(database, key)[-1].form.status is Status.DRAFT
    assert len(heads(database, "01-001")) == count
