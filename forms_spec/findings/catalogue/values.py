"""Codes of the kinds, for texts that are no value."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "only-blanks",
        "The text contains only spaces",
        "Enter an answer, or leave the field empty",
        "Spaces look like an empty field but would count as an answer. No-break and "
        "zero-width spaces "
        "count as spaces too. Accepted: `Left knee`. Refused: a single space.",
    ),
    refuse(
        "broken-character",
        "The text contains half a character ({character})",
        "Delete it and type the character again",
        "A lone surrogate comes from a program that cut a text in the middle of a "
        "character. No file "
        "can contain it.",
    ),
    refuse(
        "line-break",
        "The text contains a line break, but this field has a single line",
        "Write everything on one line",
        "A field of type `text` has one line. A `long_text` accepts line breaks.",
    ),
    refuse(
        "control-character",
        "The text contains an invisible character ({character})",
        "Delete it. It often comes with copied text",
        "Control characters break files and other programs. A `long_text` accepts "
        "line breaks and tabs. "
        "Line breaks are stored as line feeds.",
    ),
    refuse(
        "too-short",
        "The text has {given} characters, fewer than {least}",
        "Enter at least {least} characters",
        "The field has a minimum `length`. Each character counts once, an emoji too.",
    ),
    refuse(
        "too-long",
        "The text has {given} characters, more than {most}",
        "Shorten it to at most {most} characters",
        "The field has a maximum `length`. Each character counts once, an emoji too.",
    ),
    refuse(
        "pattern-mismatch",
        '"{value}" does not have the required format',
        "Use {says}",
        "The field has a `pattern`, and the whole text must match it. With `pattern: "
        "{matches: "
        "'[A-Z]+', message: capital letters}` accepted: `ABC`. Refused: `ABc`.",
    ),
    refuse(
        "not-an-integer",
        '"{value}" is not a whole number{trouble}',
        "Enter {wanted}",
        "Enter digits 0 to 9, with a minus sign in front if needed. Accepted: `12`, "
        "`-3`. Refused: "
        "`12.5`, `1e3`, `1,000`, `-0`.",
    ),
    refuse(
        "not-a-number",
        '"{value}" is not a number{trouble}',
        "Enter {wanted}",
        "Enter digits 0 to 9 and one decimal point, with a minus sign in front if "
        "needed. Accepted: "
        "`38.1`. Refused: `NaN`, `1e3`, `1,000`, `-0`. At entry `38,1` is read as "
        "38.1. `38,100` is "
        "refused because it could mean a thousand times more. `<0.3` belongs in a "
        "field with "
        "`comparator`.",
    ),
    refuse(
        "comparator-not-taken",
        '"{value}" begins with {given}, which this field does not accept',
        "Enter the number alone, or after {taken}",
        (
            "The key `comparator` of the field lists which of <, <=, > and >= are "
            "allowed before its number."
        ),
    ),
    refuse(
        "number-too-large",
        "The number has more than {most} digits before the decimal point",
        "Check it and remove the surplus digits",
        "Arithmetic is exact up to 15 digits before the decimal point.",
    ),
    refuse(
        "too-many-places",
        '"{value}" has {given} decimal places, but this field accepts {most}',
        "Decimal places: at most {most}",
        (
            "The field states its decimal `places` (9 if it does not). Values are "
            "never rounded silently."
        ),
    ),
    refuse(
        "not-a-boolean",
        '"{value}" is neither true nor false',
        "Write true or false",
        "A `checkbox` field is `true` or `false` in the data.",
    ),
    refuse(
        "not-a-date",
        '"{value}" is not a date',
        "Enter day, month and year, for example 15-Apr-2024",
        "Stored as `2024-04-15`. At entry you can also type `15apr2024`, "
        "`15-APR-2024`, `15 4 2024`, "
        "`20240415`, `today` and `t-3`. Years from 1000 to 9999.",
    ),
    refuse(
        "no-such-day",
        '"{value}" does not exist in the calendar',
        "Check the day, month and year",
        "Refused: `2024-02-30`, `2023-02-29`, `0999-01-01`. Years from 1000 to 9999.",
    ),
    refuse(
        "two-digit-year",
        '"{value}" has a two-digit year',
        "Enter all four digits of the year",
        "`24` could mean 1924 or 2024. crfsmith does not guess.",
    ),
    refuse(
        "ambiguous-date",
        '"{value}" could mean two different days',
        "Enter the month as a word, for example 3-Apr-2024",
        "`03/04/2024` is 3 April to some people and 4 March to others. It is accepted "
        "at entry only if "
        "the study states its `date_order`. It is never accepted in a package, where "
        "dates look like "
        "`2024-04-03`.",
    ),
    refuse(
        "not-a-partial-date",
        '"{value}" is not a date, a month or a year',
        "Enter what you know: 15-Apr-2024, Apr 2024 or 2024",
        "Stored as `2024-04-15`, `2024-04` or `2024`. At entry you can also type "
        "`un-apr-2024` and "
        "`un-unk-2024`.",
    ),
    refuse(
        "not-a-time",
        '"{value}" is not a time of day',
        "Enter {wanted}, for example {example}",
        "Times use the 24-hour clock from `00:00` to `23:59`. At entry you can also "
        "type `930`, `9.30` "
        "and `9:30 pm`.",
    ),
    refuse(
        "time-has-seconds",
        '"{value}" has seconds, but this field stores hours and minutes only',
        "Leave out the seconds",
        "The field does not have `seconds: true`. Nothing is cut off silently.",
    ),
    refuse(
        "time-lacks-seconds",
        '"{value}" has no seconds',
        "Enter the seconds too, for example {example}",
        "The field has `seconds: true`. crfsmith does not guess.",
    ),
    refuse(
        "not-a-datetime",
        '"{value}" is not a date with a time',
        "Enter both, for example {example}",
        "Stored as `2024-04-15T09:30`: local time at the site, without a time zone.",
    ),
    refuse(
        "not-a-duration",
        '"{value}" is not a duration',
        "Enter whole numbers with units, for example 3 d 4 h, 90 min or 1 yr 6 mo",
        "Stored as ISO 8601 has it: `P3DT4H`, `PT90M`, `P1Y6M`. A bare `m` is a month "
        "after years and a minute after hours, otherwise write `mo` or `min`. Weeks are "
        "stored as days.",
    ),
    refuse(
        "unknown-choice",
        '"{choice}" is not in the list of answers',
        "Choose one of {codes}",
        "The data contain the exact codes of the list. At entry you can type a code "
        "or a label, in "
        "upper or lower case.",
    ),
    refuse(
        "ambiguous-choice",
        '"{choice}" {meant}',
        "Choose one by its code",
        (
            "Two answers of the list share these words. crfsmith does not guess: "
            "enter the code."
        ),
    ),
    refuse(
        "empty-choice",
        '"{value}" has an empty answer next to a semicolon',
        "Remove the extra semicolon",
        "Several answers are joined by a single `;` each: `THIGH;GROIN`.",
    ),
    refuse(
        "repeated-choice",
        '"{choice}" is chosen twice',
        "Choose it once",
        "Each answer counts once. Refused: `THIGH;THIGH`.",
    ),
    refuse(
        "exclusive-choice",
        '"{label}" ({choice}) cannot be combined with another answer',
        "Remove it, or remove the other answers",
        "The codelist marks this code as `exclusive: true`, as for `NONE`.",
    ),
    refuse(
        "too-many-choices",
        "{count} answers are chosen, but at most {most} are allowed",
        "Remove all but {most}",
        "The key `max_choices` of the field limits how many answers can be chosen.",
    ),
    refuse(
        "not-a-file",
        '"{value}" is not a file of this package',
        "Upload the file again",
        "Stored as `files/<first 16 hex digits of its SHA-256>/<name>`. A name "
        "contains none of `/ \\ : "
        '* ? " < > |`, does not begin or end with a space or full stop, and has at '
        "most 200 characters.",
    ),
    refuse(
        "file-ending",
        '"{value}" is not an accepted file type',
        "Upload a file that ends in {endings}",
        "The field lists the file endings that it accepts.",
    ),
    refuse(
        "upload-too-large",
        '"{value}" was not uploaded: it is larger than {most}',
        "Upload a smaller file, such as a black-and-white scan or one with fewer pages",
        (
            "The field limits the size of its file (20 MB by default). An earlier "
            "file is unchanged."
        ),
    ),
    refuse(
        "upload-ending",
        '"{value}" was not uploaded: its file type is not accepted',
        "Upload a file that ends in {endings}",
        (
            "The field lists the file endings that it accepts. An earlier file is "
            "unchanged."
        ),
    ),
    refuse(
        "upload-content",
        '"{value}" was not uploaded: it does not contain {ending} data',
        "Open it in its program, save it as {ending} and upload it again",
        (
            "A file with the wrong ending does not open in any program. An earlier "
            "file is unchanged."
        ),
    ),
    refuse(
        "upload-empty",
        '"{value}" was not uploaded: the file is empty',
        "Open it to check that it is the right file, then upload it again",
        (
            "An empty file is usually the result of an interrupted copy. An earlier "
            "file is unchanged."
        ),
    ),
    refuse(
        "upload-same-beginning",
        (
            '"{value}" was not uploaded: the first 16 digits of its SHA-256 match '
            "those of another file"
        ),
        "Save the document again, which changes its bytes, and upload it again",
        "A cell identifies its file by the first 16 hex digits of its SHA-256. Two "
        "different files will "
        "not share these digits by accident.",
    ),
)
