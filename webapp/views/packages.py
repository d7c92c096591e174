"""Is this package right?

A data manager hands in a package, or the study as it is, and reads the report.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.packages.validation_jobs import (
    ANSWERS,
    FINDINGS,
    LOG,
    REPORT,
    NoRoom,
    ValidationJob,
    ValidationJobs,
)
from webapp.queries.from_findings import (
    BulkPlan,
    open_from_findings,
    plan_queries,
    read_findings,
    source_words,
)
from webapp.security.access import MANAGE_PACKAGES, allow
from webapp.services import blind_anywhere, services
from webapp.storage import StepRefused
from webapp.views.bulk_queries import BulkSource, answering_role, bulk_page

bp = Blueprint("packages", __name__)

LARGEST_UPLOAD = 2 * 2**30
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "sandbox allow-scripts allow-downloads"
)
"""The report is one page with its own script; in a sandbox it can do nothing in the
person's name.
"""
FULL = (
    "The server has no space for this package now. Delete reports that you no longer "
    "need, or validate it on"
    " your own machine: crfsmith validate FILE."
)

MOST_SHOWN = 20
"""So many findings that are skipped are named for each reason."""

TO_ENTER_AGAIN = (
    "Some forms wait to be entered again, and you may be the one who does that. So you "
    "may not see their first entries, which an export contains. Ask somebody who does "
    "not enter data."
)
ALL_SITES_ONLY = (
    "Your account is limited to some sites. The study's data are those of all sites, "
    "so you cannot export them. Ask a data manager of all sites."
)


@bp.url_value_preprocessor
def _let_packages_in(endpoint: str | None, values: dict[str, Any] | None) -> None:  # noqa: ARG001
    """A package may be larger than any other post, when it comes from who may hand one
    in.
    """
    if (
        endpoint == "packages.take"
        and current_user.is_authenticated
        and current_user.has_one_of(MANAGE_PACKAGES)
    ):
        request.max_content_length = LARGEST_UPLOAD


@bp.get("/packages")
@allow(MANAGE_PACKAGES)
def show_packages() -> ResponseReturnValue:
    return _packages_page()


@bp.post("/packages")
@allow(MANAGE_PACKAGES)
def take() -> ResponseReturnValue:
    handed = request.files.get("package")
    study = request.form.get("what") == "study"
    # A package is the whole study, never a part that looks like the whole.
    if study and not current_user.may_export:
        return _not_taken(ALL_SITES_ONLY, 403)
    if study and blind_anywhere():
        return _not_taken(TO_ENTER_AGAIN, 403)
    if not study and not (handed and handed.filename):
        return _not_taken("Choose a zip file first.", 400)
    name = "Current study data" if study or not handed else _name(handed.filename or "")

    try:
        folder = _works().receive(
            name, _owner(), size=request.content_length or 0, study=study
        )
    except NoRoom:
        return _not_taken(FULL, 507)

    if handed and not study:
        path = folder / ValidationJob(name=name, owner="", since="").file
        handed.save(path)
        if not path.stat().st_size:
            shutil.rmtree(folder)
            return _not_taken(f"{name} is empty. Export it again.", 400)

    _works().start(folder)
    address = f"/packages/{folder.name}"

    return jsonify(address=address) if _by_script() else redirect(address, 303)


@bp.get("/packages/<work>")
@allow(MANAGE_PACKAGES)
def show_package(work: str) -> ResponseReturnValue:
    result = _work_or_404(work)
    works = _works()

    return render_template(
        "package.html",
        work=result,
        answers=works.file(result, ANSWERS),
        package=result.study and works.file(result, result.file),
        log=works.folder / result.token / LOG,
    )


@bp.post("/packages/<work>/remove")
@allow(MANAGE_PACKAGES)
def remove(work: str) -> ResponseReturnValue:
    """Stops the work, or forgets its report. The study's own data are untouched."""
    _works().remove(_work_or_404(work))
    return redirect("/packages", 303)


@bp.get("/packages/<work>/report")
@allow(MANAGE_PACKAGES)
def show_report(work: str) -> ResponseReturnValue:
    response = send_file(
        _file_or_404(work, REPORT), mimetype="text/html", etag=False, max_age=0
    )
    response.headers["Content-Security-Policy"] = REPORT_POLICY
    return response


