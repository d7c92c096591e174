"""What was made of a dictionary's files the last time, for an editor that reads them again
after each change.

A file that has the same text, and a form that was built from the same things, need not
be read and built again: both are frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_spec.loading.finding_collector import Notes
from forms_spec.loading.source_map import Parts
from forms_spec.loading.study_slices import SliceMemory
from forms_spec.model.fields import Form
from forms_spec.yaml_source.document import Document
from forms_spec.yaml_source.reader import read_document


@dataclass(frozen=True, kw_only=True)
class BuiltForm:
    """A form with the parts and findings that building it gave."""

    form: Form | None
    parts: Parts
    notes: Notes


@dataclass(frozen=True, kw_only=True)
class _Remembered:
    document: Document
    context: tuple[Any, ...]
    built: BuiltForm


@dataclass(kw_only=True)
class BuildMemory:
    """The documents and forms of the last reading by file, and what was found in them."""

    slices: SliceMemory = field(default_factory=SliceMemory)
    _documents: dict[str, Document] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _forms: dict[str, _Remembered] = field(default_factory=dict)
    _context: tuple[Any, ...] = ()

    def document(self, name: str, text: str) -> Document:
        """What a text says; the same object as long as it is the same text."""
        if self._texts.get(name) != text:
            self._documents[name] = read_document(name, text)
            self._texts[name] = text

        return self._documents[name]

    def one_context(self, context: tuple[Any, ...]) -> tuple[Any, ...]:
        """What all forms are built from: the same object as long as it is equal."""
        if self._context != context:
            self._context = context

        return self._context

    def form(
        self,
        document: Document,
        context: tuple[Any, ...],
        build: Callable[[Parts, Notes], Form | None],
    ) -> BuiltForm:
        """The form of a document. ``context`` is everything else that ``build`` reads,
        first of it what ``one_context`` gave.
        """
        known = self._forms.get(document.file)
        if (
            known is not None
            and known.document is document
            and known.context == context
        ):
            return known.built

        parts, notes = Parts(), Notes()
        built = BuiltForm(form=build(parts, notes), parts=parts, notes=notes)
        self._forms[document.file] = _Remembered(
            document=document, context=context, built=built
        )
        return built

    def forget_others(self, names: Mapping[str, str]) -> None:
        """Forget the files that are no longer there."""
        for known in (self._documents, self._texts, self._forms):
            for name in [name for name in known if name not in names]:
                del known[name]

        self.slices.forget_others(names)
