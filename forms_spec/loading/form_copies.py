"""A form that is another one under a name of its own: ``form: pain_left``, ``like: pain``.

Its text is the text of the template, with what its own file says otherwise. So a
finding stands in the file that is the cause, and one text serves both forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.model.study import Study
from forms_spec.yaml_source.document import Data, Document, Path

HEAD: Final = frozenset({"form", "title", "like", "names"})
"""The keys that a copy says itself."""


@dataclass(frozen=True, kw_only=True)
class FormCopy(Document):
    """What a copy says and, where it says nothing, what its template says.

    ``tables`` holds by their names in the template the names of the form and of its
    repeating groups. Paths of the copy have its own names.
    """

    own: Document
    template: Document
    tables: Mapping[str, str]

    @cached_property
    def _merged(self) -> Data:
        own = _mapping(self.own.data)
        template = _mapping(self.template.data)
        shared = {key: value for key, value in template.items() if key not in HEAD}
        own_parts = {key: value for key, value in own.items() if key not in HEAD}
        own_head = {key: value for key, value in own.items() if key in HEAD}
        merged = {**own_head, **_merge(shared, own_parts, ())}
        groups = merged.get("groups")
        if isinstance(groups, dict):
            merged["groups"] = {
                self.tables.get(name, name): group for name, group in groups.items()
            }

        return merged

    @property
    def data(self) -> Data:
        return self._merged

    def value(self, path: Path) -> Data:
        return _below(self._merged, path)[0]

    def has(self, path: Path) -> bool:
        return _below(self._merged, path)[1]

    def place(self, path: Path) -> TextPlace:
        document, written = self._source(path)
        return document.place(written)

    def key_place(self, path: Path) -> TextPlace:
        if len(path) == 2 and path[0] == "groups":
            # The name of a table is the copy's own.
            name = self._old_name(str(path[1]))
            if name in self.tables:
                return self.own.place(self._naming_path(name))

        document, written = self._source(path)
        return document.key_place(written)

    def inside(self, path: Path, first: int, last: int) -> TextPlace:
        document, written = self._source(path)
        return document.inside(written, first, last)

    def renamed_tables(self, path: Path) -> Mapping[str, str]:
        """What the template calls its tables means those of the copy."""
        document, _ = self._source(path)
        if document is self.template:
            return self.tables

        return {}

    def _naming_path(self, name: str) -> Path:
        named = ("names", name)
        if self.own.has(named):
            return named

        return ("form",)

    def _source(self, path: Path) -> tuple[Document, Path]:
        """The file that says a value, and the path of it there."""
        written = self._written(path)
        if not written or written[0] in HEAD:
            return self.own, written

        # A key of the copy replaces the whole value that the template has there.
        depth = 1
        while depth < len(written) and _is_merged(written[:depth]):
            depth += 1

        decisive = written[:depth]
        if not self.own.has(decisive):
            if _is_label(written) and isinstance(self.own.value(written[:-1]), str):
                return self.own, written[:-1]

            return self.template, written

        is_shared = _is_merged(decisive) and isinstance(self.own.value(decisive), dict)
        if is_shared and self.template.has(decisive):
            return self.template, written

        return self.own, written

    def _written(self, path: Path) -> Path:
        """A path with the template's name of a group."""
        if len(path) < 2 or path[0] != "groups":
            return path

        return ("groups", self._old_name(str(path[1])), *path[2:])

    def _old_name(self, name: str) -> str:
        groups = _mapping(_mapping(self.template.data).get("groups"))
        for old, new in self.tables.items():
            if new == name and old in groups:
                return old

        return name


def sources(document: Document) -> tuple[Document, ...]:
    """The documents that say what a form is. A copy is made anew each time, of two that
    may be the same as before.
    """
    if isinstance(document, FormCopy):
        return document.own, document.template

    return (document,)


def form_copy(
    spot: SourceNode, forms: Iterable[SourceNode], notes: Notes
) -> SourceNode:
    """The text of a form, completed by its template where it is like another form.

    A template that is not there has a finding, and the form then has no fields.
    """
    if spot.at("like").data is None:
        if spot.at("names").has:
            notes.say("names-without-like", spot.at("names").key)
        return spot

    name = spot.at("form").text
    like = spot.at("like").text
    # The schema says what is wrong with what is no text.
    if like is None or name is None:
        return _alone(spot)

    templates = {form.at("form").text: form for form in forms}
    template = templates.get(like)
    if template is None:
        near = did_you_mean(like, filter(None, templates))
        notes.say("unknown-form", spot.at("like").place, name=like, near=near)
        return _alone(spot)

    if template.at("like").has:
        notes.say("copy-of-copy", spot.at("like").place, name=like)
        return _alone(spot)

    _note_unknown(spot, template, like, notes)
    tables = _tables(spot, template, name, like)
    return _copy(spot.document, template.document, tables)


