"""Makes the frozen fields of a group from what their text says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from forms_spec.field_types import FIELD_TYPES, FieldType, field_type
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.kinds import kind
from forms_spec.kinds.bounded import EXACT
from forms_spec.loading.expressions import LocatedExpression, parse_at, parse_slots
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.protocol_checks import checks_of
from forms_spec.loading.ranges import RawEnd
from forms_spec.loading.source_map import ExpressionPart, FieldPart, Parts
from forms_spec.loading.unit_ranges import in_every_unit
from forms_spec.loading.units import build_unit, unit_codelist
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import ProtocolCheck, Range, Unit, Upload
from forms_spec.model.fields import Field
from forms_spec.model.text_templates import Wording, plain
from forms_spec.rules import Expression, parse_expression

LARGEST_UPLOAD = 20 * 10**6
MOST_RADIO, MOST_LIST = 7, 15
CHOOSING = frozenset({"choice", "choices"})


@dataclass(frozen=True, kw_only=True)
class FieldBuilder:
    """Makes the fields of one group of a form.

    ``missing`` are the codes that a field allows unless it says otherwise; ``fixed``
    the fields whose codes make the rows; ``row_group`` the group's name when it
    repeats; ``checks`` those that the study names for all fields.
    """

    form: str
    group: str
    row_group: str | None
    fixed: tuple[str, ...]
    missing: tuple[MissingCode, ...]
    all_missing: Mapping[str, MissingCode]
    codelists: Mapping[str, Codelist]
    checks: Mapping[str, ProtocolCheck]
    parts: Parts
    notes: Notes
    written: list[tuple[str, LocatedExpression]] = field(default_factory=list)

    @property
    def table(self) -> str:
        return self.row_group or self.form

    def build(
        self, name: str, keys: Mapping[str, Any] | None, spot: SourceNode
    ) -> list[Field]:
        """The field, and the companion that holds its unit where that is chosen.

        ``keys`` is None when nothing of the field could be read. What is built for it
        then is not sound.
        """
        self.written.clear()
        raw = {"label": name} if keys is None else keys
        type_, known = self._type(raw, spot)
        codelist, listed = self._codelist(name, type_, raw, spot)
        built = self._field(name, type_, codelist, raw, spot)
        sound = keys is not None and known and listed
        part = FieldPart(
            field=built, spot=spot, keys=frozenset(raw), sound=sound, table=self.table
        )
        self.parts.fields.append(part)
        self._list_expressions(built)
        results = [built]
        if built.unit is not None and built.unit.companion is not None:
            results.append(
                self._companion(built, built.unit, built.unit.companion, spot)
            )

        if built.comparators:
            results += [self._part(built, part, spot) for part in ("num", "cmp")]
        return results

    def _field(
        self,
        name: str,
        type_: FieldType,
        codelist: Codelist | None,
        raw: Mapping[str, Any],
        spot: SourceNode,
    ) -> Field:
        least, most = raw.get("length") or (None, None)
        given = (
            raw.get("gives", "decimal") if type_.name == "calculated" else type_.kind
        )
        comparators = raw.get("comparator", ())
        given = "bounded" if comparators else given
        unit = self._unit(name, raw, spot)
        places = 0 if type_.kind == "integer" else raw.get("places")
        ranges = in_every_unit(
            self._ranges("range", raw, spot), unit, places
        ) or self._scale(type_, spot)

        return Field(
            name=name,
            label=plain(raw.get("label") or name),
            type=type_,
            kind=kind(given or "text"),
            place=spot.key,
            form=self.form,
            group=self.group,
            required=self._required(raw, spot),
            show_when=self._expression("show_when", raw, spot),
            help=plain(raw["help"]) if raw.get("help") else raw.get("help"),
            ranges=ranges,
            expected=in_every_unit(self._ranges("expected", raw, spot), unit, places),
            alert=in_every_unit(self._ranges("alert", raw, spot), unit, places),
            min_length=least,
            max_length=most,
            pattern=raw.get("pattern", type_.pattern),
            places=0 if comparators and type_.kind == "integer" else raw.get("places"),
            comparators=comparators,
            seconds=raw.get("seconds", False),
            unit=unit,
            codelist=codelist,
            missing=self._missing(name, type_, raw, spot),
            identifier=raw.get("identifier", False),
            default=raw.get("default"),
            value=self._expression("value", raw, spot),
            anchors=raw.get("anchors"),
            upload=_upload(type_, raw),
            control=raw.get("control") or _control(type_, codelist),
            cdash=raw.get("cdash"),
            sdtm=raw.get("sdtm"),
            annotation=raw.get("annotation"),
            redcap=MappingProxyType(raw.get("redcap", {})),
            checks=checks_of(raw.get("checks", {}), self.checks, ranges),
            lab_test=raw.get("lab_test"),
            entry=raw.get("entry", "typed"),
            prefill=raw.get("prefill"),
            placeholder=raw.get("placeholder"),
            retired=raw.get("retired", ()),
            max_choices=raw.get("max_choices"),
            wordings=self._wordings(raw, spot),
        )

    def _wordings(
        self, raw: Mapping[str, Any], spot: SourceNode
    ) -> Mapping[str, Wording]:
        """The label and the help where they hold answers.

        A field may be its label alone.
        """
        wordings: dict[str, Wording] = {}
        for key in ("label", "help"):
            if "{" not in (raw.get(key) or ""):
                continue
            wording, written = parse_slots(
                spot if spot.text is not None else spot.at(key), self.notes
            )
            self.written.extend((key, item) for item in written)
            if wording:
                wordings[key] = wording

        return MappingProxyType(wordings)

    def _type(self, raw: Mapping[str, Any], spot: SourceNode) -> tuple[FieldType, bool]:
        name = raw.get("type", "text")
        try:
            return field_type(name), True
        except KeyError:
            near = did_you_mean(name, [item.name for item in FIELD_TYPES])
            self.notes.say("unknown-type", spot.at("type").place, name=name, near=near)
            return field_type("text"), False

    def _codelist(
        self, name: str, type_: FieldType, raw: Mapping[str, Any], spot: SourceNode
    ) -> tuple[Codelist | None, bool]:
        """The field's codelist, and whether it is known."""
        text = raw.get("codes")
        if text is None and type_.codes:
            return Codelist(name=type_.name, codes=type_.codes, place=spot.key), True
        if text is None:
            needed = type_.kind in CHOOSING or raw.get("gives") == "choice"
            if needed and not spot.at("codes").has:
                self.notes.say("codes-missing", spot.key, name=name, type=type_.name)
            return (
                (Codelist(name=name, codes=(), place=spot.key), False)
                if needed
                else (None, True)
            )

        here = spot.at("codes")
        if not isinstance(text, str):
            return Codelist(
                name=f"{self.table}.{name}", codes=text, place=here.key
            ), True

        if text in self.codelists:
            self.parts.codelists_used.add(text)
            return self.codelists[text], True

        self.notes.say(
            "unknown-codelist",
            here.place,
            name=text,
            near=did_you_mean(text, self.codelists),
        )

        return Codelist(name=text, codes=(), place=here.key), False

    def _required(self, raw: Mapping[str, Any], spot: SourceNode) -> bool | Expression:
        text = raw.get("required", "false")
        if text in ("true", "false"):
            return bool(text == "true")
        return self._expression("required", raw, spot) or False

    def _expression(
        self, what: str, raw: Mapping[str, Any], spot: SourceNode
    ) -> Expression | None:
        return self._parse(what, spot.at(what)) if what in raw else None

    def _parse(
        self, what: str, spot: SourceNode, span: tuple[int, int] | None = None
    ) -> Expression | None:
        parse = parse_at(spot, self.notes, span=span)
        if parse is None:
            return None
        self.written.append((what, parse))
        return parse.expression

    def _ranges(
        self, what: str, raw: Mapping[str, Any], spot: SourceNode
    ) -> Mapping[str | None, Range]:
        ranges: dict[str | None, Range] = {}
        for unit, entry in raw.get(what, {}).items():
            here = spot.at(what) if unit is None else spot.at(what).at(unit)
            ranges[unit] = Range(
                low=self._end(what, entry.low, here),
                high=self._end(what, entry.high, here),
                low_open=entry.low_open,
                high_open=entry.high_open,
            )

        return ranges

    def _end(
        self, what: str, end: RawEnd | None, spot: SourceNode
    ) -> Expression | None:
        if end is None:
            return None
        return self._parse(
            what,
            SourceNode(document=spot.document, path=(*spot.path, *end.steps)),
            end.span,
        )

    def _scale(self, type_: FieldType, spot: SourceNode) -> Mapping[str | None, Range]:
        """The range that a type has of itself."""
        if type_.scale is None:
            return {}
        low, high = (parse_expression(text, spot.key) for text in type_.scale)
        assert isinstance(low, Expression)
        assert isinstance(high, Expression)
        return {None: Range(low=low, high=high)}

    def _unit(self, name: str, raw: Mapping[str, Any], spot: SourceNode) -> Unit | None:
        data = raw.get("unit")
        if data is None:
            return None
        formulas: dict[str, Expression] = {}

        for code, item in data.items() if isinstance(data, dict) else ():
            if item.get("formula"):
                parsed = self._parse("unit", spot.at("unit").at(code).at("as"))
                if parsed is not None:
                    formulas[code] = parsed

        return build_unit(data, raw.get("unit_field") or f"{name}u", formulas)

    def _companion(
        self, owner: Field, unit: Unit, name: str, spot: SourceNode
    ) -> Field:
        """The choice field that holds a value's unit.

        It is needed as soon as there is a value.
        """
        needed = parse_expression(f"{owner.name} is known", spot.key)
        codelist = unit_codelist(unit, f"{self.table}.{name}", spot.at("unit"))
        choice = field_type("choice")
        built = Field(
            name=name,
            label=f"{owner.label}: unit",
            type=choice,
            kind=kind("choice"),
            place=spot.key,
            form=self.form,
            group=self.group,
            required=needed if isinstance(needed, Expression) else True,
            show_when=owner.show_when,
            codelist=codelist,
            control=_control(choice, codelist),
            cdash=f"{owner.cdash}U"
            if owner.cdash and owner.cdash.endswith("ORRES")
            else None,
            checks=checks_of({}, self.checks, {}),
            entry=owner.entry,
        )
        part = FieldPart(
            field=built,
            spot=spot,
            keys=frozenset(),
            sound=True,
            table=self.table,
            companion_of=owner,
        )
        self.parts.fields.append(part)

        return built

    def _part(self, owner: Field, part: str, spot: SourceNode) -> Field:
        """The number of a field that takes comparators, or its comparator: calculated,
        in a column.
        """
        function, label = {
            "num": ("limit_of", "number"),
            "cmp": ("comparator_of", "comparator"),
        }[part]
        value = parse_expression(f"{function}({owner.name})", spot.key)
        assert isinstance(value, Expression)
        codes = tuple(
            Code(code=comparator, label=comparator)
            for comparator in (EXACT, *owner.comparators)
        )
        name = f"{owner.name}_{part}"
        fixed = owner.unit is not None and owner.unit.fixed is not None
        built = Field(
            name=name,
            label=f"{owner.label}: {label}",
            type=field_type("calculated"),
            kind=kind("decimal" if part == "num" else "choice"),
            place=spot.key,
            form=self.form,
            group=self.group,
            places=owner.places if part == "num" else None,
            unit=owner.unit if part == "num" and fixed else None,
            codelist=None
            if part == "num"
            else Codelist(
                name=f"{self.table}.{name}",
                codes=codes,
                place=spot.at("comparator").key,
            ),
            value=value,
            part_of=owner.name,
            control=field_type("calculated").control,
            checks=checks_of({}, self.checks, {}),
            entry="hidden",
        )
        self.parts.fields.append(
            FieldPart(
                field=built,
                spot=spot,
                keys=frozenset(),
                sound=True,
                table=self.table,
                companion_of=owner,
            )
        )

        return built

    def _missing(
        self, name: str, type_: FieldType, raw: Mapping[str, Any], spot: SourceNode
    ) -> tuple[MissingCode, ...]:
        if "missing" not in type_.facets or name in self.fixed:
            return ()
        if "missing" not in raw:
            return self.missing
        return allowed_missing(
            raw["missing"], spot.at("missing"), self.all_missing, self.notes
        )

    def _list_expressions(self, built: Field) -> None:
        for what, written in self.written:
            part = ExpressionPart(
                written=written,
                what=what,
                form=self.form,
                row_group=self.row_group,
                field=built,
            )
            self.parts.expressions.append(part)


