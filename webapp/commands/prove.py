"""``crfsmith prove``: what no record at all can do, as a proof finds it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loader import LoadResult, load_study
from forms_spec.model.study import Study
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.proof.answers import EarlierAnswers, read_answers, write_answers
from generator.proof.prover import ProvedFault, StudyProof, prove
from generator.proof.record_text import record_data, record_words, record_yaml
from webapp.commands.check import finding_data
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError

CLEAN, FINDINGS = 0, 1


@click.command(short_help="Prove what a study's rules can and cannot do.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    help="Stop asking after so much processor time. What is left is undecided.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the answers in this file, and ask only what a change touches.",
)
@click.option(
    "--records",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the record of each finding to this folder.",
)
@click.option(
    "--strict", is_flag=True, help="Fail on findings and undecided questions."
)
def command(
    folder: Path,
    *,
    form: str,
    seconds: float | None,
    records: Path | None,
    cache: Path | None,
    strict: bool,
) -> None:
    """Look for faults of logic in the dictionary in DIR, over all possible records.

    Errors come first: correct what crfsmith check finds before you prove anything. This
    needs pip install 'crfsmith[prove]'. Exit status: 0 if the study was proved, 1 under
    --strict if anything was found or left undecided, 2 if nothing could be proved.
    """
    if find_spec("z3") is None:
        raise CommandError(
            "Proofs need the solver z3. Run: pip install 'crfsmith[prove]'."
        )

    files, loaded = _loaded(folder)
    study = loaded.study
    if study is None:
        raise CommandError(
            f"The dictionary has errors. Run: crfsmith check {folder}, and correct them."
        )

    earlier = read_answers(cache) if cache is not None else EarlierAnswers()
    proof = prove(study, seconds=seconds, earlier=earlier)
    if cache is not None:
        write_answers(cache, earlier)
    faults = [item for item in proof.faults if not _is_checked(item.finding, loaded)]
    faults.sort(key=_order)
    if records is not None:
        _write_records(study, faults, records)
    if form == "json":
        report = _report(study, proof, faults)
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for item in faults:
            _show(item, files)
        click.echo(_summary(study, proof, faults))

    is_open = bool(faults or proof.undecided)
    sys.exit(FINDINGS if strict and is_open else CLEAN)


def _loaded(folder: Path) -> tuple[Mapping[str, str], LoadResult]:
    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    if unreadable:
        raise CommandError(
            f"Some files cannot be read. Run: crfsmith check {folder}, and correct them."
        )
    return files, load_study(files)


def _is_checked(item: Finding, loaded: LoadResult) -> bool:
    """Whether ``check`` says something of the same text already."""
    return any(
        item.text is not None
        and other.text is not None
        and _meet(item.text, other.text)
        for other in loaded.findings
    )


def _meet(first: TextPlace, other: TextPlace) -> bool:
    if first.file != other.file:
        return False

    last, other_last = (max(p.line, p.end_line) for p in (first, other))
    return first.line <= other_last and other.line <= last


def _show(fault: ProvedFault, files: Mapping[str, str]) -> None:
    notes = () if fault.record is None else (f"Record: {record_words(fault.record)}",)
    show_finding(fault.finding, files, notes)


def _write_records(study: Study, faults: Sequence[ProvedFault], folder: Path) -> None:
    """A file for each fault with a record, named by its number and code."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, fault in enumerate(faults, start=1):
        if fault.record is not None:
            file = folder / f"{number:02}-{fault.finding.code}.yaml"
            text = f"# {fault.finding.message}\n{record_yaml(study, fault.record)}"
            file.write_text(text, encoding="utf-8")


def _order(item: ProvedFault) -> tuple[str, int, int]:
    place = item.finding.text
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _report(
    study: Study, proof: StudyProof, faults: Sequence[ProvedFault]
) -> dict[str, Any]:
    return {
        "study": study.name,
        "hash": study.hash,
        "questions": proof.questions,
        "asked": proof.asked,
        "undecided": proof.undecided,
        "unconfirmed": proof.unconfirmed,
        "findings": [_fault_data(study, item) for item in faults],
    }


def _fault_data(study: Study, fault: ProvedFault) -> dict[str, Any]:
    record = None if fault.record is None else record_data(study, fault.record)
    return {**finding_data(fault.finding), "record": record}


def _summary(study: Study, proof: StudyProof, faults: Sequence[ProvedFault]) -> str:
    parts = [f"{proof.questions:,} questions"]
    if proof.asked < proof.questions:
        parts.append(f"{proof.asked:,} asked anew")
    if proof.undecided:
        parts.append(f"{len(proof.undecided):,} not decided")
    if proof.unconfirmed:
        parts.append(f"{proof.unconfirmed:,} records not confirmed")

    count = len(faults)
    number_of_faults = (
        f"{count:,} finding{'' if count == 1 else 's'}" if count else "No findings"
    )
    return f"{study.short}: {', '.join(parts)}. {number_of_faults}"
