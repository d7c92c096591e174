"""From a dictionary's files to its study, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.absent_visits import absent_visit_checks
from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.build_memory import BuildMemory
from forms_spec.loading.carried_rows import CarriedRowsBuilder, carried_row_checks
from forms_spec.loading.codelists import build_codelists
from forms_spec.loading.double_entry import build_double_entry
from forms_spec.loading.eligibility import EligibilityBuilder
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.forms import FormsBuilder
from forms_spec.loading.lookup_tables import build_lookup_tables, is_table_file
from forms_spec.loading.offered_codes import offered_code_checks
from forms_spec.loading.offered_rows import offered_row_checks
from forms_spec.loading.randomization import (
    RandomizationBuilder,
    randomization_checks,
    with_allocated_fields,
)
from forms_spec.loading.reference_ranges import build_references
from forms_spec.loading.roles import build_roles
from forms_spec.loading.rules import RulesBuilder
from forms_spec.loading.schedule import ScheduleGrid
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy, Parts
from forms_spec.loading.study import (
    BY_SITE,
    StudySchema,
    build_arms,
    build_meanings,
    build_missing,
    build_parameters,
)
from forms_spec.loading.study_slices import FormParts, study_slices
from forms_spec.loading.subject_status import StatusBuilder
from forms_spec.loading.translated_document import (
    answers_of_types,
    text_languages,
    translated,
)
from forms_spec.loading.translations import (
    Translations,
    check_tags,
    check_translations,
    languages_of,
    read_translations,
)
from forms_spec.loading.verification import build_verification
from forms_spec.loading.visit_dating import with_dating
from forms_spec.loading.visits import VisitsSchema, build_visits
from forms_spec.model.codes import Codelist
from forms_spec.model.criteria import References
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.fields import Form
from forms_spec.model.roles import USUAL_ROLES, StudyRole
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled, Visit
from forms_spec.rules.semantics.home import SUBJECT
from forms_spec.yaml_source.document import Document


def dictionary_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over every file's name and text, in hex; the same for the same
    dictionary.
    """
    digest = sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode("utf-8", "surrogatepass")
            # The length keeps ("ab", "c") and ("a", "bc") apart.
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)

    return digest.hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltStudy:
    """What was built from files; ``loaded`` is None when no file begins a study."""

    loaded: LoadedStudy | None
    parts: Parts


def build_study(
    files: Mapping[str, str],
    notes: Notes,
    memory: BuildMemory | None = None,
    *,
    language: str = "",
) -> BuiltStudy:
    """Build what can be built.

    Where something cannot be read, it may be the study's: then nothing more is said.
    ``memory`` keeps what has not changed since the last time. ``language`` is one that
    the texts are translated into; blank is the one that they are written in.
    """
    memory = memory or BuildMemory()
    memory.forget_others(files)
    parts = Parts()
    spots = _sort(files, parts, notes, memory)
    studies = spots["study"]

    if not studies:
        documents = parts.documents.values()
        if all(document.root and not document.lost for document in documents):
            notes.say("no-study", _top(next(iter(files), ".")))

        return BuiltStudy(loaded=None, parts=parts)

    for other in studies[1:]:
        first = studies[0].place
        notes.say("second-study", other.at("study").key, related=(first,), first=first)

    translations = parts.translations = read_translations(spots, notes)
    if translations is not None:
        check_translations(translations, studies[0], notes)
        if language:
            spots = translated(spots, translations, language)

    builder = _StudyBuilder(
        files=files,
        spots=spots,
        parts=parts,
        notes=notes,
        memory=memory,
        translations=translations,
        language=language,
    )
    study = builder.build()
    loaded = LoadedStudy(
        study=study,
        parts=parts,
        unsound=parts.unsound,
        slices=study_slices(study, parts, builder.form_parts, memory.slices),
    )
    return BuiltStudy(loaded=loaded, parts=parts)


def _top(file: str) -> TextPlace:
    return TextPlace(file=file, line=1, column=1)


