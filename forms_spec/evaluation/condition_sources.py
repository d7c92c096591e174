"""Which answers decide whether a question is asked, and whether it has to be answered,
in words.

The words hang on the dictionary alone, so that the page, the server and a report of a
package say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from forms_spec.evaluation.form_plan import FieldPlan
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import Dependency, references

MOST_NAMED: Final = 6
"""A longer list is no help to somebody who has to fill in a form."""

_Place = tuple[str, str | None]
_WORDS: StudyCache[tuple[str, str], str] = StudyCache()
_GROUPS: StudyCache[str, str] = StudyCache()
_SHOWING: StudyCache[tuple[str, str], str] = StudyCache()


def deciding_answers(study: Study, form: Form, plan: FieldPlan) -> str:
    """The labels of the fields on which a field's conditions depend.

    Calculated fields are followed to the answers that they are worked out from. A
    field of another form is named with that form.
    """
    own = (plan.table, plan.field.name)
    return _WORDS.get(
        study, own, lambda: _in_words(study, form, own, plan.conditions())
    )


def showing_answers(study: Study, form: Form, plan: FieldPlan) -> str:
    """As ``deciding_answers``, for whether the field is asked at all."""
    own = (plan.table, plan.field.name)
    return _SHOWING.get(study, own, lambda: _in_words(study, form, own, plan.shown_by))


def row_answers(study: Study, form: Form, group: Group) -> str:
    """As ``deciding_answers``, for whether a repeating group is asked at all."""
    assert group.show_when is not None
    own, condition = (group.name, None), (group.show_when, Home(form=form))
    return _GROUPS.get(
        study, group.name, lambda: _in_words(study, form, own, [condition])
    )


def _in_words(
    study: Study,
    form: Form,
    own: _Place,
    conditions: Iterable[tuple[Expression, Home]],
) -> str:
    places = dict.fromkeys(_followed(study, conditions, {own}))
    names = list(dict.fromkeys(_named(study, form, place) for place in places))
    if not names:
        return "other answers"

    if len(names) > MOST_NAMED:
        more = len(names) - MOST_NAMED + 1
        names[MOST_NAMED - 1 :] = [f"{more} more"]

    *first, last = names
    if not first:
        return last

    return f"{', '.join(first)} and {last}"


def _followed(
    study: Study, conditions: Iterable[tuple[Expression, Home]], seen: set[_Place]
) -> Iterator[_Place]:
    """The fields that are answered, and groups whose rows are read, each once."""
    for condition, home in conditions:
        for dependency in references(condition, study, home):
            place = _place(dependency)
            if place is None or place in seen:
                continue

            seen.add(place)
            formula = _formula(study, place)

            if formula is None:
                yield place
            else:
                # Nobody answers a calculated field, so what it is made of is named.
                yield from _followed(study, [formula], seen)


def _formula(study: Study, place: _Place) -> tuple[Expression, Home] | None:
    """The formula of a calculated field; None of what is answered."""
    table, name = place
    if name is None:
        return None

    field = study.field(table, name)
    if field is None or field.value is None:
        return None

    owner = study.tables[table]
    return field.value, Home(form=owner.form, group=owner.group)


def _place(dependency: Dependency) -> _Place | None:
    """None for a parameter of the study, which nobody answers."""
    if dependency.table is None:
        return None

    return dependency.table, dependency.field


def _named(study: Study, form: Form, place: _Place) -> str:
    table_name, name = place
    table = study.tables[table_name]
    field = study.field(table_name, name) if name is not None else None

    # Rows are named by their group, which need not have a title.
    label = table.form.title
    if field is not None:
        label = field.label
    elif table.group is not None and table.group.title:
        label = table.group.title

    if table.form is form:
        return f"“{label}”"

    return f"“{label}” ({table.form.title})"
