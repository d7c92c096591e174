"""The proof of the dictionary that is previewed. The subject of the preview takes the
record that shows a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock

from flask import abort, g, redirect, render_template
from flask.typing import ResponseReturnValue

from forms_spec.model.study import Study
from generator.proof.answers import EarlierAnswers
from generator.proof.prover import prove
from generator.proof.witness import WitnessRecord
from webapp.presentation.form_address import FormPlace
from webapp.preview.finding_list import ListedFinding, listed
from webapp.preview.subject import KeptForm, PreviewSubject
from webapp.preview.watcher import Seen
from webapp.storage import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFault:
    """A finding of the proof as the page lists it, with its record where there is one."""

    listed: ListedFinding
    record: WitnessRecord | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownProof:
    """What was found in the dictionary with that hash, and how many questions of all
    took too much effort.
    """

    hash: str
    faults: tuple[ShownFault, ...]
    questions: int
    undecided: int


class ProofDesk:
    """Proves the dictionary when it is told to, and keeps the answers, so that after a
    change only what it touches is asked again.
    """

    def __init__(self, subject: PreviewSubject) -> None:
        self._subject = subject
        # The solver works on one thing at a time.
        self._lock = Lock()
        self._answers = EarlierAnswers()
        self._proof: ShownProof | None = None

    def show(self) -> str:
        """The findings, or a button that looks for them."""
        seen: Seen = g.seen
        proof = self._proof_of(seen.study) if seen.study is not None else None
        return render_template(
            "preview/proof.html",
            is_installed=find_spec("z3") is not None,
            proof=proof,
        )

    def prove(self) -> ResponseReturnValue:
        """Proves the dictionary as it is now, which takes seconds."""
        seen: Seen = g.seen
        if seen.study is not None and find_spec("z3") is not None:
            with self._lock:
                if self._proof_of(seen.study) is None:
                    self._proof = self._proved(seen.study, seen.files)

        return redirect("/proof", 303)

    def open(self, number: int) -> ResponseReturnValue:
        """Gives the subject the record of a fault, and leads to the form that shows it."""
        seen: Seen = g.seen
        proof = self._proof_of(seen.study) if seen.study is not None else None
        # The dictionary may have changed since the page was made.
        if seen.study is None or proof is None or number >= len(proof.faults):
            return redirect("/proof", 303)

        fault = proof.faults[number]
        if fault.record is None:
            abort(404, "No record shows this finding.")
        forms = {
            key: KeptForm(record=record, status=Status.DRAFT)
            for key, record in fault.record.forms.items()
        }
        told = f"This record shows: {fault.listed.finding.message}"
        judged = fault.record.judged
        place = FormPlace(
            subject=self._subject.stored(seen.study),
            form=seen.study.forms[judged.form],
            visit=seen.study.visits.get(judged.visit),
            unsno=judged.unsno,
        )
        self._subject.day = fault.record.today
        self._subject.put(forms, told, place.address)
        return redirect(place.address, 303)

    def _proof_of(self, study: Study) -> ShownProof | None:
        """The proof of exactly this dictionary; None where it was not proved yet."""
        proof = self._proof
        return proof if proof is not None and proof.hash == study.hash else None

    def _proved(self, study: Study, files: Mapping[str, str]) -> ShownProof:
        result = prove(study, earlier=self._answers)
        self._answers = self._answers.next()
        return ShownProof(
            hash=study.hash,
            faults=tuple(
                ShownFault(
                    listed=listed([fault.finding], files)[0], record=fault.record
                )
                for fault in result.faults
            ),
            questions=result.questions,
            undecided=len(result.undecided),
        )
