"""A study with blinded answers: the treatment, who gave it and what follows from it are
for the pharmacist; nurse and monitor see everything else.
"""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Flask

from forms_spec.kinds.file import file_text
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.study import Study
from tests.studies import study_of
from tests.webapp.small_site import NOON
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import (
    ALL_SITES,
    Database,
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    save,
)

SUBJECT = "01-001"
SCAN = b"%PDF-1.4 the label of the kit"
PHOTO = file_text(hashlib.sha256(SCAN).hexdigest(), "label-7731.pdf")
ARM, KIT, NOTE = "VERUM", "7731", "drowsy after 7731"
"""Answers that nobody but a pharmacist may read."""
SECRETS = (ARM, "Active substance", KIT, "drowsy", "kit_is_known", "Which kit")
STUDY = r"""
study: BLIND-01
title: A blinded study
short: Blind
subject: {pattern: '\d{2}-\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven}
"""
VISITS = """
visits:
  SCR: {title: Screening}
  D0: {title: Treatment}
schedule:
  columns: SCR D0
  vs:      X   X
  ip:      .   X
  arm:     .   X
"""
VS = """
form: vs
title: Vital signs
fields:
  pulse: {label: Pulse, type: integer, range: [30, 220]}
"""
IP = """
form: ip
title: Injection
fields:
  given: {label: Was it given?, type: yes_no, required: true}
  dose: {label: Volume, type: decimal, places: 1}
  kit: {label: Which kit, type: text, length: 10, default: K}
  seen: {label: Seen by, type: text, prefill: user}
  photo: {label: Photo, type: file, accept: [pdf], size: 1 MB}
groups:
  event:
    title: Observations
    rows: {max: 9}
    fields:
      minutes: {label: Minutes, type: integer}
      finding: {label: What was seen?, type: long_text}
"""
ARM_FORM = """
form: arm
title: Treatment arm
fields:
  arm: {label: Arm, type: choice, codes: ARM}
"""
CODELISTS = """
codelists:
  ARM: {VERUM: Active substance, PLACEBO: Saline}
"""
RULES = """
rules:
  kit_is_known:
    on: [ip.given]
    assert: arm.arm = 'PLACEBO'
    severity: query
    message: A dose of the active substance is recorded
  pulse_is_high:
    on: [vs.pulse]
    assert: pulse < 100
    severity: query
    message: The pulse is high
"""
ROLES = """
roles:
  nurse:
    task: enters what is not blinded
    may: [see, enter, complete, query]
    places:
      ip: [see, enter, query]
      ip.kit: []
      ip.seen: []
      ip.photo: []
      event.finding: []
      arm: []
  pharmacist:
    task: keeps the treatment
    may: [see, enter, complete, query]
  monitor:
    task: reviews what is not blinded
    may: [see, query, verify]
    places: {ip.kit: [], ip.seen: [], ip.photo: [], event.finding: [], arm: []}
  data manager:
    task: exports the study
    may: [see, query, verify, lock, export]
"""
FILES = {
    "study.yaml": STUDY,
    "visits.yaml": VISITS,
    "forms/vs.yaml": VS,
    "forms/ip.yaml": IP,
    "forms/arm.yaml": ARM_FORM,
    "codelists.yaml": CODELISTS,
    "rules.yaml": RULES,
    "roles.yaml": ROLES,
}
IP_KEY, ARM_KEY = InstanceKey(SUBJECT, "ip", "D0"), InstanceKey(SUBJECT, "arm", "D0")
PEOPLE = {
    "nurse": "nurse",
    "pharmacist": "pharmacist",
    "monitor": "monitor",
    "manager": "data manager",
    "boss": Role.ADMIN.value,
    "former": "coordinator",
}


@cache
def blinded_study() -> Study:
    return study_of(FILES)


def app_over(url: str) -> Flask:
    """Pages over a database with a subject of whom the pharmacist entered everything."""
    app = create_app(
        Settings(
            database=url,
            study=blinded_study(),
            secret_key="tests",
            clock=lambda: NOON,
        )
    )
    furnish(app.extensions["crfsmith"].database)
    return app


def furnish(database: Database) -> None:
    for username, role in PEOPLE.items():
        add_user(
            database,
            username=username,
            name=username.title(),
            role=role,
            password=PASSWORD,
            sites=ALL_SITES,
        )
    add_subject(database, subjid=SUBJECT, site="01", user="pharmacist")
    vs = InstanceKey(SUBJECT, "vs", "D0")
    _save(database, vs, Record(texts={"pulse": "120"}), Status.COMPLETE)
    _save(database, ARM_KEY, Record(texts={"arm": ARM}), Status.COMPLETE)
    for version, kit in enumerate(("1234", KIT)):
        given = {"given": "Y", "dose": "2.0", "kit": kit, "seen": "pharmacist"}
        given["photo"] = PHOTO
        rows = {"event": (Row(number=1, texts={"minutes": "5", "finding": NOTE}),)}
        kept = {(CellKey("ip", None, "kit"), "expected"): f"because of {KIT}"}
        record = Record(texts=given, rows=rows, kept=kept)
        _save(database, IP_KEY, record, Status.COMPLETE, base=version)


def _save(
    database: Database,
    key: InstanceKey,
    record: Record,
    status: Status,
    *,
    base: int = 0,
) -> None:
    asked = SaveRequest(
        key=key,
        base_version=base,
        record=record,
        status=status,
        user="pharmacist",
        save_id=f"{key.form} {key.visit} {base}",
        dictionary_hash=blinded_study().hash,
        files=(SCAN,) if "photo" in record.texts else (),
        reason=f"corrected to {KIT}" if base else "",
    )
    save(database, asked)
