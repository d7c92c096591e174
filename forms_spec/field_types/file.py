"""A file that is handed in."""

from forms_spec.model.field_type import ANSWER, FieldType, RedcapSpelling, samples

_AT = "files/0123456789abcdef"
_IMAGES = ["pdf", "png"]

FILE = FieldType(
    name="file",
    kind="file",
    control="file",
    facets=ANSWER - {"default"} | {"accept", "size"},
    redcap=RedcapSpelling(type="file"),
    asked="file",
    stored="`files/<16 hex of its SHA-256>/name.pdf`",
    accepts=(
        *samples(
            f"{_AT}/scan.pdf",
            f"{_AT}/Scan 1.PNG",
            f"{_AT}/résumé.final.pdf",
            accept=_IMAGES,
        ),
        *samples(f"{_AT}/anything", f"{_AT}/notes.txt"),
    ),
    rejects=(
        *samples(
            " ",
            "scan.pdf",
            f"{_AT}/",
            f"{_AT}/.pdf",
            f"{_AT}/scan.exe",
            f"{_AT}/scan.pdf.exe",
            f"{_AT}/pdf",
            f"{_AT}/scan.pdf ",
            f"{_AT}/ scan.pdf",
            f"{_AT}/scan.pdf.",
            f"{_AT}/a/scan.pdf",
            f"{_AT}/..\\scan.pdf",
            f"{_AT}/scan\n.pdf",
            f"{_AT}/scan.pdf\n",
            f"{_AT}/a:b.pdf",
            f"{_AT}/{'a' * 200}.pdf",
            f"/{_AT}/scan.pdf",
            "files/0123456789ABCDEF/scan.pdf",
            "files/0123456789abcde/scan.pdf",
            "files/../../etc/passwd.pdf",
            "https://example.org/scan.pdf",
            accept=_IMAGES,
        ),
        *samples(f"{_AT}/..", f"{_AT}/."),
    ),
)
