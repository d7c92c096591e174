"""The preview's pages.

Nothing is stored: what is typed is judged and shown, and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Flask, Response, abort, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation
from forms_spec.schedule.study_clock import day_of
from generator.codebook import codebook_html, in_schedule_order
from generator.pages.live_spec import live_spec
from webapp.presentation import assets
from webapp.preview.finding_list import listed
from webapp.preview.forms import Asked, form_page
from webapp.preview.watcher import Seen, Watched
from webapp.security.headers import HEADERS, INLINE_POLICY, POLICY

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
    today: Callable[[], date] | None

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
            today=self.today() if self.today else day_of(study, datetime.now(UTC)),
        )
        return form_page(seen, study.forms[name], asked)

    def spec(self, name: str) -> Response:
        """What the page's script judges by."""
        seen: Seen = g.seen
        if seen.study is None or name not in seen.study.forms:
            abort(404)
        return jsonify(live_spec(seen.study, seen.study.forms[name]))

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
        return jsonify(version=self.watched.version())


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
    app.jinja_env.globals.update(asset=assets.asset_url, icon=assets.icon_url())
    app.register_blueprint(assets.bp)
    pages = _Pages(watched=watched, today=today)
    app.add_url_rule("/", view_func=pages.index, endpoint="index")
    app.add_url_rule(
        "/forms/<name>", view_func=pages.form, endpoint="form", methods=["GET", "POST"]
    )
    app.add_url_rule("/forms/<name>/spec", view_func=pages.spec, endpoint="spec")
    app.add_url_rule("/codebook", view_func=pages.codebook, endpoint="codebook")
    app.add_url_rule("/version", view_func=pages.version, endpoint="version")
    app.before_request(lambda: _look(watched))
    app.after_request(_add_headers)
    app.context_processor(_shared)

    return app


def _look(watched: Watched) -> None:
    # These are asked for again and again, and show nothing of the dictionary's text.
    if request.endpoint not in {"version", "assets.asset"}:
        g.seen = watched.now()


def _shared() -> dict[str, object]:
    seen: Seen | None = g.get("seen")
    if seen is None:
        return {}
    return {
        "seen": seen,
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
