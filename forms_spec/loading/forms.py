"""The forms of a study, each built anew only where something that it reads has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.build_memory import BuildMemory
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.form_builder import FormBuilder
from forms_spec.loading.form_copies import form_copy, sources
from forms_spec.loading.source_map import Parts
from forms_spec.loading.study_slices import FormParts
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Form


@dataclass(kw_only=True)
class FormsBuilder:
    """Makes the forms of all files. ``form_parts`` says what each file gave."""

    codelists: Mapping[str, Codelist]
    missing: Mapping[str, MissingCode]
    checks: Mapping[str, ProtocolCheck]
    answers: Mapping[str, tuple[Code, ...]]
    arms: ArmConditions
    parts: Parts
    notes: Notes
    memory: BuildMemory
    form_parts: list[FormParts] = field(default_factory=list)

    def build(self, spots: Iterable[SourceNode]) -> dict[str, Form]:
        """The forms by name; of two with one name the second is refused."""
        # Of two lists with one name the first became the codelist.
        codelist_spots = {
            str(list_spot.path[-1]): list_spot
            for list_spot in reversed(self.parts.codelists)
        }
        context = self.memory.one_context(
            (
                dict(self.codelists),
                codelist_spots,
                dict(self.missing),
                dict(self.checks),
                dict(self.answers),
                self.arms.arms,
            )
        )

        written = list(spots)
        forms: dict[str, Form] = {}
        for source in written:
            spot = form_copy(source, written, self.notes)
            form = self._form(spot, codelist_spots, context)
            if form is None:
                continue

            if form.name in forms:
                first = forms[form.name].place
                self.notes.say_duplicate("form", form.name, form.place, first)
                continue

            forms[form.name] = form
            self.parts.forms[form.name] = spot

        return forms

    def _form(
        self,
        spot: SourceNode,
        codelist_spots: Mapping[str, SourceNode],
        context: tuple[Any, ...],
    ) -> Form | None:
        def build(parts: Parts, notes: Notes) -> Form | None:
            return FormBuilder(
                spot=spot,
                codelists=self.codelists,
                codelist_spots=codelist_spots,
                all_missing=self.missing,
                checks=self.checks,
                answers=self.answers,
                arms=replace(self.arms, notes=notes),
                parts=parts,
                notes=notes,
            ).build()

        document, *templates = sources(spot.document)
        built = self.memory.form(document, (context, *templates), build)
        self.parts.extend(built.parts)
        self.form_parts.append(FormParts(document.file, built.form, built.parts))
        self.notes.extend(built.notes.findings)

        return built.form
