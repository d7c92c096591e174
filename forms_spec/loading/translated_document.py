"""A file of a dictionary as if it had been written in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.translations import Translations
from forms_spec.loading.written_texts import ANSWERS
from forms_spec.model.codes import Code
from forms_spec.model.text_templates import plain
from forms_spec.yaml_source.document import Data, Document, Path


@dataclass(frozen=True, kw_only=True)
class TranslatedDocument(Document):
    """A file with other texts at some of its paths. Everything else is what it was."""

    texts: Mapping[Path, str]

    @property
    def data(self) -> Data:
        return self._translated

    @cached_property
    def _translated(self) -> Data:
        root = self.root.data if self.root else None
        return _with_texts(root, (), self.texts, _branches(self.texts))

    def value(self, path: Path) -> Data:
        if path in self.texts:
            return self.texts[path]

        data = self._translated
        for step in path:
            data = _below(data, step)

        return data

    def inside(self, path: Path, first: int, last: int) -> TextPlace:
        # The characters of a translation do not stand in this file.
        if path in self.texts:
            return self.place(path)

        return super().inside(path, first, last)


def _below(data: Data, step: str | int) -> Data:
    if isinstance(data, dict):
        return data.get(str(step))
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]

    return None


def _branches(texts: Iterable[Path]) -> frozenset[Path]:
    """All paths on the way to the texts."""
    return frozenset(path[:depth] for path in texts for depth in range(len(path)))


def _with_texts(
    data: Data, path: Path, texts: Mapping[Path, str], branches: frozenset[Path]
) -> Data:
    if path in texts:
        return texts[path]
    if path not in branches:
        return data

    if isinstance(data, dict):
        return {
            key: _with_texts(value, (*path, key), texts, branches)
            for key, value in data.items()
        }

    if isinstance(data, list):
        items = [
            _with_texts(item, (*path, index), texts, branches)
            for index, item in enumerate(data)
        ]
        if path[-1:] != ("codes",) and path[:1] != ("codelists",):
            return items

        # A list of codes says the labels too, so they become a mapping.
        codes = [code for code in data if isinstance(code, str)]
        return dict(zip(codes, items, strict=False))

    return data


def translated(
    spots: Mapping[str, list[SourceNode]], translations: Translations, language: str
) -> dict[str, list[SourceNode]]:
    """The files of a dictionary in a language, by the key that says what they hold."""
    by_file: dict[str, dict[Path, str]] = {}
    for address, text in translations.valid(language).items():
        written = translations.texts[address]
        by_file.setdefault(written.file, {})[written.path] = text

    return {
        noun: [
            _in_language(spot, by_file.get(spot.document.file, {})) for spot in files
        ]
        for noun, files in spots.items()
    }


def _in_language(spot: SourceNode, texts: Mapping[Path, str]) -> SourceNode:
    if not texts:
        return spot

    document = spot.document
    other = TranslatedDocument(
        file=document.file,
        text=document.text,
        root=document.root,
        findings=document.findings,
        renamings=document.renamings,
        lost=document.lost,
        texts=texts,
    )
    return replace(spot, document=other)


def answers_of_types(
    translations: Translations | None, language: str
) -> dict[str, tuple[Code, ...]]:
    """The answers of field types that have them, in a language, by field type."""
    answers: dict[str, list[Code]] = {}
    if translations is None:
        return {}

    valid = translations.valid(language)
    for written in translations.texts.values():
        if written.address.startswith(f"{ANSWERS}.") and not written.file:
            type_name, code = written.path
            label = valid.get(written.address, written.text)
            codes = answers.setdefault(str(type_name), [])
            codes.append(Code(code=str(code), label=label))

    return {name: tuple(codes) for name, codes in answers.items()}


def text_languages(translations: Translations, language: str) -> dict[str, str]:
    """The language of each text of the dictionary in a language, as it is shown."""
    valid = translations.valid(language)
    languages: dict[str, str] = {}
    for address, written in translations.texts.items():
        if address not in valid:
            languages[plain(written.text)] = translations.source

    # A text may be the same word in both languages.
    for text in valid.values():
        languages[plain(text)] = language

    return languages
