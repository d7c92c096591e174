"""Codes of the kinds, for texts that are no value."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _refuse(code: str, message: str, remedy: str, explanation: str) -> Entry:
    return Entry(code=code, severity=Severity.REFUSE, message=message, remedy=remedy, explanation=explanation)


ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "only-blanks",
        "There is nothing but blanks here",
        "Write an answer, or leave the field empty",
        "Blanks look like an empty field and would count as an answer. No-break and zero-width blanks are "
        "blanks too. Accepted: `Left knee`. Refused: one blank.",
    ),
    _refuse(
        "broken-character",
        "The text holds half of a character ({character})",
        "Delete it and write the character again",
        "A lone surrogate comes from a program that cut a text in the middle of a character. "
        "No file can hold it.",
    ),
    _refuse(
        "line-break",
        "The text has a line break, and this field has one line",
        "Write everything on one line",
        "A field of type `text` is one line; `long_text` takes line breaks.",
    ),
    _refuse(
        "control-character",
        "The text holds a character that cannot be seen ({character})",
        "Delete it; it often comes with copied text",
        "Control characters break files and programs further down. Line breaks and tabulators may stand in a "
        "`long_text`; they are kept as line feeds.",
    ),
    _refuse(
        "too-short",
        "The text has {given} characters, fewer than {least}",
        "Write at least {least} characters",
        "The field has a least `length`. Each character counts once, an emoji too.",
    ),
    _refuse(
        "too-long",
        "The text has {given} characters, more than {most}",
        "Shorten it to at most {most} characters",
        "The field has a most `length`. Each character counts once, an emoji too.",
    ),
    _refuse(
        "pattern-mismatch",
        '"{value}" does not fit this field',
        "Use {says}",
        "The field has a `pattern`, and the whole text has to match it. With "
        "`pattern: {matches: '[A-Z]+', message: capital letters}` accepted: `ABC`. Refused: `ABc`.",
    ),
    _refuse(
        "not-an-integer",
        '"{value}" is not a whole number{trouble}',
        "Enter {wanted}",
        "Digits 0 to 9, with a minus in front where needed. Accepted: `12`, `-3`. Refused: `12.5`, `1e3`, "
        "`1,000`, `-0`.",
    ),
    _refuse(
        "not-a-number",
        '"{value}" is not a number{trouble}',
        "Enter {wanted}",
        "Digits 0 to 9, one point, a minus in front where needed. Accepted: `38.1`. Refused: `NaN`, `1e3`, "
        "`1,000`, `-0`. At entry `38,1` is understood as 38.1, but `38,100` is not: it may be a thousand "
        "times more. `<0.3` belongs in a field with `comparator`.",
    ),
    _refuse(
        "comparator-not-taken",
        '"{value}" begins with {given}, which this field does not take',
        "Enter the number alone, or after {taken}",
        "The field says in `comparator` which of <, <=, > and >= may stand before its number.",
    ),
    _refuse(
        "number-too-large",
        "The number has more than {most} digits before the decimal point",
        "Check it, and leave out what is too much",
        "Arithmetic is exact up to 15 digits before the decimal point.",
    ),
    _refuse(
        "too-many-places",
        '"{value}" has {given} decimal places; this field takes {most}',
        "Decimal places: at most {most}",
        "The field states its decimal `places` (9 when it does not). Nothing is rounded in silence.",
    ),
    _refuse(
        "not-a-boolean",
        '"{value}" says neither ticked nor not ticked',
        "Write true or false",
        "A `checkbox` field is `true` or `false` in the data.",
    ),
    _refuse(
        "not-a-date",
        '"{value}" is not a date',
        "Enter day, month and year, for example 15-Apr-2024",
        "Stored as `2024-04-15`. At entry `15apr2024`, `15-APR-2024`, `15 4 2024`, `20240415`, `today` and "
        "`t-3` are understood too. Years from 1000 to 9999.",
    ),
    _refuse(
        "no-such-day",
        '"{value}" is not a day of the calendar',
        "Check day, month and year",
        "Refused: `2024-02-30`, `2023-02-29`, `0999-01-01`. Years from 1000 to 9999.",
    ),
    _refuse(
        "two-digit-year",
        '"{value}" has a year of two digits',
        "Write all four digits of the year",
        "`24` may be 1924 or 2024. Nothing is guessed.",
    ),
    _refuse(
        "ambiguous-date",
        '"{value}" can be read as two different days',
        "Write the month as a word, for example 3-Apr-2024",
        "`03/04/2024` is 3 April to some and 4 March to others. It is understood at entry only when the "
        "study states its `date_order`, and never in a package, where dates are `2024-04-03`.",
    ),
    _refuse(
        "not-a-partial-date",
        '"{value}" is not a date, a month or a year',
        "Enter what is known: 15-Apr-2024, Apr 2024 or 2024",
        "Stored as `2024-04-15`, `2024-04` or `2024`. At entry `un-apr-2024` and `un-unk-2024` "
        "are understood too.",
    ),
    _refuse(
        "not-a-time",
        '"{value}" is not a time of the day',
        "Enter {wanted}, for example {example}",
        "The 24-hour clock from `00:00` to `23:59`. At entry `930`, `9.30` and `9:30 pm` are understood too.",
    ),
    _refuse(
        "time-has-seconds",
        '"{value}" has seconds, and this field keeps hours and minutes',
        "Leave the seconds out",
        "The field does not say `seconds: true`. Nothing is cut off in silence.",
    ),
    _refuse(
        "time-lacks-seconds",
        '"{value}" lacks the seconds',
        "Enter the seconds too, for example {example}",
        "The field says `seconds: true`. Nothing is guessed.",
    ),
    _refuse(
        "not-a-datetime",
        '"{value}" is not a date with a time',
        "Enter both, for example {example}",
        "Stored as `2024-04-15T09:30`, the clock on the wall of the site, without time zone.",
    ),
    _refuse(
        "unknown-choice",
        '"{choice}" is not an answer of this list',
        "Choose one of {codes}",
        "The data hold the codes of the list in their exact spelling. At entry a code or a label in any case "
        "is understood.",
    ),
    _refuse(
        "ambiguous-choice",
        '"{choice}" {meant}',
        "Choose one by its code",
        "Two answers of the list bear the same words. Nothing is guessed: the code tells them apart.",
    ),
    _refuse(
        "empty-choice",
        '"{value}" has an empty place beside a semicolon',
        "Take the extra semicolon out",
        "Several answers are joined by one `;` each: `THIGH;GROIN`.",
    ),
    _refuse(
        "repeated-choice",
        '"{choice}" is chosen twice',
        "Choose it once",
        "Each answer counts once. Refused: `THIGH;THIGH`.",
    ),
    _refuse(
        "exclusive-choice",
        '"{label}" ({choice}) cannot stand beside another answer',
        "Take it out, or take out the others",
        "The codelist says `exclusive: true` of this code, as for `NONE`.",
    ),
    _refuse(
        "too-many-choices",
        "{count} answers are chosen, and {most} at most may be",
        "Take out all but {most}",
        "The field says in `max_choices` how many answers may be chosen.",
    ),
    _refuse(
        "not-a-file",
        '"{value}" is not a file of this package',
        "Hand in the file again",
        'Stored as `files/<first 16 hex digits of its SHA-256>/<name>`. A name has no `/ \\ : * ? " < > |`, '
        "no blank or point at its ends, and at most 200 characters.",
    ),
    _refuse(
        "file-ending",
        '"{value}" is a file of another type',
        "Hand in a file that ends in {endings}",
        "The field lists the endings that it accepts.",
    ),
    _refuse(
        "upload-too-large",
        '"{value}" was not taken: it is larger than {most}',
        "Hand in a smaller file, such as a scan in black and white or with fewer pages",
        "The field says how large its file may be; 20 MB when it does not. An earlier file stays as it is.",
    ),
    _refuse(
        "upload-ending",
        '"{value}" was not taken: it is a file of another type',
        "Hand in a file that ends in {endings}",
        "The field lists the endings that it accepts. An earlier file stays as it is.",
    ),
    _refuse(
        "upload-content",
        '"{value}" was not taken: its content is not that of a {ending} file',
        "Open it in its program, save it as {ending}, and hand it in again",
        "A file with a wrong ending opens in no program. An earlier file stays as it is.",
    ),
    _refuse(
        "upload-empty",
        '"{value}" was not taken: there is nothing in it',
        "Open it to see whether it is the right file, and hand it in again",
        "A file of no bytes is most often a copy that broke off. An earlier file stays as it is.",
    ),
    _refuse(
        "upload-same-beginning",
        '"{value}" was not taken: it could not be told from another file, whose SHA-256 begins alike',
        "Save the document anew, which changes its bytes, and hand it in again",
        "A cell names its file by the first 16 hex digits of its SHA-256. Two files that share them do "
        "not meet by chance.",
    ),
)
