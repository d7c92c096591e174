"""What a page cannot know by itself: today, its own keys, and everything its rules read
of other forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.model.captured_data import LOG, Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.rules.runtime.compiler import compile_core, places_in
from forms_spec.rules.runtime.environment import FramePosition, Frames, Instance
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.name_lookup import THIS
from generator.browser.expression_json import EPOCH, Given, Givens, encode
from generator.browser.form_json import browser_form

OWN = {"own": True}
"""Stands where the server would send the page's own cells, which only the page knows.
"""


def browser_env(study: Study, form: Form, context: Context) -> dict[str, Any]:
    """The surroundings of a page as JSON: ``crfsmith.judge(spec, record, env)`` takes
    it.

    It changes with the subject's other forms and with the day, not with what is typed
    on the page.
    """
    key = FormKey(form.name, LOG if form.log else context.visit or "", context.unsno)
    subject = EvaluatedSubject(study, context.casebook, context.today, context.subject)
    here = subject.put(form, context.casebook.record(key) or Record(), key)

    return {
        "today": context.today.toordinal() - EPOCH,
        "given": given_values(browser_form(study, form).givens, here),
    }


def given_values(givens: Givens, here: EvaluatedForm) -> list[Any]:
    """What the rules of a form ask for, as far as the subject's other forms say it."""
    return _given(givens, [FramePosition(here, None)], here.key)


def _given(givens: Givens, frames: Frames, home: FormKey) -> list[Any]:
    return [_one(given, frames, home) for given in givens.asked]


def _one(given: Given, frames: Frames, home: FormKey) -> Any:
    node = given.node
    if isinstance(node, resolved.RowSource):
        return _rows(node, given, frames, home)
    if _is_home(node, frames, home):
        return OWN

    return encode(compile_core(node)(frames), node.type)


def _is_home(node: resolved.Core, frames: Frames, home: FormKey) -> bool:
    cell = node.cell if isinstance(node, resolved.Missing) else node
    if not isinstance(cell, resolved.Remote):
        return False
    if cell.form != home.form:
        return False

    # At which visit the cell is read depends on the subject, so it is looked up here.
    here = frames[cell.depth].instance

    there = here.world.at(cell.form, cell.visit, here.key, cell.field.name)
    if there is None:
        return False

    return there.key == home


def _rows(
    source: resolved.RowSource, given: Given, frames: Frames, home: FormKey
) -> list[Any]:
    """One list of columns for each row; the page's own rows are one marker in their
    stead.
    """
    assert given.columns is not None
    # Frames between the form and the row are rows of the page, of which the server
    # knows none: they stand where the form does.
    missing = given.depth - len(frames)
    around = [*frames, *([frames[0]] * missing)][: given.depth]

    here = frames[source.depth].instance
    instances: Sequence[Instance] = [here]
    if source.visit != THIS:
        instances = here.world.instances(source.form, source.visit, here.key)

    rows: list[Any] = []
    for instance in instances:
        # The page's own rows keep their place among those of other visits.
        if instance.key == home:
            rows.append(OWN)
            continue

        for place in places_in(source, instance):
            rows.append(_given(given.columns, [*around, place], home))

    return rows
