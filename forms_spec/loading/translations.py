"""Translations of a study's texts: each beside the text that it translates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import MappingSchema, NamedMapping, TextField
from forms_spec.loading.written_texts import WrittenText, written_texts
from forms_spec.model.characters import ascii_lower, strip_blanks
from forms_spec.model.languages import is_language_tag
from forms_spec.model.text_templates import SlotText, parts_of

FOLDER: Final = "translations/"
"""Where the files of translations are written, each with the name of its language."""


class TranslationsSchema(MappingSchema):
    """A file whose top key is ``translations``: the texts in another language."""

    translations = TextField(required=True)
    texts = NamedMapping(NamedMapping(TextField(allow_none=True)), required=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """A text in another language. ``source`` is the text that was translated."""

    address: str
    source: str
    text: str | None
    spot: SourceNode


@dataclass(frozen=True, kw_only=True)
class Translations:
    """The texts of a dictionary, and its translations by language and address."""

    languages: Mapping[str, str]
    texts: Mapping[str, WrittenText]
    by_language: Mapping[str, Mapping[str, Translation]]

    @property
    def source(self) -> str:
        """The language that the dictionary is written in."""
        return next(iter(self.languages), "")

    def valid(self, language: str) -> dict[str, str]:
        """What stands for each text in a language, by address. A translation of a text
        that was edited since is none.
        """
        valid: dict[str, str] = {}
        for address, translation in self.by_language.get(language, {}).items():
            written = self.texts.get(address)
            if written is None or translation.text is None:
                continue

            if written.text == translation.source:
                valid[address] = translation.text

        return valid


def languages_of(study: Iterable[SourceNode]) -> dict[str, str]:
    """The languages of a study by tag, with what their speakers call them."""
    for spot in study:
        data = spot.at("languages").data
        if isinstance(data, dict):
            return {tag: name for tag, name in data.items() if isinstance(name, str)}

    return {}


def check_tags(languages: Iterable[str], study: SourceNode, notes: Notes) -> None:
    """Notes what is no language tag."""
    for tag in languages:
        if not is_language_tag(tag):
            notes.say("language-tag", study.at("languages", tag).key, value=tag)


def read_translations(
    spots: Mapping[str, list[SourceNode]], notes: Notes
) -> Translations | None:
    """The translations of a dictionary; None where it says no language."""
    languages = languages_of(spots["study"])
    files = spots["translations"]
    if not files and not languages:
        return None

    by_language: dict[str, dict[str, Translation]] = {
        tag: {} for tag in list(languages)[1:]
    }
    source = next(iter(languages), "")
    for spot in files:
        loaded = notes.load(TranslationsSchema(), spot.data, spot)
        language = loaded.get("translations")
        if language not in by_language:
            near = did_you_mean(language or "", by_language)
            place = spot.at("translations").place
            notes.say("translation-language", place, name=language, near=near)
            continue

        of_file = _of_file(loaded.get("texts") or {}, spot, source, language, notes)
        for translation in of_file:
            first = by_language[language].setdefault(translation.address, translation)
            if first is not translation:
                notes.say_duplicate(
                    "text", translation.address, translation.spot.key, first.spot.place
                )

    return Translations(
        languages=languages, texts=written_texts(spots), by_language=by_language
    )


def _of_file(
    texts: Mapping[str, Mapping[str, str | None]],
    spot: SourceNode,
    source: str,
    language: str,
    notes: Notes,
) -> Iterator[Translation]:
    for address, by_tag in texts.items():
        text_spot = spot.at("texts", address)
        for tag in by_tag.keys() - {source, language}:
            near = did_you_mean(tag, (source, language))
            notes.say("unknown-key", text_spot.at(tag).key, key=tag, near=near)

        translated = by_tag.get(source)
        if translated is None:
            notes.say("missing-key", text_spot.key, key=source)
            continue

        yield Translation(
            address=address,
            source=translated,
            text=by_tag.get(language),
            spot=text_spot,
        )


def check_translations(
    translations: Translations, study: SourceNode, notes: Notes
) -> None:
    """Notes what is wrong with the translations, language by language."""
    for language, of_language in translations.by_language.items():
        for translation in of_language.values():
            _check(translation, translations, notes)

        _check_missing(language, translations, study, notes)
        _check_labels(language, translations, notes)


def _check(translation: Translation, translations: Translations, notes: Notes) -> None:
    """A translation beside the text of its address."""
    written = translations.texts.get(translation.address)
    if written is None:
        near = did_you_mean(translation.address, translations.texts)
        place = translation.spot.key
        notes.say("translation-unknown", place, name=translation.address, near=near)
        return

    if translation.text is None:
        return

    source_spot = translation.spot.at(translations.source)
    if written.text != translation.source:
        notes.say(
            "translation-outdated",
            source_spot.place,
            related=(written.place,) if written.file else (),
            before=translation.source,
            now=written.text,
            source=translations.source,
        )
        return

    answers, translated = _answers(written.text), _answers(translation.text)
    if answers != translated:
        notes.say(
            "translation-answers",
            translation.spot.place,
            source=", ".join(sorted(answers)) or "none",
            translated=", ".join(sorted(translated)) or "none",
        )


def _answers(text: str) -> set[str]:
    """The answers that stand in a text, as they are written there."""
    if "{" not in text:
        return set()

    slots = [part for part in parts_of(text) if isinstance(part, SlotText)]
    return {f"{{{slot.name}{':code' if slot.coded else ''}}}" for slot in slots}


def _check_missing(
    language: str, translations: Translations, study: SourceNode, notes: Notes
) -> None:
    """One finding for all texts without a translation, since there may be hundreds."""
    of_language = translations.by_language[language]
    missing = [
        written
        for address, written in translations.texts.items()
        if address not in of_language or of_language[address].text is None
    ]
    if not missing:
        return

    first = missing[0]
    place = study.at("languages", language).key
    if first.address in of_language:
        place = of_language[first.address].spot.key

    notes.say(
        "translation-missing",
        place,
        count=len(missing),
        all=len(translations.texts),
        name=translations.languages[language],
        address=first.address,
        words=first.text,
    )


def _check_labels(language: str, translations: Translations, notes: Notes) -> None:
    """Answers of one list that nobody can tell apart in a language."""
    valid = translations.valid(language)
    words: dict[tuple[str, str], str] = {}
    listed = [item for item in translations.texts.values() if item.codelist is not None]
    # A code is a word for its answer, in any language.
    for written in listed:
        words[written.codelist or "", ascii_lower(_code(written))] = _code(written)

    # So is the label itself while it is not translated: it stands beside the others.
    for written in sorted(listed, key=lambda item: item.address in valid):
        label = valid.get(written.address, written.text)
        word = written.codelist or "", ascii_lower(strip_blanks(label))
        other = words.setdefault(word, _code(written))
        if other != _code(written) and written.address in valid:
            notes.say(
                "translated-label-twice",
                translations.by_language[language][written.address].spot.place,
                name=translations.languages[language],
                label=label,
                code=_code(written),
                other=other,
            )


def _code(written: WrittenText) -> str:
    """The code of an answer: what its address says after its list."""
    return written.address.removeprefix(f"{written.codelist}.")
