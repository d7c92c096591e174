"""The preview's pages.

Nothing is stored: what is typed is judged and shown, and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from flask import (
    Flask,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from forms_spec.loading.translated_study import study_in
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation
from generator.codebook import codebook_html, in_schedule_order
from generator.pages.live_spec import live_spec
from webapp.presentation import assets, template_filters
from webapp.preview.example_pages import ExamplePages
from webapp.preview.finding_list import listed
from webapp.preview.forms import Asked, form_page
from webapp.preview.proof_desk import ProofDesk
from webapp.preview.shared_services import PreviewServices, no_database, register
from webapp.preview.subject import PreviewSubject
from webapp.preview.subject_form import SubjectForm
from webapp.preview.subject_pages import SubjectPages
from webapp.preview.watcher import Seen, Watched
from webapp.security.headers import HEADERS, INLINE_POLICY, POLICY
from webapp.services import language_cookie, shown_language

MARKS = {
    Expectation.REQUIRED: "X",
    Expectation.CONDITIONAL: "C",
    Expectation.OPTIONAL: "o",
}
LARGEST_POST = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pages:
    """The views over one watched folder."""

    watched: Watched
    answers: PreviewServices
    examples: ExamplePages

    def index(self) -> str:
        return render_template("preview/index.html", marks=MARKS)

    def form(self, name: str) -> ResponseReturnValue:
        seen: Seen = g.seen
        study = seen.study
        if study is None or name not in study.forms:
            return render_template("preview/index.html", marks=MARKS, missing=name), 404

        asked = Asked(
            visit=_visit(study, study.forms[name]),
            everything="all" in request.args,
            example="example" in request.args,
            posted=request.form if request.method == "POST" else None,
            today=self.answers.today(),
        )
        return form_page(seen, study.forms[name], asked)

    def spec(self, name: str) -> Response:
        """What the page's script judges by."""
        seen: Seen = g.seen
        if seen.study is None or name not in seen.study.forms:
            abort(404)
        return jsonify(live_spec(seen.study, seen.study.forms[name]))

    def subject_form(self, subject: str, visit: str, name: str) -> ResponseReturnValue:
        """A form in the subject's casebook."""
        if elsewhere := self.examples.pages.stray(subject):
            return elsewhere

        form = SubjectForm(self.examples, visit, name)
        return form.take() if request.method == "POST" else form.show()

    def codebook(self) -> ResponseReturnValue:
        seen: Seen = g.seen
        if seen.study is None:
            abort(404)
        response = Response(
            codebook_html(seen.study), content_type="text/html; charset=utf-8"
        )
        response.headers["Content-Security-Policy"] = INLINE_POLICY

        return response

    def version(self) -> Response:
        return jsonify(version=self.answers.subject.version(self.watched.version()))


def create_preview(
    watched: Watched, *, today: Callable[[], date] | None = None
) -> Flask:
    """Makes the application that serves one dictionary's folder."""
    app = Flask("webapp", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_POST,
        MAX_FORM_MEMORY_SIZE=LARGEST_POST,
        MAX_FORM_PARTS=50_000,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(assets.bp)
    database = no_database()
    answers = PreviewServices(
        database=database, subject=PreviewSubject(database), clock=today
    )
    register(app, answers)
    template_filters.add_filters(app)

    examples = ExamplePages(pages=SubjectPages(answers=answers))
    pages = _Pages(watched=watched, answers=answers, examples=examples)
    app.add_url_rule("/", view_func=pages.index, endpoint="index")
    app.add_url_rule(
        "/forms/<name>", view_func=pages.form, endpoint="form", methods=["GET", "POST"]
    )
    app.add_url_rule("/forms/<name>/spec", view_func=pages.spec, endpoint="spec")
    app.add_url_rule("/codebook", view_func=pages.codebook, endpoint="codebook")
    app.add_url_rule("/version", view_func=pages.version, endpoint="version")
    _add_subject(app, pages)
    desk = ProofDesk(answers.subject)
    app.add_url_rule("/proof", view_func=desk.show, endpoint="proof")
    app.add_url_rule("/proof", view_func=desk.prove, methods=["POST"])
    app.add_url_rule("/proof/<int:number>", view_func=desk.open, methods=["POST"])
    app.register_error_handler(HTTPException, _error)
    app.before_request(lambda: _look(watched))
    app.after_request(_add_headers)
    app.context_processor(partial(_shared, answers.subject))

    return app


def _add_subject(app: Flask, pages: _Pages) -> None:
    """The addresses of the subject's casebook, the same as on the pages of staff."""
    subject, whole = pages.examples.pages, "/subjects/<subject>"
    app.add_url_rule(whole, view_func=subject.casebook)
    app.add_url_rule(f"{whole}/findings", view_func=subject.findings)
    app.add_url_rule(f"{whole}/eligibility", view_func=subject.eligibility)
    app.add_url_rule(
        f"{whole}/<visit>/<name>",
        view_func=pages.subject_form,
        methods=["GET", "POST"],
    )
    acts = {
        "visits": subject.begin_visit,
        "day": subject.set_day,
        "clear": subject.clear,
        "undo": subject.undo,
        "fill": pages.examples.fill_subject,
    }
    for name, view in acts.items():
        app.add_url_rule(f"{whole}/{name}", view_func=view, methods=["POST"])


def _error(error: HTTPException) -> ResponseReturnValue:
    """What went wrong, on a page that follows the files too."""
    if g.get("seen") is None:
        return error

    page = render_template("preview/error.html", error=error)
    return page, error.code or 500


def _look(watched: Watched) -> ResponseReturnValue | None:
    # These are asked for again and again, and show nothing of the dictionary's text.
    if request.endpoint in {"version", "assets.asset"}:
        return None

    if language := request.args.get("language"):
        response = redirect(request.path)
        response.set_cookie(
            language_cookie(""), language, httponly=True, samesite="Lax"
        )
        return response

    seen = watched.now()
    if seen.study is not None:
        seen = replace(seen, study=study_in(seen.study, shown_language()))
    g.seen = seen
    return None


def _shared(subject: PreviewSubject) -> dict[str, object]:
    seen: Seen | None = g.get("seen")
    if seen is None:
        return {}
    return {
        "seen": seen,
        "version": subject.version(seen.version),
        "study": seen.study,
        "forms": in_schedule_order(seen.study) if seen.study else [],
        "findings": listed(seen.findings, seen.files),
    }


def _add_headers(response: Response) -> Response:
    for name, value in {
        **HEADERS,
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
    }.items():
        response.headers.setdefault(name, value)

    return response


def _visit(study: Study, form: Form) -> str:
    """The visit that the form is shown at: as asked, else the first where it is
    collected.
    """
    visits = [item.visit for item in study.schedule if item.form == form.name]
    wanted = request.args.get("visit", "")
    if wanted in visits:
        return wanted
    return visits[0] if visits else "LOG"
