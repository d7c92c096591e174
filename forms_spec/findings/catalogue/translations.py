"""Codes of the translations of a study's texts."""

from __future__ import annotations

from typing import Final

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse, warn

ONE: Final = """study: T1
title: A study
subject: {pattern: '\\d{2}-\\d{3}', example: 01-007}
day_zero: base.d
languages: """
STUDY: Final = """study: T1
title: A study in two languages
languages: {en: English, es: Español}
subject: {pattern: '\\d{2}-\\d{3}', example: 01-007}
day_zero: x.d
---
form: x
title: Example
fields:
  d: {label: Date, type: date}
  name: {label: First name}
  preg: {label: Is {name} pregnant?, type: choice, codes: {Y: 'Yes', N: 'No'}}
---
""".replace("Is {name} pregnant?", "'Is {name} pregnant?'")

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "language-tag",
        '"{value}" is not a language tag.',
        "Write a tag such as es, pt-BR or zh-Hans.",
        "Tags follow BCP 47: the language in two or three small letters, then if needed "
        "the script and the region. Browsers and screen readers choose fonts and voices "
        "by it.",
        f"{ONE}{{English: English}}\n",
    ),
    refuse(
        "translation-language",
        'The study has no language "{name}" to translate into.',
        "{near} Add it to languages in the file of the study, below the language that "
        "the dictionary is written in.",
        "The first of the languages is the one that the dictionary is written in. The "
        "others are translated into.",
        f"{STUDY}translations: de\ntexts:\n  x.title: {{en: Example, de: Beispiel}}\n",
    ),
    warn(
        "translation-unknown",
        'There is no text "{name}" to translate.',
        "{near} Correct the address, or delete the translation.",
        "The text may have been deleted, or what contains it has another name now. "
        "crfsmith translate writes the addresses of all texts.",
        f"{STUDY}translations: es\ntexts:\n  x.nam.label: {{en: First name, es: Nombre}}\n",
    ),
    warn(
        "translation-outdated",
        'This translates "{before}", but the text is now "{now}".',
        "Correct the translation, and write the present text beside it under {source}. "
        "Until then the page shows the present text.",
        "A translation remembers the text that it translates. When that was edited, "
        "somebody has to look whether the translation still says the same.",
        f"{STUDY}translations: es\ntexts:\n  x.name.label: {{en: Name, es: Nombre}}\n",
    ),
    warn(
        "translation-missing",
        "{count} of {all} texts are not translated into {name}. The first one is "
        '{address}: "{words}".',
        "Run crfsmith translate to write the missing texts into the file, and translate "
        "them there.",
        "Where a translation is missing, the page shows the text of the dictionary in "
        "its own language.",
        f"{STUDY}translations: es\ntexts:\n  x.title: {{en: Example, es: Ejemplo}}\n",
    ),
    refuse(
        "translation-answers",
        "The text and its translation do not contain the same answers: {source} in the "
        "one, {translated} in the other.",
        "Write the answers in braces into the translation exactly as in the text.",
        "An answer in braces, such as {{name}}, is filled in on the page. A translation "
        "may put it elsewhere in the sentence.",
        f"{STUDY}translations: es\ntexts:\n"
        "  x.preg.label: {en: 'Is {name} pregnant?', es: '¿Está embarazada?'}\n",
    ),
    refuse(
        "translated-label-twice",
        'In {name}, "{label}" is the answer {code}, and the word for {other} too.',
        "Use two different words.",
        "Nobody could distinguish the two answers in this language, on the page or when "
        "the label is typed.",
        f"{STUDY}translations: es\ntexts:\n"
        "  x.preg.codes.Y: {en: 'Yes', es: Sí}\n  x.preg.codes.N: {en: 'No', es: Sí}\n",
    ),
)
