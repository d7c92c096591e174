"""The file of a language: brought up to date with the dictionary, and exchanged with
translators as a table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from forms_spec.loading.translations import FOLDER, Translations
from forms_spec.yaml_source.document import Data
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_patch import patch_yaml
from generator.dictionary.yaml_writer import write_yaml
from generator.spreadsheet_cells import as_written, harmless

HEADER: Final = ("text", "source", "translation", "state")


class TextState(Enum):
    """How far a text is translated."""

    CURRENT = ""
    MISSING = "missing"
    OUTDATED = "outdated"


class TranslatedText(NamedTuple):
    """A text with its translation, blank where there is none. ``source`` is what the
    dictionary says now.
    """

    address: str
    source: str
    translation: str
    state: TextState


class UnreadableTable(Exception):
    """The table of a translator cannot be used; the message says why."""


def translated_texts(
    translations: Translations, language: str
) -> Iterator[TranslatedText]:
    """Every text of the dictionary with its translation, in the dictionary's order."""
    of_language = translations.by_language[language]
    for address, written in translations.texts.items():
        known = of_language.get(address)
        if known is None or known.text is None:
            yield TranslatedText(address, written.text, "", TextState.MISSING)
            continue

        is_current = known.source == written.text
        state = TextState.CURRENT if is_current else TextState.OUTDATED
        yield TranslatedText(address, written.text, known.text, state)


def with_missing(
    files: Mapping[str, str], translations: Translations, language: str
) -> dict[str, str]:
    """The files of a language with every text of the dictionary, by name: only those
    that change. What is new stands behind the text before it.
    """
    of_language = translations.by_language[language]
    new = {
        address: written.text
        for address, written in translations.texts.items()
        if address not in of_language
    }
    return _written(files, translations, language, dict.fromkeys(new), new)


def with_translations(
    files: Mapping[str, str],
    translations: Translations,
    language: str,
    table: str,
) -> dict[str, str]:
    """The files of a language with what a translator's table says, by name: only those
    that change. A cell that is blank changes nothing.

    Raises ``UnreadableTable``.
    """
    before = {item.address: item for item in translated_texts(translations, language)}
    taken: dict[str, str | None] = {}
    sources: dict[str, str] = {}
    for row in _rows(table):
        known = before.get(row["text"])
        if known is None:
            raise UnreadableTable(f"There is no text {row['text']} in the dictionary")

        if row["source"] != known.source:
            raise UnreadableTable(
                f"The text {known.address} was edited since the table was written. "
                "Write the table anew"
            )

        # Nobody has looked at an outdated translation that comes back as it was.
        is_as_before = row["translation"] == known.translation
        if row["translation"] and not (
            is_as_before and row["state"] == known.state.value
        ):
            taken[known.address] = row["translation"]
            sources[known.address] = known.source

    return _written(files, translations, language, taken, sources)


def as_table(translations: Translations, language: str) -> str:
    """The texts of a language as CSV for a translator."""
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\r\n")
    writer.writerow(HEADER)
    for item in translated_texts(translations, language):
        writer.writerow([*map(harmless, item[:3]), item.state.value])

    return content.getvalue()


def _rows(table: str) -> list[dict[str, str]]:
    try:
        rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), strict=True))
    except csv.Error as error:
        raise UnreadableTable(f"The table is not valid CSV: {error}") from error

    header = rows[0] if rows else []
    lacking = [name for name in HEADER if name not in header]
    if lacking:
        raise UnreadableTable(f"The table has no column {lacking[0]}")

    filled = [[as_written(cell) for cell in row] for row in rows[1:] if any(row)]
    short = [row for row in filled if len(row) != len(header)]
    if short:
        raise UnreadableTable(
            f"A row has {len(short[0])} cells for {len(header)} columns: {short[0][0]}"
        )

    return [dict(zip(header, row, strict=True)) for row in filled]


@dataclass(kw_only=True)
class _LanguageFiles:
    """The data of the files of a language, as they are to be."""

    language: str
    source: str
    data: dict[str, dict[str, Data]]

    def put(self, file: str, address: str, source: str, text: str | None) -> None:
        texts = self.texts(file)
        texts[address] = {self.source: source, self.language: text}

    def insert(self, file: str, after: str, address: str, source: str) -> None:
        """A text without a translation, behind another one."""
        before = self.texts(file)
        texts: dict[str, Data] = {}
        if not after:
            texts[address] = {self.source: source, self.language: None}
        for known, entry in before.items():
            texts[known] = entry
            if known == after:
                texts[address] = {self.source: source, self.language: None}

        self.data[file] = {**self.data[file], "texts": texts}

    def texts(self, file: str) -> dict[str, Data]:
        """The texts of a file; changing them changes the file."""
        whole = self.data.setdefault(file, {"translations": self.language})
        texts = whole.setdefault("texts", {})
        if not isinstance(texts, dict):
            texts = whole["texts"] = {}

        return texts


def _written(
    files: Mapping[str, str],
    translations: Translations,
    language: str,
    texts: Mapping[str, str | None],
    sources: Mapping[str, str],
) -> dict[str, str]:
    """The files that change when some texts are put into them."""
    of_language = translations.by_language[language]
    homes = {
        address: known.spot.document.file for address, known in of_language.items()
    }
    names = dict.fromkeys([*homes.values()])
    built = _LanguageFiles(
        language=language,
        source=translations.source,
        data={name: _data(name, files[name]) for name in names},
    )
    file, after = next(iter(names), f"{FOLDER}{language}.yaml"), ""
    for address in translations.texts:
        if address in homes:
            file = homes[address]
        elif address in texts:
            built.insert(file, after, address, sources[address])
        else:
            continue

        after = address
        if texts.get(address) is not None:
            built.put(file, address, sources[address], texts[address])

    return {
        name: text
        for name, data in built.data.items()
        if (text := _text(name, files.get(name), data)) != files.get(name)
    }


def _data(name: str, text: str) -> dict[str, Data]:
    data = read_document(name, text).data
    return dict(data) if isinstance(data, dict) else {}


def _text(name: str, before: str | None, data: dict[str, Data]) -> str:
    if before is None:
        return write_yaml(data)

    return patch_yaml(name, before, data).text
