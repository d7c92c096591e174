"""Makes the frozen fields of a group from what their text says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from forms_spec.field_types import FIELD_TYPES, FieldType, field_type
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.kinds import kind
from forms_spec.kinds.bounded import EXACT
from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.expressions import (
    LocatedExpression,
    parse_at,
    parse_wordings,
)
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.protocol_checks import checks_of
from forms_spec.loading.ranges import RawEnd
from forms_spec.loading.row_sources import row_source
from forms_spec.loading.source_map import ExpressionPart, FieldPart, Parts
from forms_spec.loading.unit_ranges import in_every_unit
from forms_spec.loading.units import build_unit, unit_codelist
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import ProtocolCheck, Range, Unit, Upload
from forms_spec.model.fields import Field, OfferedRows
from forms_spec.model.text_templates import Wording, plain, plain_or_none
from forms_spec.rule_syntax.expression import all_of
from forms_spec.rules import Expression, parse_expression

LARGEST_UPLOAD = 20 * 10**6
MOST_RADIO, MOST_LIST = 7, 15
CHOOSING = frozenset({"choice", "choices"})


@dataclass(frozen=True, kw_only=True)
class FieldBuilder:
    """Makes the fields of one group of a form.

    ``missing`` are the codes that a field allows unless it says otherwise; ``fixed``
    the fields whose codes make the rows; ``row_group`` the group's name when it
    repeats; ``checks`` those that the study names for all fields; ``answers`` those
    that come with a field type, by its name, where they are translated.
    """

    form: str
    group: str
    row_group: str | None
    fixed: tuple[str, ...]
    missing: tuple[MissingCode, ...]
    all_missing: Mapping[str, MissingCode]
    codelists: Mapping[str, Codelist]
    codelist_spots: Mapping[str, SourceNode]
    checks: Mapping[str, ProtocolCheck]
    answers: Mapping[str, tuple[Code, ...]]
    arms: ArmConditions
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
        type_, type_known = self._type(raw, spot)
        codelist, codes_known = self._codelist(name, type_, raw, spot)
        built = self._field(name, type_, codelist, raw, spot)

        part = FieldPart(
            field=built,
            spot=spot,
            keys=frozenset(raw),
            sound=keys is not None and type_known and codes_known,
            table=self.table,
        )
        self.parts.fields.append(part)
        self._list_expressions(built)

        fields = [built]
        unit = built.unit
        if unit is not None and unit.companion is not None:
            fields.append(self._companion(built, unit, unit.companion, spot))

        if built.comparators:
            fields.append(self._number_part(built, spot))
            fields.append(self._comparator_part(built, spot))

        return fields

    def _field(
        self,
        name: str,
        type_: FieldType,
        codelist: Codelist | None,
        raw: Mapping[str, Any],
        spot: SourceNode,
    ) -> Field:
        least, most = raw.get("length") or (None, None)
        comparators = raw.get("comparator", ())
        is_whole = type_.kind == "integer"
        unit = self._unit(name, raw, spot)
        # A limit that is converted into another unit is rounded to what an answer has.
        places = 0 if is_whole else raw.get("places")
        ranges = self._limits("range", raw, spot, unit, places)
        ranges = ranges or self._scale(type_, spot)

        return Field(
            name=name,
            label=plain(raw.get("label") or name),
            type=type_,
            kind=kind(_kind_name(type_, raw)),
            place=spot.key,
            form=self.form,
            group=self.group,
            required=self._required(raw, spot),
            show_when=all_of(
                self.arms.under_key(raw.get("arms", ()), spot),
                self._expression("show_when", raw, spot),
            ),
            help=plain_or_none(raw.get("help")),
            ranges=ranges,
            expected=self._limits("expected", raw, spot, unit, places),
            alert=self._limits("alert", raw, spot, unit, places),
            min_length=least,
            max_length=most,
            pattern=raw.get("pattern", type_.pattern),
            # The kind of a number with comparators does not say by itself that it is whole.
            places=0 if comparators and is_whole else raw.get("places"),
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
            propose=self._expression("propose", raw, spot),
            placeholder=raw.get("placeholder"),
            retired=raw.get("retired", ()),
            offered_when=self._offered_when(codelist, spot),
            max_choices=raw.get("max_choices"),
            row_of=_row_of(raw),
            unique=raw.get("unique"),
            wordings=self._wordings(raw, spot),
        )

    def _wordings(
        self, raw: Mapping[str, Any], spot: SourceNode
    ) -> Mapping[str, Wording]:
        """The label and the help where they hold answers."""
        wordings, written = parse_wordings(("label", "help"), raw, spot, self.notes)
        self.written.extend(written)
        return wordings

    def _type(self, raw: Mapping[str, Any], spot: SourceNode) -> tuple[FieldType, bool]:
        """The field's type, and whether it is known; text stands in for another."""
        name = raw.get("type", "text")
        try:
            return field_type(name), True
        except KeyError:
            known = [known_type.name for known_type in FIELD_TYPES]
            near = did_you_mean(name, known)
            self.notes.say("unknown-type", spot.at("type").place, name=name, near=near)
            return field_type("text"), False

    def _codelist(
        self, name: str, type_: FieldType, raw: Mapping[str, Any], spot: SourceNode
    ) -> tuple[Codelist | None, bool]:
        """The field's codelist, and whether it is known."""
        codes = raw.get("codes")
        if codes is None:
            return self._codelist_of_type(name, type_, raw, spot)

        codes_spot = spot.at("codes")
        if not isinstance(codes, str):
            in_place = f"{self.table}.{name}"
            return Codelist(name=in_place, codes=codes, place=codes_spot.key), True

        if codes in self.codelists:
            self.parts.codelists_used.add(codes)
            return self.codelists[codes], True

        self.notes.say(
            "unknown-codelist",
            codes_spot.place,
            name=codes,
            near=did_you_mean(codes, self.codelists),
        )
        return Codelist(name=codes, codes=(), place=codes_spot.key), False

    def _codelist_of_type(
        self, name: str, type_: FieldType, raw: Mapping[str, Any], spot: SourceNode
    ) -> tuple[Codelist | None, bool]:
        """The codelist of a field that names none."""
        if type_.codes:
            codes_of_type = self.answers.get(type_.name, type_.codes)
            return Codelist(name=type_.name, codes=codes_of_type, place=spot.key), True
        if type_.kind not in CHOOSING and raw.get("gives") != "choice":
            return None, True

        # Codes that could not be read have findings of their own.
        if not spot.at("codes").has:
            self.notes.say("codes-missing", spot.key, name=name, type=type_.name)

        return Codelist(name=name, codes=(), place=spot.key), False

    def _offered_when(
        self, codelist: Codelist | None, spot: SourceNode
    ) -> Mapping[str, Expression]:
        """The conditions of codes, by code. A shared codelist means by a name what each
        field that uses the list means by it.
        """
        if codelist is None:
            return {}

        codes_spot = self.codelist_spots.get(codelist.name, spot.at("codes"))
        conditions: dict[str, Expression] = {}
        for code in codelist.codes:
            if code.when is None:
                continue

            condition = self._parse("when", codes_spot.at(code.code, "when"))
            if condition is not None:
                conditions[code.code] = condition

        return MappingProxyType(conditions)

    def _required(self, raw: Mapping[str, Any], spot: SourceNode) -> bool | Expression:
        text = raw.get("required", "false")
        if text in ("true", "false"):
            return bool(text == "true")

        return self._expression("required", raw, spot) or False

    def _expression(
        self, what: str, raw: Mapping[str, Any], spot: SourceNode
    ) -> Expression | None:
        if what not in raw:
            return None

        return self._parse(what, spot.at(what))

    def _parse(
        self, what: str, spot: SourceNode, span: tuple[int, int] | None = None
    ) -> Expression | None:
        written = parse_at(spot, self.notes, span=span)
        if written is None:
            return None

        self.written.append((what, written))
        return written.expression

    def _limits(
        self,
        key: str,
        raw: Mapping[str, Any],
        spot: SourceNode,
        unit: Unit | None,
        places: int | None,
    ) -> Mapping[str | None, Range]:
        """The limits under a key, for each unit that may be chosen."""
        limits: dict[str | None, Range] = {}
        for code, written in raw.get(key, {}).items():
            range_spot = spot.at(key) if code is None else spot.at(key).at(code)
            limits[code] = Range(
                low=self._end(key, written.low, range_spot),
                high=self._end(key, written.high, range_spot),
                low_open=written.low_open,
                high_open=written.high_open,
            )

        return in_every_unit(limits, unit, places)

    def _end(
        self, what: str, end: RawEnd | None, spot: SourceNode
    ) -> Expression | None:
        if end is None:
            return None

        end_spot = SourceNode(document=spot.document, path=(*spot.path, *end.steps))
        return self._parse(what, end_spot, end.span)

    def _scale(self, type_: FieldType, spot: SourceNode) -> Mapping[str | None, Range]:
        """The range that a type has of itself."""
        if type_.scale is None:
            return {}

        low, high = (parse_expression(end, spot.key) for end in type_.scale)
        assert isinstance(low, Expression)
        assert isinstance(high, Expression)
        return {None: Range(low=low, high=high)}

    def _unit(self, name: str, raw: Mapping[str, Any], spot: SourceNode) -> Unit | None:
        data = raw.get("unit")
        if data is None:
            return None

        formulas: dict[str, Expression] = {}
        for code, choice in data.items() if isinstance(data, dict) else ():
            if not choice.get("formula"):
                continue

            formula = self._parse("unit", spot.at("unit").at(code).at("as"))
            if formula is not None:
                formulas[code] = formula

        companion = raw.get("unit_field") or f"{name}u"
        return build_unit(data, companion, formulas)

    def _companion(
        self, owner: Field, unit: Unit, name: str, spot: SourceNode
    ) -> Field:
        """The choice field that holds a value's unit.

        It is needed as soon as there is a value.
        """
        needed = parse_expression(f"{owner.name} is known", spot.key)
        codelist = unit_codelist(unit, f"{self.table}.{name}", spot.at("unit"))
        choice = field_type("choice")
        companion = Field(
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
            cdash=_unit_variable(owner.cdash),
            checks=checks_of({}, self.checks, {}),
            entry=owner.entry,
        )
        self._list_companion(companion, owner, spot)

        return companion

    def _number_part(self, owner: Field, spot: SourceNode) -> Field:
        """The number of a field that takes comparators, calculated, in a column."""
        is_fixed = owner.unit is not None and owner.unit.fixed is not None
        part = self._part(
            owner,
            spot,
            suffix="num",
            label="number",
            function="limit_of",
            gives="decimal",
        )
        number = replace(
            part, places=owner.places, unit=owner.unit if is_fixed else None
        )
        self._list_companion(number, owner, spot)

        return number

    def _comparator_part(self, owner: Field, spot: SourceNode) -> Field:
        """The comparator of a field that takes some, calculated, in a column."""
        part = self._part(
            owner,
            spot,
            suffix="cmp",
            label="comparator",
            function="comparator_of",
            gives="choice",
        )
        comparators = (EXACT, *owner.comparators)
        codelist = Codelist(
            name=f"{self.table}.{part.name}",
            codes=tuple(Code(code=sign, label=sign) for sign in comparators),
            place=spot.at("comparator").key,
        )
        comparator = replace(part, codelist=codelist)
        self._list_companion(comparator, owner, spot)

        return comparator

    def _part(
        self,
        owner: Field,
        spot: SourceNode,
        *,
        suffix: str,
        label: str,
        function: str,
        gives: str,
    ) -> Field:
        """What the two parts of a number with a comparator have in common."""
        value = parse_expression(f"{function}({owner.name})", spot.key)
        assert isinstance(value, Expression)
        calculated = field_type("calculated")

        return Field(
            name=f"{owner.name}_{suffix}",
            label=f"{owner.label}: {label}",
            type=calculated,
            kind=kind(gives),
            place=spot.key,
            form=self.form,
            group=self.group,
            value=value,
            part_of=owner.name,
            control=calculated.control,
            checks=checks_of({}, self.checks, {}),
            entry="hidden",
        )

    def _list_companion(self, companion: Field, owner: Field, spot: SourceNode) -> None:
        """List a field that nobody wrote: it has no keys, and its owner's place."""
        part = FieldPart(
            field=companion,
            spot=spot,
            keys=frozenset(),
            sound=True,
            table=self.table,
            companion_of=owner,
        )
        self.parts.fields.append(part)

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
            code_spot = SourceNode(document=spot.document, path=(*spot.path, index))
            notes.say(
                "unknown-missing-code",
                code_spot.place,
                name=code,
                near=did_you_mean(code, known),
            )

    return tuple(code for name, code in known.items() if name in text)


