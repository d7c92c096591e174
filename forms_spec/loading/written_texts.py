"""The texts of a dictionary that people read, each with its address.

An address says where a text stands in words that outlive a change of the file:
``vs.sysbp.label``, ``codelists.YN.Y``, ``rules.C33``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from forms_spec.field_types import FIELD_TYPES
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.yaml_source.document import Data, Path

NOT_FORMS: Final = frozenset(
    {"study", "visits", "codelists", "rules", "derivations", "answers", "forms"}
)
"""First words of addresses. A form with such a name is addressed as ``forms.NAME``."""

ANSWERS: Final = "answers"
"""The first word of the addresses of answers that come with a field type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenText:
    """A text, and where it stands. ``codelist`` is what the texts of one list share."""

    address: str
    text: str
    place: TextPlace
    file: str
    path: Path
    codelist: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """What is below one value of a file."""

    spot: SourceNode
    address: tuple[str, ...]

    def below(self, step: str, *address: str) -> _Texts:
        return _Texts(spot=self.spot.at(step), address=(*self.address, *address))

    def entries(self, step: str, *address: str) -> Iterator[tuple[str, _Texts]]:
        """The entries of a mapping below this one, with their names."""
        data = self.spot.at(step).data
        below = self.below(step, *address)
        for name in data if isinstance(data, dict) else ():
            yield name, below.below(name, name)

    def text(self, codelist: str | None = None) -> Iterator[WrittenText]:
        """The text itself, where there is something to translate."""
        text = self.spot.text
        if text is None or not any(map(str.isalpha, text)):
            return

        yield WrittenText(
            address=".".join(self.address),
            text=text,
            place=self.spot.place,
            file=self.spot.document.file,
            path=self.spot.path,
            codelist=codelist,
        )

    def keys(self, *keys: str) -> Iterator[WrittenText]:
        """The texts of some keys."""
        for key in keys:
            yield from self.below(key, key).text()

    def labelled(self, key: str = "label") -> Iterator[WrittenText]:
        """A text, or a mapping with its label."""
        if isinstance(self.spot.data, dict):
            yield from self.below(key).text()
        else:
            yield from self.text()


def written_texts(
    spots: Mapping[str, Iterable[SourceNode]],
) -> dict[str, WrittenText]:
    """The texts of a dictionary by address, in the order in which people meet them."""
    texts: dict[str, WrittenText] = {}
    for noun, read in READERS.items():
        for spot in spots[noun]:
            for written in read(_Texts(spot=spot, address=())):
                texts.setdefault(written.address, written)

    for written in _answers_of_types(spots["form"]):
        texts.setdefault(written.address, written)

    return texts


def _study(file: _Texts) -> Iterator[WrittenText]:
    of_study = _Texts(spot=file.spot, address=("study",))
    yield from of_study.keys("title")
    for _, reason in of_study.entries("missing", "missing"):
        yield from reason.labelled()

    for _, parameter in of_study.entries("parameters", "parameters"):
        yield from parameter.below("label").text()

    arms = of_study.below("arms")
    for _, arm in arms.entries("names", "arms"):
        yield from arm.text()

    for _, table in of_study.entries("tables", "tables"):
        yield from table.below("title").text()


def _visits(file: _Texts) -> Iterator[WrittenText]:
    for _, visit in file.entries("visits", "visits"):
        yield from visit.below("title").text()


def _codelists(file: _Texts) -> Iterator[WrittenText]:
    for name, codelist in file.entries("codelists", "codelists"):
        yield from _codes(codelist, f"codelists.{name}")


def _codes(codes: _Texts, codelist: str) -> Iterator[WrittenText]:
    data = codes.spot.data
    if isinstance(data, dict):
        for code in data:
            for written in codes.below(code, code).labelled():
                yield replace(written, codelist=codelist)
    elif isinstance(data, list):
        # A code without a label is its own label.
        for index, own_label in enumerate(data):
            if isinstance(own_label, str):
                address = (*codes.address, own_label)
                item = _Texts(spot=codes.spot.at(index), address=address)
                yield from item.text(codelist)


def _form(file: _Texts) -> Iterator[WrittenText]:
    name = file.spot.at("form").text
    if name is None:
        return

    address = ("forms", name) if name in NOT_FORMS else (name,)
    form = _Texts(spot=file.spot, address=address)
    yield from form.keys("title", "help")
    yield from _fields(form, form)
    for _, group in form.entries("groups", "groups"):
        yield from group.keys("title", "help")
        yield from group.below("rows").keys("add")
        yield from _field(group.below("defaults", "defaults"))
        yield from _fields(group, form)


def _fields(holder: _Texts, form: _Texts) -> Iterator[WrittenText]:
    """The texts of fields, which are addressed by their form: a field keeps its address
    when it moves to another group.
    """
    data = holder.spot.at("fields").data
    for name in data if isinstance(data, dict) else ():
        between = ("fields",) if name == "groups" else ()
        field = _Texts(
            spot=holder.spot.at("fields", name),
            address=(*form.address, *between, name),
        )
        if isinstance(field.spot.data, str):
            # A field may be its label alone.
            yield from _Texts(spot=field.spot, address=(*field.address, "label")).text()
        else:
            yield from _field(field)


def _field(field: _Texts) -> Iterator[WrittenText]:
    yield from field.keys("label", "help", "placeholder")
    yield from field.below("pattern", "pattern").below("message").text()
    ends = field.spot.at("anchors").data
    for index in range(len(ends) if isinstance(ends, list) else 0):
        address = (*field.address, "anchors", str(index + 1))
        yield from _Texts(spot=field.spot.at("anchors", index), address=address).text()

    for _, unit in field.entries("unit", "unit"):
        yield from unit.below("label").text()

    codes = field.below("codes", "codes")
    if not isinstance(codes.spot.data, str):
        yield from _codes(codes, ".".join(codes.address))


def _rules(file: _Texts) -> Iterator[WrittenText]:
    for _, rule in file.entries("rules", "rules"):
        yield from rule.below("message").text()

    data = file.spot.at("derivations").data
    for head in data if isinstance(data, dict) else ():
        name = head.partition("(")[0].strip()
        label = file.spot.at("derivations", head, "label")
        yield from _Texts(spot=label, address=("derivations", name)).text()


def _answers_of_types(forms: Iterable[SourceNode]) -> Iterator[WrittenText]:
    """The answers that come with the field types that the forms use, such as yes and
    no.
    """
    used = {name for spot in forms for name in _type_names(spot.data)}
    for type_ in FIELD_TYPES:
        if type_.name not in used:
            continue

        for code in type_.codes:
            codelist = f"{ANSWERS}.{type_.name}"
            yield WrittenText(
                address=f"{codelist}.{code.code}",
                text=code.label,
                place=TextPlace(file="", line=1, column=1),
                file="",
                path=(type_.name, code.code),
                codelist=codelist,
            )


def _type_names(data: Data) -> Iterator[str]:
    """The field types that a form names."""
    if not isinstance(data, dict):
        return

    name = data.get("type")
    if isinstance(name, str):
        yield name

    for below in data.values():
        yield from _type_names(below)


READERS: Final = {
    "study": _study,
    "visits": _visits,
    "codelists": _codelists,
    "form": _form,
    "rules": _rules,
}
"""How to find the texts of a file, by the key that says what it holds."""
