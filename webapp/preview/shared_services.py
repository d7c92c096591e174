"""What the pages of research staff ask of their server, answered by the preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from flask import Flask, g
from sqlalchemy import create_engine

from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from webapp.preview.subject import PreviewSubject
from webapp.storage import Database
from webapp.storage.site_studies import SiteStudies


def no_database() -> Database:
    """A database without a table: a page that asked it for something would fail."""
    return Database(engine=create_engine("sqlite://"))


@dataclass(frozen=True, kw_only=True)
class PreviewServices:
    """Has the attributes of ``webapp.services.Services``. The study is that of the
    request, which may be another one a moment later.
    """

    database: Database
    subject: PreviewSubject
    clock: Callable[[], date] | None

    demo_accounts = ()
    fonts = None
    provider = ""

    @property
    def study(self) -> Study:
        return cast("Study", g.seen.study)

    @property
    def site_studies(self) -> SiteStudies:
        return SiteStudies(study=self.study)

    def today(self) -> date:
        """The day that the designer chose, else the study's."""
        if self.subject.day is not None:
            return self.subject.day

        return self.clock() if self.clock else day_of(self.study, datetime.now(UTC))


def register(app: Flask, answers: PreviewServices) -> None:
    """Makes an application answer by these."""
    app.extensions["crfsmith"] = answers
