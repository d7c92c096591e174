"""Codes of a dictionary file that cannot be read as YAML, or says something twice."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _refuse(code: str, message: str, remedy: str, explanation: str, example: str = "") -> Entry:
    return Entry(
        code=code,
        severity=Severity.REFUSE,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
    )


_ALIASES = "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" if at else "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for at in range(7)
)

ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "file-unreadable",
        "The file cannot be read: {why}",
        "Look at its permissions",
        "The operating system refused to open the file.",
    ),
    _refuse(
        "file-too-large",
        "The file has more than {most} bytes",
        "Split it: a form a file, or take data out of the folder",
        "A dictionary's files are small. Data belongs into `subjects/` or elsewhere.",
    ),
    _refuse(
        "not-utf-8",
        "The file is no UTF-8: the byte {byte} stands here",
        "Save it as UTF-8; most editors ask for the encoding under Save as",
        "A dictionary is read as UTF-8, so that every letter means the same everywhere. Files of older "
        "programs are often in Latin-1 or Windows-1252.",
    ),
    _refuse(
        "not-yaml",
        "This is not YAML: {problem}",
        "Compare the line, and the one before it, with docs/dictionary.md",
        "YAML gave up here. The cause is often one line earlier: a line that is indented too little or too "
        "far, a key without its colon.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n b: {label: B}\n",
    ),
    _refuse(
        "brackets-not-read",
        "The {sign} that opens in line {line} cannot be read beyond this place",
        "Close it, or put the text before this place in quotes: in brackets a comma or bracket ends a text",
        "Inside `{ }` and `[ ]` a text that holds a comma, a bracket or a quote needs quotes around it: "
        "`{label: A, show_when: \"grade in ('2', '3')\"}`. On a line of its own it needs none.",
        "form: x\ntitle: Example\nfields:\n  g: {label: G}\n  a: {label: A, show_when: g in ('2', '3')}\n",
    ),
    _refuse(
        "tab-indent",
        "The line is indented with a tabulator",
        "Indent with blanks, two for each level",
        "YAML allows only blanks in front of a line. Most editors can be told to write blanks when the "
        "tabulator key is pressed.",
        "form: x\ntitle: Example\nfields:\n\ta: {label: Tabulator}\n",
    ),
    _refuse(
        "colon-in-text",
        'There is a second ": " in the line',
        'Put the text in quotes, for example label: "Pain: how strong?"',
        "A colon followed by a blank parts a key from its value. A text that holds one needs quotes.",
        "form: x\ntitle: Example: with a colon\nfields:\n  a: {label: A}\n",
    ),
    _refuse(
        "sign-needs-quotes",
        "A text cannot begin with {sign} in YAML",
        "Put the text in quotes",
        "Some signs mean something to YAML when a text begins with them: `@ % ` & * ! | >`.",
        "form: x\ntitle: Example\nfields:\n  a: {label: @home}\n",
    ),
    _refuse(
        "quote-ends-early",
        "The text begins with a quote, and goes on after the quote is closed",
        "Put the whole text in quotes of the other sort, or write the condition the other way round",
        "A value that begins with a quote ends with the next one. A condition such as `'Y' = vsperf` is "
        "better written `vsperf = 'Y'`.",
        "form: x\ntitle: Example\nfields:\n  p: {label: P, type: yes_no}\n  a:\n    label: A\n"
        "    show_when: 'Y' = p\n",
    ),
    _refuse(
        "quote-not-closed",
        "The quote that opens here is never closed",
        "Close it; inside single quotes write '' for one quote",
        "Everything after an open quote belongs to the text, up to the end of the file.",
        "form: x\ntitle: 'Example\nfields:\n  a: {label: A}\n",
    ),
    _refuse(
        "unprintable-character",
        "The file holds a character that cannot be seen ({character})",
        "Delete it; it often comes with copied text",
        "YAML holds no control characters. A form feed, a null or a stray byte of another encoding stops the "
        "reading.",
        "form: x\ntitle: Exam\x0cple\nfields:\n  a: {label: A}\n",
    ),
    _refuse(
        "empty-file",
        "The file says nothing",
        "Write a form, a codelist or visits into it, or delete it",
        "Every file of a dictionary holds something. Comments alone are nothing.",
        "# only a comment\n",
    ),
    _refuse(
        "file-passed-over",
        "The file {name} is not read, though it holds a part of a dictionary",
        "Rename it to {better}, or move it out of the folder",
        "Only files whose names end in .yaml or .yml, in small letters, are read. Some editors add .txt.",
    ),
    _refuse(
        "second-document",
        "A second document begins here",
        "Take the line --- out, or put what follows into a file of its own",
        "A file holds one document.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n--- # and another\nform: y\n",
    ),
    Entry(
        code="comment-cuts-text",
        severity=Severity.WARNING,
        message='The text ends here: YAML takes "{rest}" for a comment',
        remedy="Put the whole text in quotes if that belongs to it, else write a blank behind the #",
        explanation="A blank and # begin a comment, so that `label: Pain #1` is the label `Pain`.",
        example="form: x\ntitle: Example\nfields:\n  a:\n    label: Pain #1\n",
    ),
    _refuse(
        "too-deep",
        "Brackets or lists stand more than {most} deep in one another",
        "Nothing in a dictionary is that deep: look for brackets that are never closed",
        "A bound that keeps a broken or hostile file from using up the memory.",
        "form: x\ntitle: Example\nfields: " + "[" * 60 + "]" * 60 + "\n",
    ),
    _refuse(
        "unknown-anchor",
        "There is no anchor &{name} before this",
        "Write &{name} where the value stands first, or write the value out",
        "`*name` repeats the value that was marked `&name` earlier in the same file.",
        "form: x\ntitle: Example\nfields:\n  a: *nothing\n",
    ),
    _refuse(
        "alias-of-itself",
        "*{name} stands inside the value that it repeats",
        "Write the value out",
        "A value cannot hold itself.",
        "form: x\ntitle: Example\nfields: &all\n  a: *all\n",
    ),
    _refuse(
        "too-many-aliases",
        "Aliases add more than {most} values to this file",
        "Write out what they repeat, or use each and codelists",
        "A bound: a few lines of aliases of aliases can stand for billions of values.",
        _ALIASES,
    ),
    _refuse(
        "merge-of-no-mapping",
        "<< takes over the keys of a mapping, and this is none",
        "Write << : *name, where &name marks a mapping",
        "`<<: *name` takes over all keys of the mapping that is marked `&name`.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A, <<: text}\n",
    ),
    _refuse(
        "key-not-text",
        "A list or a mapping stands where a key belongs",
        "Write a name before the colon",
        "Keys are texts. A name in { } or [ ] before a colon is often a forgotten quote.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A}\n  ? [b]\n  : {label: B}\n",
    ),
    _refuse(
        "yaml-tag",
        "The tag !{name} has no meaning here",
        "Delete it; every value is text and the key says what it means",
        "YAML tags such as `!!int` change how a value is read. A dictionary reads every value as text.",
        "form: x\ntitle: Example\nfields:\n  a: {label: !!int 5}\n",
    ),
    _refuse(
        "duplicate-key",
        '"{name}" stands twice here; the first is in line {line}',
        "Keep one of the two, or give one another name",
        "YAML itself would keep the last one and drop the first in silence.",
        "form: x\ntitle: Example\nfields:\n  a: {label: First}\n  a: {label: Second}\n",
    ),
)