def _sort(
    files: Mapping[str, str], parts: Parts, notes: Notes, memory: BuildMemory
) -> dict[str, list[SourceNode]]:
    """Read every file and sort it by its top key."""
    spots: dict[str, list[SourceNode]] = {noun: [] for noun in NOUNS}
    for name, text in files.items():
        # The rows of a table are read with what the study says of its columns.
        if is_table_file(name):
            continue

        document = memory.document(name, text)
        parts.documents[name] = document
        notes.extend(document.findings)
        if document.root is None:
            continue

        noun = _noun(document, notes)
        # Rules and derivations are read together, whichever of them comes first.
        if noun == "derivations":
            noun = "rules"

        if noun is not None:
            spots[noun].append(SourceNode(document=document))

    return spots


def _noun(document: Document, notes: Notes) -> str | None:
    """The key that says what a file holds; without one the file is refused."""
    data = document.data
    if not isinstance(data, dict):
        notes.say("file-not-mapping", _top(document.file))
        return None

    for key in data:
        if key in NOUNS:
            return key

    key = next(iter(data), "")
    place = document.key_place((key,)) if data else _top(document.file)
    notes.say("unknown-file", place, key=key, near=did_you_mean(key, NOUNS))
    return None


@dataclass(frozen=True, kw_only=True)
class _StudyBuilder:
    """Builds the study of sorted files."""

    files: Mapping[str, str]
    spots: Mapping[str, list[SourceNode]]
    parts: Parts
    notes: Notes
    memory: BuildMemory
    translations: Translations | None
    language: str
    form_parts: list[FormParts] = field(default_factory=list)

    def build(self) -> Study:
        spot = self.parts.study = self.spots["study"][0]
        loaded = self.notes.load(StudySchema(), spot.data, spot)
        missing = build_missing(loaded)
        codelists: dict[str, Codelist] = {}
        for file in self.spots["codelists"]:
            build_codelists(file, self.notes, codelists, self.parts.codelists)

        arms = ArmConditions(arms=build_arms(loaded), notes=self.notes)
        forms_builder = FormsBuilder(
            codelists=codelists,
            missing=missing,
            checks=loaded.get("checks", {}),
            answers=answers_of_types(self.translations, self.language),
            arms=arms,
            parts=self.parts,
            notes=self.notes,
            memory=self.memory,
        )
        forms = forms_builder.build(self.spots["form"])
        self.form_parts.extend(forms_builder.form_parts)
        visits, schedule = self._visits(forms, arms)
        forms = CarriedRowsBuilder(
            forms=forms,
            visits=visits,
            schedule=schedule,
            parts=self.parts,
            notes=self.notes,
        ).build()
        randomization = RandomizationBuilder(
            loaded=loaded, spot=spot, parts=self.parts, notes=self.notes
        ).build(forms)
        forms = with_allocated_fields(forms, randomization)
        subject = loaded.get("subject", {})
        study = Study(
            name=loaded.get("study", ""),
            title=loaded.get("title", ""),
            short=loaded.get("short") or loaded.get("study", ""),
            hash=dictionary_hash(self.files),
            files=MappingProxyType(dict(self.files)),
            subject_pattern=subject.get("pattern", ""),
            subject_example=subject.get("example", ""),
            sites=MappingProxyType(loaded.get("sites", {})),
            date_order=loaded.get("date_order"),
            timezone=loaded.get("timezone") or "UTC",
            releases_by_site=loaded.get("release") == BY_SITE,
            day_zero=loaded.get("day_zero", ()),
            anchors=MappingProxyType(loaded.get("anchors", {})),
            arms=arms.arms,
            missing=missing,
            parameters=build_parameters(loaded, spot),
            codelists=MappingProxyType(codelists),
            visits=MappingProxyType(visits),
            schedule=tuple(schedule.values()),
            forms=MappingProxyType(forms),
            place=spot.at("study").key,
            references=self._references(),
            lookup_tables=build_lookup_tables(loaded, spot, self.files, self.notes),
            verification=build_verification(loaded),
            double_entry=build_double_entry(loaded),
            randomization=randomization,
            signature_meanings=build_meanings(loaded, spot, self.notes),
            roles=self._roles(),
        )

        builder = StatusBuilder(
            study=study, spot=spot, parts=self.parts, notes=self.notes
        )
        statuses = builder.build(loaded.get("subject_status", {}))
        study = with_dating(replace(study, statuses=statuses), loaded)
        study = self._with_languages(study)

        return self._with_eligibility(self._with_rules(study))

    def _with_languages(self, study: Study) -> Study:
        """The study with the languages of its texts, and the one that they are in."""
        languages = languages_of(self.spots["study"])
        if not languages:
            return study

        check_tags(languages, self.spots["study"][0], self.notes)
        of_texts: dict[str, str] = {}
        if self.translations is not None:
            of_texts = text_languages(self.translations, self.language)

        return replace(
            study,
            languages=MappingProxyType(languages),
            language=self.language or next(iter(languages)),
            text_languages=MappingProxyType(of_texts),
        )

    def _references(self) -> References | None:
        spot = self._only("reference_ranges")
        if not spot:
            return None

        return build_references(spot, self.notes)

    def _roles(self) -> Mapping[str, StudyRole]:
        spot = self._only("roles")
        if spot:
            return build_roles(spot, self.notes)

        return USUAL_ROLES

    def _with_eligibility(self, study: Study) -> Study:
        """The study with its criteria, which name a form and a visit."""
        spot = self._only("eligibility")
        if spot is None:
            return study

        builder = EligibilityBuilder(
            spot=spot,
            study=study,
            parts=self.parts,
            notes=self.notes,
        )
        return replace(study, eligibility=builder.build())

    def _only(self, noun: str) -> SourceNode | None:
        """The first file that has a top key; a second is refused."""
        spots = self.spots[noun]
        if not spots:
            return None

        first, *others = spots
        for other in others:
            key = other.at(noun).key
            self.notes.say_duplicate("top key", noun, key, first.place)

        return first

    def _visits(
        self, forms: Mapping[str, Form], arms: ArmConditions
    ) -> tuple[dict[str, Visit], dict[tuple[str, str], Scheduled]]:
        visits: dict[str, Visit] = {}
        schedule: dict[tuple[str, str], Scheduled] = {}
        files: list[tuple[SourceNode, dict[str, Any]]] = []

        for spot in self.spots["visits"]:
            loaded = self.notes.load(VisitsSchema(), spot.data, spot)
            for written in build_visits(loaded, spot, arms, visits):
                part = ExpressionPart(
                    written=written, what="conditions", form=SUBJECT.name
                )
                self.parts.expressions.append(part)

            files.append((spot, loaded))

        # A schedule may name the visits of any file.
        for spot, loaded in files:
            self.parts.visits.append(spot)
            grid = ScheduleGrid(
                rows=loaded.get("schedule", {}),
                conditions=loaded.get("conditions", {}),
                spot=spot,
                visits=visits,
                forms=forms,
                arms=arms,
                notes=self.notes,
            )
            for written, form in grid.build(schedule):
                part = ExpressionPart(written=written, what="conditions", form=form)
                self.parts.expressions.append(part)

        return visits, schedule

    def _with_rules(self, study: Study) -> Study:
        """The study with its rules, which name tables and so need the forms first."""
        rules: dict[str, EditCheck] = {}
        derivations: dict[str, Derivation] = {}

        for spot in self.spots["rules"]:
            builder = RulesBuilder(
                spot=spot,
                tables=study.tables,
                parts=self.parts,
                notes=self.notes,
            )
            builder.build(rules, derivations)

        study = replace(study, derivations=MappingProxyType(derivations))
        rules |= absent_visit_checks(study)
        # Their messages say conditions in words, which may name derivations.
        rules |= offered_code_checks(study)
        rules |= carried_row_checks(study)
        rules |= offered_row_checks(study)
        rules |= randomization_checks(study)

        return replace(study, rules=MappingProxyType(rules))
