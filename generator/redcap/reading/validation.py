"""The validation types of REDCap's text fields: what each is in our language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from generator.redcap.logic.values import ValueType

Keys = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """A field type with its keys.

    ``order`` is how dates are typed; ``note`` what differs a little.
    """

    type: str
    value_type: ValueType
    keys: Keys = field(default_factory=dict)
    order: str | None = None
    note: str | None = None
    comma: bool = False


def _pattern(expression: str, says: str) -> Validation:
    return Validation(
        type="text",
        value_type=ValueType.TEXT,
        keys={"pattern": {"matches": expression, "message": says}},
    )


def _moments() -> dict[str, Validation]:
    validations: dict[str, Validation] = {}
    for order in ("dmy", "mdy", "ymd"):
        validations[f"date_{order}"] = Validation(
            type="date", value_type=ValueType.DATE, order=order
        )
        validations[f"datetime_{order}"] = Validation(
            type="datetime", value_type=ValueType.DATETIME, order=order
        )
        validations[f"datetime_seconds_{order}"] = Validation(
            type="datetime",
            value_type=ValueType.DATETIME,
            keys={"seconds": "true"},
            order=order,
        )

    validations["date"] = validations["date_ymd"]
    validations["datetime"] = validations["datetime_ymd"]
    validations["datetime_seconds"] = validations["datetime_seconds_ymd"]

    return validations


def _numbers() -> dict[str, Validation]:
    results = {
        "number_comma_decimal": Validation(
            type="decimal", value_type=ValueType.NUMBER, comma=True
        ),
    }

    for places in "1234":
        exact = (
            f"a value has exactly {places} decimals in REDCap, at most {places} here"
        )

        for tail, comma in (("", False), ("_comma_decimal", True)):
            results[f"number_{places}dp{tail}"] = Validation(
                type="decimal",
                value_type=ValueType.NUMBER,
                keys={"places": places},
                note=exact,
                comma=comma,
            )

    return results


_CODES = {
    "time_hh_mm_ss": Validation(
        type="time", value_type=ValueType.TIME, keys={"seconds": "true"}
    ),
    "time_mm_ss": _pattern(
        "[0-5][0-9]:[0-5][0-9]", "minutes and seconds, such as 04:30"
    ),
    "alpha_only": _pattern("[A-Za-z]+", "letters only"),
    "phone_australia": _pattern(r"[-+() 0-9]{8,20}", "an Australian telephone number"),
    "phone_france": _pattern(r"[-+(). 0-9]{9,20}", "a French telephone number"),
    "phone_uk": _pattern(r"[-+() 0-9]{9,20}", "a British telephone number"),
    "zipcode": _pattern("[0-9]{5}(-[0-9]{4})?", "five digits, or five and four"),
    "postalcode_australia": _pattern("[0-9]{4}", "four digits"),
    "postalcode_canada": _pattern(
        "[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]", "a postal code such as K1A 0B1"
    ),
    "postalcode_germany": _pattern("[0-9]{5}", "five digits"),
    "postalcode_uk": _pattern(
        "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}",
        "a postcode such as SW1A 1AA",
    ),
    "postalcode_french": _pattern("[0-9]{5}", "five digits"),
    "ssn": _pattern(
        "[0-9]{3}-[0-9]{2}-[0-9]{4}", "a social security number such as 123-45-6789"
    ),
    "mrn_7d": _pattern("[0-9]{7}", "seven digits"),
    "mrn_10d": _pattern("[0-9]{10}", "ten digits"),
    "mrn_generic": _pattern("[A-Za-z0-9_-]+", "letters, digits, _ and -"),
    "vmrn": _pattern("[0-9]{4,9}", "four to nine digits"),
}

_VALUE_TYPES: Mapping[str, ValueType] = MappingProxyType(
    {
        "text": ValueType.TEXT,
        "integer": ValueType.NUMBER,
        "decimal": ValueType.NUMBER,
        "time": ValueType.TIME,
    }
)
"""By the kind of a type that states its validations; the others are written above."""


def _stated() -> dict[str, Validation]:
    """The validations that field types state as their own."""
    return {
        code: Validation(
            type=field_type.name, value_type=_VALUE_TYPES[field_type.kind or "text"]
        )
        for field_type in FIELD_TYPES
        for code in field_type.redcap.validations
    }


PLAIN = Validation(type="text", value_type=ValueType.TEXT)
VALIDATIONS: Mapping[str, Validation] = MappingProxyType(
    {**_stated(), **_numbers(), **_moments(), **_CODES}
)
"""By the code in the dictionary; sites add their own, which are read as plain text with
a warning.
"""
