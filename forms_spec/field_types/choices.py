"""Any number of several answers."""

from forms_spec.model.field_type import ANSWER, FieldType, RedcapSpelling, samples

_REFERRAL = {
    "NONE": {"label": "No referred pain", "exclusive": True},
    "THIGH": "Thigh",
    "GROIN": "Groin",
    "CALF": "Calf",
}

CHOICES = FieldType(
    name="multiple_choice",
    kind="choices",
    control="checkboxes",
    facets=ANSWER | {"codes", "retired", "max_choices"},
    redcap=RedcapSpelling(type="checkbox"),
    asked="check boxes",
    stored="codes in the list's order, joined by `;`",
    accepts=(
        *samples(
            "NONE",
            "THIGH",
            "THIGH;GROIN",
            "GROIN;THIGH",
            "CALF;GROIN;THIGH",
            codes=_REFERRAL,
        ),
        *samples("NONE", "THIGH", "THIGH;CALF", codes=_REFERRAL, max_choices=2),
        *samples("NONE", "CALF", codes=_REFERRAL, max_choices=1),
    ),
    rejects=(
        *samples("THIGH;GROIN;CALF", "NONE;THIGH;CALF", codes=_REFERRAL, max_choices=2),
        *samples("THIGH;GROIN", codes=_REFERRAL, max_choices=1),
        *samples(
            " ",
            "thigh",
            "Thigh",
            "THIGH; GROIN",
            "THIGH,GROIN",
            "THIGH;",
            ";THIGH",
            ";",
            "THIGH;;GROIN",
            "THIGH;THIGH",
            "NONE;THIGH",
            "THIGH;NONE",
            "NONE;NONE",
            "THIGH;KNEE",
            "THIGH\n",
            '["THIGH"]',
            "THIGH;constructor",
            codes=_REFERRAL,
        ),
    ),
)
