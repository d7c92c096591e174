"""A day, or as much of it as is known."""

from forms_spec.model.field_type import ANSWER, BOX, CLOCK, MOMENT, FieldType, samples

PARTIAL_DATE = FieldType(
    name="partial_date",
    kind="partial_date",
    control="text",
    facets=ANSWER | BOX | CLOCK | MOMENT,
    accepts=samples(
        "2024-04-15", "2024-02-29", "2024-04", "2024-02", "2023-02", "2024-12", "2024", "1000", "9999"
    ),
    rejects=samples(
        " ",
        "2024-02-30",
        "2023-02-29",
        "2024-13",
        "2024-00",
        "2024-4",
        "0999",
        "0999-12",
        "24",
        "202404",
        "2024-",
        "2024-04-",
        "2024-UN-UN",
        "2024--15",
        "--04-15",
        "UN-Apr-2024",
        "04/2024",
        "Apr 2024",
        "03/04/2024",
        "2024-04 ",
        "2024\n",
        "٢٠٢٤",
        "20240",
    ),
)