def _kind_name(type_: FieldType, raw: Mapping[str, Any]) -> str:
    """The grammar of a field's text, which not always follows from its type alone."""
    if raw.get("comparator"):
        return "bounded"
    if type_.name == "calculated":
        return str(raw.get("gives", "decimal"))

    return type_.kind or "text"


def _unit_variable(variable: str | None) -> str | None:
    """The CDASH variable of a result's unit: ``VSORRESU`` beside ``VSORRES``."""
    if variable is None or not variable.endswith("ORRES"):
        return None

    return f"{variable}U"


def _control(type_: FieldType, codelist: Codelist | None) -> str:
    """Long lists are chosen by typing, middling ones from a list."""
    if type_.control != "choice" or codelist is None:
        return type_.control

    count = len(codelist.codes)
    if count <= MOST_RADIO:
        return "radio"
    if count <= MOST_LIST:
        return "list"

    return "typeahead"


def _upload(type_: FieldType, raw: Mapping[str, Any]) -> Upload | None:
    if type_.kind != "file":
        return None

    accepted = raw.get("accept", ())
    endings = tuple(ending.removeprefix(".").lower() for ending in accepted)
    return Upload(endings=endings, size=raw.get("size", LARGEST_UPLOAD))


def _row_of(raw: Mapping[str, Any]) -> OfferedRows | None:
    """The rows whose numbers a field offers; whether there are any is checked when all
    forms are known.
    """
    if "row_of" not in raw:
        return None

    table, visit = row_source(raw["row_of"])
    return OfferedRows(table=table, visit=visit, label=raw.get("row_label", ()))
