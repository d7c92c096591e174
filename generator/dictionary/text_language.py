"""The language of a study's texts as HTML says it."""

from __future__ import annotations

from markupsafe import Markup

from forms_spec.model.languages import direction
from forms_spec.model.study import Study

PAGE_LANGUAGE = "en"
"""The language of everything else on a page: of buttons, of findings, of help."""


def language_attributes(study: Study, text: str | None) -> Markup:
    """What an element says of the language of its text; nothing where that is the
    page's, or nobody says it.
    """
    language = study.language_of(text) if text and study.text_languages else ""
    if language.partition("-")[0] in ("", PAGE_LANGUAGE):
        return Markup()

    attributes = Markup(' lang="{}"').format(language)
    # An embedded text of the other direction would shuffle what stands around it.
    if direction(language) == "rtl":
        attributes += Markup(' dir="rtl"')

    return attributes


def in_its_language(study: Study, text: str | None) -> Markup:
    """A text as HTML that says its language, where that is not the page's."""
    attributes = language_attributes(study, text)
    if not attributes:
        return Markup.escape(text or "")

    return Markup("<span{}>{}</span>").format(attributes, text)
