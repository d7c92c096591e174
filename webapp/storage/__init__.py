"""The capture database: every save a new version, nothing overwritten.

All SQL of the application is here. ``open_database(url)`` opens SQLite or PostgreSQL
and brings its tables up to date; the functions below take the ``Database`` it gives and
return frozen values.
"""

from webapp.storage.attachments import (
    Attachment,
    AttachmentHead,
    SameBeginning,
    add_attachment,
    get_attachment,
    get_attachment_head,
)
from webapp.storage.casebooks import StoredCasebook, visit_order
from webapp.storage.changes import Change, ChangeKind, changes
from webapp.storage.database import Database, open_database, utc_now
from webapp.storage.dictionaries import (
    AlteredDictionary,
    OtherStudy,
    StoredDictionary,
    dictionary_in_use,
    get_dictionary,
    use_dictionary,
)
from webapp.storage.events import (
    EventKind,
    EventPlace,
    LoggedEvent,
    LogHead,
    NewEvent,
    append_events,
    find_events,
    log_head,
    log_lines,
    write_event,
)
from webapp.storage.forms import (
    FindingCounts,
    FormHead,
    InstanceKey,
    Status,
    StoredForm,
    heads,
    load,
    load_version,
    texts_of,
    was_complete,
)
from webapp.storage.history import (
    AuditRow,
    Revision,
    audit_rows,
    broken_seals,
    history,
    revisions,
)
from webapp.storage.imports import ImportRun, PastVersion, imports_of
from webapp.storage.migrate import DatabaseTooNew
from webapp.storage.saving import (
    Batch,
    Conflict,
    Saved,
    SaveRefused,
    SaveRequest,
    batch,
    save,
)
from webapp.storage.sessions import Session, begin_session, end_session, open_session
from webapp.storage.snapshots import Snapshot, snapshot
from webapp.storage.stamps import ClockBehind, accept_clock, check_clock
from webapp.storage.standings import StoredStanding, keep_standings, standings_of
from webapp.storage.subjects import (
    ORDERS,
    StoredSubject,
    SubjectSummary,
    add_subject,
    get_subject,
    list_subjects,
    page_of_subjects,
    subject_numbers,
    subjects_from,
)
from webapp.storage.tables import DamagedData
from webapp.storage.users import Role, User, add_user, get_user, list_users, sign_in

__all__ = [
    "ORDERS",
    "AlteredDictionary",
    "Attachment",
    "AttachmentHead",
    "AuditRow",
    "Batch",
    "Change",
    "ChangeKind",
    "ClockBehind",
    "Conflict",
    "DamagedData",
    "Database",
    "DatabaseTooNew",
    "EventKind",
    "EventPlace",
    "FindingCounts",
    "FormHead",
    "ImportRun",
    "InstanceKey",
    "LogHead",
    "LoggedEvent",
    "NewEvent",
    "OtherStudy",
    "PastVersion",
    "Revision",
    "Role",
    "SameBeginning",
    "SaveRefused",
    "SaveRequest",
    "Saved",
    "Session",
    "Snapshot",
    "Status",
    "StoredCasebook",
    "StoredDictionary",
    "StoredForm",
    "StoredStanding",
    "StoredSubject",
    "SubjectSummary",
    "User",
    "accept_clock",
    "add_attachment",
    "add_subject",
    "add_user",
    "append_events",
    "audit_rows",
    "batch",
    "begin_session",
    "broken_seals",
    "changes",
    "check_clock",
    "dictionary_in_use",
    "end_session",
    "find_events",
    "get_attachment",
    "get_attachment_head",
    "get_dictionary",
    "get_subject",
    "get_user",
    "heads",
    "history",
    "imports_of",
    "keep_standings",
    "list_subjects",
    "list_users",
    "load",
    "load_version",
    "log_head",
    "log_lines",
    "open_database",
    "open_session",
    "page_of_subjects",
    "revisions",
    "save",
    "sign_in",
    "snapshot",
    "standings_of",
    "subject_numbers",
    "subjects_from",
    "texts_of",
    "use_dictionary",
    "utc_now",
    "visit_order",
    "was_complete",
    "write_event",
]