def _alone(spot: SourceNode) -> SourceNode:
    """A copy whose template is not known: nothing can be said of its fields."""
    nothing = Document(file=spot.document.file, text="", root=None, findings=())
    return _copy(spot.document, nothing, {})


def _copy(own: Document, template: Document, tables: Mapping[str, str]) -> SourceNode:
    copy = FormCopy(
        file=own.file,
        text=own.text,
        root=own.root,
        findings=(),
        lost=own.lost,
        own=own,
        template=template,
        tables=tables,
    )
    return SourceNode(document=copy)


def _tables(
    spot: SourceNode, template: SourceNode, name: str, like: str
) -> Mapping[str, str]:
    """The names of the tables by those of the template."""
    tables = {like: name}
    given = _mapping(spot.at("names").data)
    for group, said in _mapping(template.at("groups").data).items():
        if "rows" not in _mapping(said):
            continue

        # A group may have the name of its form.
        usual = name if group == like else f"{name}_{group}"
        chosen = given.get(group)
        tables[group] = chosen if isinstance(chosen, str) else usual

    return tables


def _note_unknown(
    spot: SourceNode, template: SourceNode, like: str, notes: Notes
) -> None:
    """Notes what the copy says of things that the template has not."""
    homes: list[tuple[str, Path]] = [("field", ("fields",)), ("group", ("groups",))]
    groups = _mapping(spot.at("groups").data)
    homes += [
        ("field", ("groups", group, "fields"))
        for group in groups
        if template.at("groups", group).has
    ]
    for what, home in homes:
        known = _mapping(template.at(*home).data)
        for name in _mapping(spot.at(*home).data):
            if name not in known:
                near = did_you_mean(name, known)
                place = spot.at(*home, name).key
                notes.say(
                    "copy-not-there", place, what=what, name=name, like=like, near=near
                )

    repeating = [
        group
        for group, said in _mapping(template.at("groups").data).items()
        if "rows" in _mapping(said)
    ]
    for name in _mapping(spot.at("names").data):
        if name not in repeating:
            near = did_you_mean(name, repeating)
            place = spot.at("names", name).key
            what = "repeating group"
            notes.say(
                "copy-not-there", place, what=what, name=name, like=like, near=near
            )


def copied_tables(study: Study) -> frozenset[str]:
    """The names of the tables whose text is that of another form."""
    copies = [form for form in study.forms.values() if form.like is not None]
    groups = [group.name for form in copies for group in form.row_groups]
    return frozenset([form.name for form in copies] + groups)


def without_repetition(
    findings: Sequence[Finding], tables: Set[str]
) -> Sequence[Finding]:
    """The findings without those that a copy repeats of its template, with its own
    ``tables`` in their words.
    """
    if not tables:
        return findings

    names = re.compile(rf"\b(?:{'|'.join(sorted(tables))})\b")
    of_template = {
        (finding.code, finding.text)
        for finding in findings
        if not names.search(finding.message)
    }
    return [
        finding
        for finding in findings
        if (finding.code, finding.text) not in of_template
        or not names.search(finding.message)
    ]


def _is_merged(path: Path) -> bool:
    """Whether template and copy both have a say below a path."""
    match path:
        case ("fields",) | ("fields", _) | ("groups",) | ("groups", _):
            return True
        case ("groups", _, "fields") | ("groups", _, "fields", _):
            return True

    return False


def _is_label(path: Path) -> bool:
    return len(path) > 1 and path[-1] == "label" and _is_merged(path[:-1])


def _merge(
    template: dict[str, Data], own: dict[str, Data], path: Path
) -> dict[str, Data]:
    """The mapping of a copy over that of its template."""
    merged = dict(template)
    for key, value in own.items():
        inner = (*path, key)
        before = template.get(key)
        is_field = len(inner) in (2, 4) and inner[-2] == "fields"
        if is_field and isinstance(value, str) and isinstance(before, dict):
            # A field may be its label alone.
            merged[key] = {**before, "label": value}
        elif is_field and isinstance(value, dict) and isinstance(before, str):
            merged[key] = {"label": before, **value}
        elif _is_merged(inner) and key not in template:
            # It has a finding: nothing is said of what it lacks.
            continue
        elif _is_merged(inner) and isinstance(value, dict) and isinstance(before, dict):
            merged[key] = _merge(before, value, inner)
        else:
            merged[key] = value

    return merged


def _below(data: Data, path: Path) -> tuple[Data, bool]:
    """The value at a path, and whether there is one."""
    for step in path:
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None, False

    return data, True


def _mapping(data: Data) -> dict[str, Data]:
    if not isinstance(data, dict):
        return {}

    return data
