"""The demo: Cellkine's dictionary, its invented subjects, and one account per role."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from forms_spec import load_study
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.package.example_subjects import read_subjects
from webapp.demo.dates import until_today
from webapp.packages.import_forms import Import, import_forms
from webapp.storage import (
    Database,
    Role,
    add_user,
    dictionary_in_use,
    get_user,
    has_password,
    list_subjects,
    list_users,
    use_dictionary,
)

PASSWORD = "cellkine-demo"
ACCOUNTS: tuple[tuple[str, str, Role, str], ...] = (
    ("coordinator", "Cora Coordinator", Role.COORDINATOR, "enters and corrects forms"),
    (
        "investigator",
        "Ines Investigator",
        Role.INVESTIGATOR,
        "enters forms and assesses eligibility",
    ),
    ("monitor", "Milan Monitor", Role.MONITOR, "reads forms and their history"),
    (
        "manager",
        "Dana Manager",
        Role.DATA_MANAGER,
        "reads everything, follows findings",
    ),
    ("designer", "Dian Designer", Role.DESIGNER, "writes the dictionary"),
    ("admin", "Ada Admin", Role.ADMIN, "manages accounts"),
)
SIGN_INS: tuple[tuple[str, str, str], ...] = tuple(
    (username, PASSWORD, says) for username, _, _, says in ACCOUNTS
)
DEMO_USERS = frozenset(username for username, *_ in ACCOUNTS)


def is_demo(database: Database) -> bool:
    """Whether a database is new, or holds the demo: its study, and accounts with the
    demo's passwords.
    """
    stored = dictionary_in_use(database)
    if stored is not None and stored.study != demo_study().name:
        return False

    # One of them is enough: a real study has none with a password that all may read.
    for user in list_users(database):
        if user.username in DEMO_USERS:
            return has_password(database, user.username, PASSWORD)

    return True


@cache
def demo_study() -> Study:
    """Cellkine, as it comes with crfsmith."""
    folder = files("data_dictionary") / "cellkine"
    texts = {}
    for name, text in read_texts(folder).items():
        if not name.startswith("subjects/"):
            texts[name] = text

    study = load_study(texts).study
    if study is None:
        raise RuntimeError(
            "the dictionary that came with crfsmith cannot be loaded: install it again"
        )

    return study


def load_demo(
    database: Database, *, subjects: bool = True, today: date | None = None
) -> Study:
    """Puts what is missing of the demo into a database; what people changed there stays
    as it is.

    Without ``subjects`` it is an empty study with its accounts. With ``today`` the
    subjects' dates are moved, as if they had been entered until then.
    """
    study = demo_study()
    use_dictionary(database, study)
    for username, name, role, _ in ACCOUNTS:
        if get_user(database, username) is None:
            add_user(
                database, username=username, name=name, role=role, password=PASSWORD
            )

    if subjects and not list_subjects(database):
        folder = files("data_dictionary") / "cellkine" / "subjects"
        _enter_subjects(database, study, folder, today)

    return study


def _enter_subjects(
    database: Database, study: Study, folder: Traversable, today: date | None
) -> None:
    """All subjects by the real import, in one transaction: a demo stopped half-way
    starts again.
    """
    examples = read_subjects(read_texts(folder), study)
    forms = examples.forms
    entered = examples.data_cut or day_of(study, database.clock())
    if today is not None:
        forms = tuple(until_today(study, forms, today, entered))
        entered = today

    how = Import(
        study=study,
        user="coordinator",
        source="the example subjects",
        today=entered,
    )
    import_forms(database, forms, how)


def read_texts(folder: Traversable) -> dict[str, str]:
    """The YAML files of a folder that is shipped with crfsmith, by name relative to it."""
    texts: dict[str, str] = {}
    for child in sorted(folder.iterdir(), key=lambda item: item.name):
        if child.is_dir():
            for name, text in read_texts(child).items():
                texts[f"{child.name}/{name}"] = text
        elif child.name.endswith(".yaml"):
            texts[child.name] = child.read_bytes().decode("utf-8")

    return texts
