"""A value that a formula gives; ``gives`` names its kind."""

from forms_spec.model.field_type import READING, FieldType, RedcapSpelling, samples

_WIDE = {"LOW": "Low", "HIGH": "High"}

CALCULATED = FieldType(
    name="calculated",
    kind=None,
    control="calculated",
    facets=READING
    | {"value", "gives", "codes", "places", "unit", "range", "expected", "alert"}
    | {"identifier", "cdash", "sdtm", "checks"},
    redcap=RedcapSpelling(type="calc"),
    asked="read-only",
    stored="as its kind",
    accepts=(
        *samples("26.8", "26", "-0.5"),
        *samples("26.8", gives="decimal", places=1),
        *samples("12", gives="integer"),
        *samples("Responder", gives="text"),
        *samples("2024-04-15", gives="date"),
        *samples("HIGH", gives="choice", codes=_WIDE),
    ),
    rejects=(
        *samples(" ", "NaN", "1e3", "-0", "26,8"),
        *samples("26.85", gives="decimal", places=1),
        *samples("12.5", gives="integer"),
        *samples("a\nb", gives="text"),
        *samples("2024-02-30", gives="date"),
        *samples("high", "MEDIUM", gives="choice", codes=_WIDE),
    ),
)
