"""Is this package right? A data manager hands in a package, or the study as it is, and reads the report."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model import Study
from webapp.access import allow
from webapp.package_work import Work, Works
from webapp.services import services
from webapp.storage import Database, Role

bp = Blueprint("packages", __name__)

MANAGE = frozenset({Role.DATA_MANAGER})
LARGEST_UPLOAD = 2 * 2**30
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "sandbox allow-scripts allow-downloads"
)
"""The report is one page with its own script; in a sandbox it can do nothing in the person's name."""


@bp.record_once
def _add_works(state: Any) -> None:
    state.app.extensions["crfsmith-packages"] = Works()


@bp.url_value_preprocessor
def _let_packages_in(endpoint: str | None, values: dict[str, Any] | None) -> None:  # noqa: ARG001
    """A package may be larger than any other post, when it comes from who may hand one in."""
    if endpoint == "packages.take" and current_user.is_authenticated and current_user.user.role in MANAGE:
        request.max_content_length = LARGEST_UPLOAD


@bp.get("/packages")
@allow(MANAGE)
def show_packages() -> ResponseReturnValue:
    return render_template("packages.html", works=_works().of(_owner()), message=None)


@bp.post("/packages")
@allow(MANAGE)
def take() -> ResponseReturnValue:
    handed = request.files.get("package")
    if request.form.get("what") == "study":
        name, obtain = "the study as it is now", partial(_exported, services().database, services().study)
    elif handed and handed.filename:
        path = _scratch()
        handed.save(path)
        name, obtain = Path(handed.filename.replace("\\", "/")).name, partial(Path, path)
    else:
        page = render_template("packages.html", works=_works().of(_owner()), message="Choose a zip first.")
        return page, 400
    return redirect(f"/packages/{_start(name, obtain).token}", 303)


@bp.get("/packages/<work>")
@allow(MANAGE)
def show_package(work: str) -> ResponseReturnValue:
    return render_template("package.html", work=_work_or_404(work))


@bp.get("/packages/<work>/report")
@allow(MANAGE)
def show_report(work: str) -> ResponseReturnValue:
    from generator.package.report_html import report_html

    report = _report_or_404(work)
    return Response(report_html(report), headers={"Content-Security-Policy": REPORT_POLICY})


@bp.get("/packages/<work>/findings.csv")
@allow(MANAGE)
def findings_as_csv(work: str) -> ResponseReturnValue:
    from generator.package.report_csv import findings_csv

    return _csv(findings_csv(_report_or_404(work)), "findings.csv")


@bp.get("/packages/<work>/answers.csv")
@allow(MANAGE)
def answers_as_csv(work: str) -> ResponseReturnValue:
    from generator.package.report_csv import missingness_csv

    return _csv(missingness_csv(_report_or_404(work)), "answers.csv")


def _csv(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


def _works() -> Works:
    held: Works = current_app.extensions["crfsmith-packages"]
    return held


def _owner() -> str:
    return str(current_user.get_id())


def _start(name: str, obtain: Callable[[], Path]) -> Work:
    return _works().start(name, _owner(), obtain)


def _work_or_404(token: str) -> Work:
    found = _works().find(token, _owner())
    if found is None:
        abort(404, "There is no such package here. Reports are kept until the server stops.")
    return found


def _report_or_404(token: str) -> Any:
    report = _work_or_404(token).report
    if report is None:
        abort(404, "The package has not been judged.")
    return report


def _scratch() -> Path:
    handle, name = tempfile.mkstemp(prefix="crfsmith-", suffix=".zip")
    os.close(handle)
    return Path(name)


def _exported(database: Database, study: Study) -> Path:
    from webapp.package_export import export_package

    target = _scratch()
    export_package(database, study, target)
    return target
