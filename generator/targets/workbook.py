"""A workbook that people edit in a spreadsheet program."""

from __future__ import annotations

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.losses import Loss, list_losses
from generator.targets.target import (
    DictionarySource,
    DictionaryTarget,
    OptionValues,
    ReadDictionary,
    SourceFile,
    WrittenDictionary,
)
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook


def write(source: DictionarySource) -> WrittenDictionary:
    """All files of a dictionary; one that has errors is shown them instead."""
    loaded = load_study(source.files)
    if loaded.study is None:
        return WrittenDictionary(content=None, findings=loaded.findings)

    return WrittenDictionary(
        content=write_workbook(source.files),
        findings=loaded.findings,
        loss_list=list_losses(source.folder.name, ()),
        fields=sum(len(table.fields) for table in loaded.study.tables.values()),
    )


def read(source: SourceFile, _options: OptionValues) -> ReadDictionary:
    """The dictionary, if no sheet has an error. What nobody changed is as it was."""
    result = read_workbook(source.path.name, source.content)
    losses = tuple(
        Loss(
            field="*",
            facet="comments",
            why=f"{name} was written anew, without its comments",
            harmless=True,
        )
        for name in result.rewritten
    )
    return ReadDictionary(
        files=result.files,
        usable=result.usable,
        findings=result.findings,
        losses=losses,
        loss_list=list_losses(source.path.name, losses),
        fields=result.fields,
    )


def losses(_study: Study) -> tuple[Loss, ...]:
    """A workbook keeps every file, so that nothing is lost."""
    return ()


TARGET = DictionaryTarget(
    name="xlsx",
    summary="a workbook with a sheet for each part of the dictionary",
    suffix=".xlsx",
    write=write,
    note="For xlsx you need pip install 'crfsmith[xlsx]'.",
    losses=losses,
    read=read,
    libraries=("python_calamine", "xlsxwriter"),
)
