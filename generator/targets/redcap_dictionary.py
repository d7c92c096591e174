"""REDCap's data dictionary, with its lists of events and of what repeats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forms_spec.model.study import Study
from generator.losses import Loss
from generator.redcap.convert import convert_redcap
from generator.redcap.losses import CellLoss, as_markdown
from generator.redcap.reading.events import EventFiles
from generator.redcap.reading.originals import originals, read_originals
from generator.redcap.reading.project_file import NoProject, project_missing
from generator.redcap.write_dictionary import write_redcap
from generator.targets.target import (
    DictionarySource,
    DictionaryTarget,
    OptionValues,
    ReadDictionary,
    ReadOption,
    SourceFile,
    UnusableOption,
    WrittenDictionary,
)

LISTS = {
    "events": "-events.csv",
    "forms": "-event-forms.csv",
    "repeating": "-repeating.csv",
}
"""What follows the stem of the dictionary's file in the names of REDCap's lists."""

OPTIONS = (
    ReadOption(name="events", summary="REDCap's events, as CSV.", takes_file=True),
    ReadOption(
        name="event_forms",
        summary="REDCap's forms of each event, as CSV.",
        takes_file=True,
    ),
    ReadOption(
        name="repeating",
        summary="REDCap's repeating forms and events, as CSV.",
        takes_file=True,
    ),
    ReadOption(
        name="day_zero",
        summary="The date field that event days are counted from.",
        metavar="FIELD",
    ),
    ReadOption(
        name="record_id",
        summary=("The record ID field, if it is not the first field. '' for none."),
        metavar="FIELD",
    ),
    ReadOption(
        name="missing",
        summary="The project's missing data codes: 'ND, Not done | UNK, Unknown'.",
        metavar="CODES",
    ),
    ReadOption(
        name="project",
        summary=("REDCap's project file (XML), which lists its missing data codes."),
        takes_file=True,
    ),
    ReadOption(name="study", summary="The study's name. Default: the file's name."),
)


def read(source: SourceFile, options: OptionValues) -> ReadDictionary:
    """Convert a data dictionary, with its lists where they are given."""
    values: dict[str, Any] = dict(options)
    lists = EventFiles(
        events=_named(values["events"]),
        forms=_named(values["event_forms"]),
        repeating=_named(values["repeating"]),
    )
    # Codes may come from both: the option adds to what the project's file says.
    codes = (values["missing"], _project_codes(values["project"]))
    converted = convert_redcap(
        source.path.name,
        source.content,
        lists,
        study=values["study"],
        day_zero=values["day_zero"],
        record_id=values["record_id"],
        missing=" | ".join(listed for listed in codes if listed),
    )

    return ReadDictionary(
        files=converted.files,
        usable=converted.usable,
        findings=converted.findings,
        losses=_losses(converted.losses),
        loss_list=as_markdown(source.path.name, converted.losses),
        fields=converted.fields,
        originals=originals(source.content, lists),
    )


def _named(file: SourceFile | None) -> tuple[str, bytes] | None:
    if file is None:
        return None

    return (file.path.name, file.content)


def _project_codes(project: SourceFile | None) -> str:
    """The missing data codes that a project's file names."""
    if project is None:
        return ""

    try:
        return project_missing(project.content)
    except NoProject as error:
        raise UnusableOption(
            f"{project.path} is not a REDCap project: {error}."
        ) from error


def write(source: DictionarySource) -> WrittenDictionary:
    """The data dictionary, in its old spelling where the folder keeps REDCap's files."""
    written = write_redcap(source.files, read_originals(source.folder))
    return WrittenDictionary(
        content=written.content,
        findings=written.findings,
        losses=_losses(written.losses),
        loss_list=as_markdown(source.folder.name, written.losses),
        fields=written.fields,
        beside={LISTS[name]: content for name, content in written.lists.items()},
    )


def losses(study: Study) -> tuple[Loss, ...]:
    """What a data dictionary that is written anew does not say."""
    return _losses(write_redcap(study.files, {}).losses)


def _losses(cells: Iterable[CellLoss]) -> tuple[Loss, ...]:
    return tuple(
        Loss(field=cell.field, facet=cell.kind, why=cell.why, harmless=cell.harmless)
        for cell in cells
    )


TARGET = DictionaryTarget(
    name="redcap",
    summary="REDCap's data dictionary",
    suffix=".csv",
    write=write,
    note=(
        "With --to redcap, events, their forms and repeating forms are written to "
        "files next to FILE, if the study has any."
    ),
    losses=losses,
    read=read,
    read_options=OPTIONS,
)