def allowed_missing(
    text: str | tuple[str, ...],
    spot: SourceNode,
    known: Mapping[str, MissingCode],
    notes: Notes,
) -> tuple[MissingCode, ...]:
    """The missing codes that ``missing`` names, in the study's order."""
    if text == "all":
        return tuple(known.values())
    for index, code in enumerate(text):
        if code not in known:
            here = SourceNode(document=spot.document, path=(*spot.path, index))
            notes.say(
                "unknown-missing-code",
                here.place,
                name=code,
                near=did_you_mean(code, known),
            )

    return tuple(code for name, code in known.items() if name in text)


def _control(type_: FieldType, codelist: Codelist | None) -> str:
    """Long lists are chosen by typing, middling ones from a list."""
    if type_.control != "choice" or codelist is None:
        return type_.control
    count = len(codelist.codes)

    return (
        "radio"
        if count <= MOST_RADIO
        else "list"
        if count <= MOST_LIST
        else "typeahead"
    )


def _upload(type_: FieldType, raw: Mapping[str, Any]) -> Upload | None:
    if type_.kind != "file":
        return None
    endings = tuple(item.removeprefix(".").lower() for item in raw.get("accept", ()))
    return Upload(endings=endings, size=raw.get("size", LARGEST_UPLOAD))
