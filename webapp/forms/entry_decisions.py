"""The two entries of a form side by side, and what somebody decides where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from forms_spec.entry import understand
from forms_spec.evaluation import Judgement
from forms_spec.evaluation.entry_comparison import (
    Chosen,
    EntryChoice,
    EntryDifference,
    decided_record,
    entry_differences,
)
from forms_spec.findings.finding import Severity
from generator.pages.answer_text import answer_words
from generator.pages.reasons import is_reason
from webapp.forms.double_entries import DoubleForm
from webapp.forms.evaluation import judged
from webapp.forms.posted import LONGEST_REASON
from webapp.forms.save_requests import save_request
from webapp.presentation.form_address import FormPlace
from webapp.services import everything, services
from webapp.storage import (
    Status,
    StoredForm,
    load_version,
)
from webapp.storage.adjudication import EntryDecision
from webapp.storage.double_entries import EntryRefused
from webapp.storage.second_entries import load_second

CHOSEN_WORDS = {
    Chosen.FIRST: "first entry",
    Chosen.SECOND: "second entry",
    Chosen.OTHER: "another answer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoEntries:
    """The two entries that were or are to be compared, and where they differ."""

    first: StoredForm
    second: StoredForm
    differences: tuple[EntryDifference, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDifference:
    """A difference on the page. ``chosen``, ``other`` and ``reason`` are what was typed
    before, where the decision was not kept, or what was decided.
    """

    name: str
    label: str
    first: str
    second: str
    is_row: bool
    chosen: str = ""
    other: str = ""
    reason: str = ""


def two_entries(place: FormPlace, double: DoubleForm) -> TwoEntries | None:
    """The entries that are to be compared, or were; None where there are no two yet."""
    state = double.state
    settled = state.settled
    if settled is None and not state.is_second_complete:
        return None
    version = settled.first_version if settled else state.first_version
    number = settled.second_number if settled else state.second_number
    first = load_version(services().database, place.key, version)
    second = load_second(services().database, place.key, number)
    if first is None or second is None:
        return None
    return TwoEntries(
        first=first,
        second=second,
        differences=entry_differences(place.form, first.record, second.record),
    )


def shown_differences(
    place: FormPlace,
    entries: TwoEntries,
    typed: Mapping[str, str],
    decided: Mapping[str, str],
) -> list[ShownDifference]:
    """Every difference with both answers. ``typed`` is what was posted and not kept,
    ``decided`` what was decided, by the names of the differences.
    """
    shown = []
    for difference in entries.differences:
        name = difference.name
        first, second = _both_words(difference)
        shown.append(
            ShownDifference(
                name=name,
                label=label_of_difference(place, difference),
                first=first,
                second=second,
                is_row=difference.field is None,
                chosen=typed.get(f"choose:{name}", decided.get(name, "")),
                other=typed.get(f"other:{name}", ""),
                reason=typed.get(f"why:{name}", ""),
            )
        )
    return shown


def _both_words(difference: EntryDifference) -> tuple[str, str]:
    if difference.field is None:
        has = "has this row", "has no such row"
        return has if difference.first_row is not None else (has[1], has[0])
    return (
        answer_words(difference.first, difference.field) or "blank",
        answer_words(difference.second, difference.field) or "blank",
    )


def label_of_difference(place: FormPlace, difference: EntryDifference) -> str:
    """``Systolic``, ``Dose, row 2``, ``Medicines, row 3 of the second entry``."""
    row = difference.first_row
    where = f", row {row}" if row is not None else ""
    if row is None and difference.second_row is not None:
        where = f", row {difference.second_row} of the second entry"
    if difference.field is not None:
        return f"{difference.field.label}{where}"
    groups = {group.name: group.title for group in place.form.row_groups}
    return f"{groups.get(difference.table) or place.form.title}{where}"


def posted_decision(
    place: FormPlace, entries: TwoEntries, data: MultiDict[str, str]
) -> EntryDecision:
    """What was decided, with the version that follows from it.

    ``EntryRefused`` says what is missing or wrong.
    """
    choices = {item.name: _choice(place, item, data) for item in entries.differences}
    reason = _reason(place, entries.differences, choices, data)
    first = entries.first
    record = decided_record(
        place.form,
        first.record,
        entries.second.record,
        choices,
        new_rows_from={group: mark + 1 for group, mark in first.row_marks.items()},
    )
    with everything():
        judgement = judged(place, record, completing=True)
        if not judgement.may_complete:
            raise EntryRefused(_wrong(judgement))
        request = save_request(
            place,
            record,
            judgement,
            status=Status.COMPLETE,
            base_version=first.version,
            reason=reason,
        )

    return EntryDecision(
        request=request,
        second_number=entries.second.version,
        choices={name: choice.chosen.value for name, choice in choices.items()},
        own_allowed=_own_allowed(),
    )


def _own_allowed() -> bool:
    plan = services().study.double_entry
    return plan is not None and plan.own_adjudication


def _choice(
    place: FormPlace, difference: EntryDifference, data: MultiDict[str, str]
) -> EntryChoice:
    """The choice about one difference."""
    label = label_of_difference(place, difference)
    value = data.get(f"choose:{difference.name}", "")
    known = {chosen.value: chosen for chosen in Chosen}
    if value not in known:
        raise EntryRefused(f"Choose which answer counts for “{label}”.")
    if known[value] is not Chosen.OTHER or difference.field is None:
        return EntryChoice(chosen=known[value])

    text = understand(
        data.get(f"other:{difference.name}", ""),
        difference.field,
        today=services().today(),
        date_order=services().study.date_order,
    )
    return EntryChoice(chosen=Chosen.OTHER, text=text)


def _reason(
    place: FormPlace,
    differences: Sequence[EntryDifference],
    choices: Mapping[str, EntryChoice],
    data: MultiDict[str, str],
) -> str:
    """What was decided and why, in the words of the history."""
    common = data.get("reason", "").strip()[:LONGEST_REASON]
    parts = []
    for item in differences:
        label = label_of_difference(place, item)
        own = data.get(f"why:{item.name}", "").strip()[:LONGEST_REASON]
        if not is_reason(own or common):
            raise EntryRefused(
                f"Say why you decide so for “{label}”, or for all lines."
            )
        words = CHOSEN_WORDS[choices[item.name].chosen]
        parts.append(f"{label}: {words}" + (f" ({own})" if own else ""))
    decided = "; ".join(parts)

    return f"Two entries: {decided}. {common}".strip()


def _wrong(judgement: Judgement) -> str:
    """What keeps the decided form from being complete."""
    findings = [
        finding.message
        for finding in judgement.findings
        if finding.severity is Severity.ERROR
    ]
    said = " ".join(dict.fromkeys(findings))
    return f"With these answers the form is not complete. {said}".strip()