@bp.get("/packages/<work>/findings.csv")
@allow(MANAGE_PACKAGES)
def findings_as_csv(work: str) -> ResponseReturnValue:
    return _sent(work, FINDINGS, "text/csv")


@bp.get("/packages/<work>/queries")
@allow(MANAGE_PACKAGES)
def ask_queries(work: str) -> ResponseReturnValue:
    """What the findings of a report would open, and what is skipped, and why."""
    return _queries_page(_work_or_404(work), _plan(work, answering_role()))


@bp.post("/packages/<work>/queries")
@allow(MANAGE_PACKAGES)
def open_listed(work: str) -> ResponseReturnValue:
    """Opens what was shown: where it is something else by now, it is shown again."""
    plan = _plan(work, answering_role())
    if request.form.get("seen") != str(len(plan.new)) or not plan.new:
        return _queries_page(_work_or_404(work), plan), 409
    try:
        numbers = open_from_findings(services().database, plan)
    except StepRefused as refused:
        # Somebody locked something between the look and the opening.
        return _queries_page(_work_or_404(work), plan, str(refused)), 409

    return _queries_page(_work_or_404(work), plan, numbers=numbers)


@bp.get("/packages/<work>/answers.csv")
@allow(MANAGE_PACKAGES)
def answers_as_csv(work: str) -> ResponseReturnValue:
    return _sent(work, ANSWERS, "text/csv")


@bp.get("/packages/<work>/package.zip")
@allow(MANAGE_PACKAGES)
def download_package(work: str) -> ResponseReturnValue:
    """The export that was judged."""
    result = _work_or_404(work)
    day = f"{result.moment:%Y-%m-%d}"
    return _sent(
        work, result.file, "application/zip", name=f"{services().study.name}-{day}.zip"
    )


def _packages_page(message: str = "") -> str:
    works = [work for work in _works().of(_owner()) if _may_see(work)]
    exported = next(
        (work for work in works if work.study and _works().file(work, work.file)), None
    )

    return render_template(
        "packages.html",
        works=works,
        exported=exported,
        message=message,
        most=LARGEST_UPLOAD,
    )


def _plan(work: str, role: str) -> BulkPlan:
    content = _file_or_404(work, FINDINGS).read_bytes()
    name = _work_or_404(work).name
    try:
        return plan_queries(
            services().database,
            services().study,
            read_findings(FINDINGS, content),
            user=current_user.user,
            role=role,
            source=source_words(name, content),
        )
    except StepRefused as refused:
        abort(403, str(refused))


def _queries_page(
    work: ValidationJob,
    plan: BulkPlan,
    message: str = "",
    *,
    numbers: tuple[int, ...] = (),
) -> str:
    address = f"/packages/{work.token}"
    source = BulkSource(
        title=work.name,
        address=f"{address}/queries",
        back=address,
        back_words="Back to the package",
        most=MOST_SHOWN,
        unlisted=work.more,
    )

    return bulk_page(source, plan, message, seen=len(plan.new), numbers=numbers)


def _not_taken(message: str, status: int) -> ResponseReturnValue:
    if _by_script():
        return jsonify(message=message), status
    return _packages_page(message), status


def _sent(work: str, file: str, kind: str, *, name: str = "") -> Response:
    path = _file_or_404(work, file)
    return send_file(
        path,
        mimetype=kind,
        as_attachment=True,
        download_name=name or file,
        etag=False,
        max_age=0,
    )


def _works() -> ValidationJobs:
    works: ValidationJobs = current_app.extensions["crfsmith-packages"]
    return works


def _owner() -> str:
    """The person, not the session that she happens to have."""
    return str(current_user.user.username)


def _name(handed: str) -> str:
    return Path(handed.replace("\\", "/")).name[:200]


def _by_script() -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _work_or_404(token: str) -> ValidationJob:
    index = _works().find(token, _owner())
    if index is None or not _may_see(index):
        abort(
            404,
            (
                "This package is no longer here. Reports are kept for 30 days, and "
                "only each person's newest 20."
            ),
        )

    return index


def _may_see(work: ValidationJob) -> bool:
    """What was exported when the account had all sites is gone when it has some."""
    return not work.study or bool(current_user.may_export)


def _file_or_404(token: str, name: str) -> Path:
    path = _works().file(_work_or_404(token), name)
    if path is None:
        abort(404, "The package has not been validated, or its report was deleted.")
    return path
