"""Codes of a dictionary file that cannot be read as YAML, or says something twice."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse
from forms_spec.findings.finding import Severity

_ALIASES = "".join(
    f"a{index}: &a{index} [{', '.join([f'*a{index - 1}'] * 9)}]\n"
    if index
    else "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for index in range(7)
)

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "file-unreadable",
        "The file cannot be read: {why}",
        "Check its permissions",
        "The operating system refused to open the file.",
    ),
    refuse(
        "file-too-large",
        "The file is larger than {most} bytes",
        "Split it into one file for each form, or move data out of the folder",
        "Dictionary files are small. Data belong in `subjects/` or elsewhere.",
    ),
    refuse(
        "not-utf-8",
        "The file is not UTF-8: it contains the byte {byte} here",
        "Save it as UTF-8. Most editors offer the encoding under Save as",
        "A dictionary is read as UTF-8, so that every letter means the same "
        "everywhere. Older programs "
        "often save files in Latin-1 or Windows-1252.",
    ),
    refuse(
        "not-yaml",
        "This is not YAML: {problem}",
        "Compare the line, and the one before it, with docs/dictionary.md",
        "The YAML reader stopped here. The cause is often on the line before: wrong "
        "indentation, or a "
        "key without its colon.",
        "%YAML 9\n---\nform: x\ntitle: Example\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "brackets-not-read",
        "The {sign} opened on line {line} cannot be read beyond this point",
        "Close it, or put the text before this point in quotes. Inside brackets a "
        "comma or bracket ends "
        "a text",
        "Inside `{ }` and `[ ]` a text that contains a comma, a bracket or a quote "
        "needs quotes around "
        "it: `{label: A, show_when: \"grade in ('2', '3')\"}`. On a line of its own "
        "it does not.",
        (
            "form: x\ntitle: Example\nfields:\n  g: {label: G}\n  a: {label: A, "
            "show_when: g in ('2', '3')}\n"
        ),
    ),
    refuse(
        "tab-indent",
        "The line is indented with a tab",
        "Indent with spaces, two for each level",
        "YAML allows only spaces at the start of a line. Most editors can insert "
        "spaces when you press "
        "the tab key.",
        "form: x\ntitle: Example\nfields:\n\ta: {label: Tabulator}\n",
    ),
    refuse(
        "wrong-indent",
        "The line is indented by {given}, which fits no line above it",
        'Indent it by {wanted}, as "{key}" on line {line}, if it belongs beside that',
        "The number of spaces in front of a line says what it belongs to. Keys of one "
        "level begin in the same column. Most studies use two spaces for each level.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n b: {label: B}\n",
    ),
    refuse(
        "dash-among-keys",
        "An item of a list stands among keys",
        "Remove the dash, or put the items below a key of their own",
        "A dash begins an item of a list. Below one key there are either keys with "
        "their values, or the items of a list.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n  - b\n",
    ),
    refuse(
        "colon-missing",
        "The line has no colon",
        "Write a colon and a space after the key",
        "Every line of a dictionary is a key, a colon, a space and a value. A line "
        "without a colon continues the text of the line above.",
        "form: x\ntitle Example\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "colon-without-space",
        'There is no space after the colon of "{key}"',
        "Write a space after the colon",
        "A colon ends a key only if a space follows it. `label:Pain` is one text.",
        "form: x\ntitle: Example\nfields:\n  a:\n    label:Pain\n    type: scale\n",
    ),
    refuse(
        "comment-in-brackets",
        'YAML reads "{rest}" as a comment, so the {sign} before it is never closed',
        "Put the text with the # in quotes",
        "A space followed by # begins a comment, which goes on to the end of the line. "
        "It takes the closing bracket with it.",
        "form: x\ntitle: Example\nfields:\n  a: {label: Pain #1}\n  b: {label: B}\n",
    ),
    refuse(
        "colon-in-text",
        'The line contains a second ": "',
        'Put the text in quotes, for example label: "Pain: how strong?"',
        (
            "A colon followed by a space separates a key from its value. A text that "
            "contains one needs quotes."
        ),
        "form: x\ntitle: Example: with a colon\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "sign-needs-quotes",
        "A YAML text cannot begin with {sign}",
        "Put the text in quotes",
        (
            "Some characters have a special meaning at the start of a YAML text: `@ % "
            "` & * ! | >`."
        ),
        "form: x\ntitle: Example\nfields:\n  a: {label: @home}\n",
    ),
    refuse(
        "quote-ends-early",
        "The text begins with a quote but continues after the closing quote",
        (
            "Put the whole text in quotes of the other kind, or swap the two sides of "
            "the condition"
        ),
        "A value that begins with a quote ends at the next quote. Instead of a "
        "condition such as `'Y' = "
        "vsperf`, write `vsperf = 'Y'`.",
        "form: x\ntitle: Example\nfields:\n  p: {label: P, type: yes_no}\n  a:\n    "
        "label: A\n"
        "    show_when: 'Y' = p\n",
    ),
    refuse(
        "quote-not-closed",
        "The quote opened here is never closed",
        "Close it. Inside single quotes, write '' for one quote",
        (
            "Everything after an open quote belongs to the text, up to the end of the "
            "file."
        ),
        "form: x\ntitle: 'Example\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "unprintable-character",
        "The file contains an invisible character ({character})",
        "Delete it. It often comes with copied text",
        "YAML does not allow control characters. A form feed, a null or a stray byte "
        "of another "
        "encoding stops the reader.",
        "form: x\ntitle: Exam\x0cple\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "empty-file",
        "The file is empty",
        "Add a form, a codelist or visits, or delete the file",
        "Every dictionary file needs content. Comments alone are not enough.",
        "# only a comment\n",
    ),
    refuse(
        "file-passed-over",
        "The file {name} was skipped, although it contains part of a dictionary",
        "Rename it to {better}, or move it out of the folder",
        (
            "Only files that end in .yaml or .yml, in lower case, are read. Some "
            "editors add .txt."
        ),
    ),
    refuse(
        "second-document",
        "A second document begins here",
        "Remove the line ---, or move what follows into its own file",
        "A file contains a single document.",
        (
            "form: x\ntitle: Example\nfields:\n  a: {label: A}\n--- # and "
            "another\nform: y\n"
        ),
    ),
    CatalogueEntry(
        code="comment-cuts-text",
        severity=Severity.WARNING,
        message='The text ends here: YAML reads "{rest}" as a comment',
        remedy=(
            "If it belongs to the text, put the whole text in quotes. Otherwise add a "
            "space after the #"
        ),
        explanation=(
            "A space followed by # begins a comment, so `label: Pain #1` is the label "
            "`Pain`."
        ),
        example="form: x\ntitle: Example\nfields:\n  a:\n    label: Pain #1\n",
    ),
    refuse(
        "too-deep",
        "Brackets or lists are nested more than {most} levels deep",
        "A dictionary is never that deep. Look for brackets that are never closed",
        "This limit keeps a broken or hostile file from using up the memory.",
        "form: x\ntitle: Example\nfields: " + "[" * 60 + "]" * 60 + "\n",
    ),
    refuse(
        "unknown-anchor",
        "There is no anchor &{name} before this point",
        "Write &{name} where the value first appears, or write the value out",
        "`*name` repeats the value that was marked `&name` earlier in the same file.",
        "form: x\ntitle: Example\nfields:\n  a: *question\n  b: &question\n    label: B\n",
    ),
    refuse(
        "alias-of-itself",
        "*{name} is inside the value that it repeats",
        "Write the value out",
        "A value cannot contain itself.",
        "form: x\ntitle: Example\nfields: &all\n  a: *all\n",
    ),
    refuse(
        "too-many-aliases",
        "Aliases add more than {most} values to this file",
        "Write out what they repeat, or use defaults and codelists",
        (
            "This is a safety limit: a few lines of nested aliases can expand to "
            "billions of values."
        ),
        _ALIASES,
    ),
    refuse(
        "merge-of-no-mapping",
        "<< copies the keys of a mapping, but this is not a mapping",
        "Write << : *name, where &name marks a mapping",
        "`<<: *name` copies all keys of the mapping that is marked `&name`.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A, <<: text}\n",
    ),
    refuse(
        "key-not-text",
        "There is a list or a mapping where a key is expected",
        "Write a name before the colon",
        (
            "Keys are texts. A name in { } or [ ] before a colon is often a forgotten "
            "quote."
        ),
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n  ? [b]\n  : {label: B}\n",
    ),
    refuse(
        "yaml-tag",
        "The tag !{name} has no meaning here",
        "Delete it. Every value is text, and the key says what it means",
        (
            "YAML tags such as `!!int` change how a value is read. In a dictionary "
            "every value is read as text."
        ),
        "form: x\ntitle: Example\nfields:\n  a: {label: !!int 5}\n",
    ),
    refuse(
        "duplicate-key",
        '"{name}" appears twice here. The first is on line {line}',
        "Keep one of the two, or rename one",
        "YAML itself would keep the last one and silently drop the first.",
        "form: x\ntitle: Example\nfields:\n  a: {label: First}\n  a: {label: Second}\n",
    ),
)
