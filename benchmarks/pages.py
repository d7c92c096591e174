"""The page of the largest form against a hand-written template of the same HTML."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

from jinja2 import Environment, Template

from benchmarks.timing import medians, show
from forms_spec import load_study
from forms_spec.evaluation import judge
from forms_spec.model.captured_data import Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from generator.pages import form_html
from generator.pages.template import write_template
from webapp.demo.demo_study import read_texts

TODAY = date(2026, 5, 31)


def main() -> None:
    study, form, record = _largest()
    visit = next(one.visit for one in study.schedule if one.form == form.name)
    context = Context(today=TODAY, subject="01-001", visit=visit)
    judgement = judge(study, form, record, context)
    html = str(form_html(study, form, record, judgement))
    by_hand = _hand_written(html)
    texts = _texts(html)
    assert by_hand.render(v=texts) == html, "the hand-written template gives other HTML"
    taken = medians(
        {
            "hand": lambda: by_hand.render(v=texts),
            "ours": lambda: form_html(study, form, record, judgement),
            "judge": lambda: judge(study, form, record, context),
        },
        rounds=200,
    )
    fields = sum(1 for one in form.fields if one.collected)
    print(f"{form.title}: {fields} questions, {len(html) / 1000:.0f} kB of HTML")
    show("hand-written template of the same HTML", taken["hand"])
    show(
        "page made from the dictionary",
        taken["ours"],
        against=("hand-written", taken["hand"]),
    )
    show("judging the same form", taken["judge"])
    made = medians({"first": lambda: _first_time(study, form)}, rounds=5)
    show("making the page's template, once per dictionary version", made["first"])


def _largest() -> tuple[Study, Form, Record]:
    """The form with most questions of its own, as example subject 01-001 has it."""
    texts = read_texts(files("data_dictionary") / "cellkine")
    study = load_study(
        {n: t for n, t in texts.items() if not n.startswith("subjects/")}
    ).study
    assert study is not None
    form = max(study.forms.values(), key=lambda one: len(one.fields))
    examples = read_subjects(
        {
            n.removeprefix("subjects/"): t
            for n, t in texts.items()
            if n.startswith("subjects/")
        },
        study,
    )
    key = FormKey(
        form.name, next(one.visit for one in study.schedule if one.form == form.name), 0
    )
    found = next(
        one for one in examples.forms if one.subject == "01-001" and one.key == key
    )
    return study, form, found.record


def _first_time(study: Study, form: Form) -> object:
    return write_template(study, form)


TEXT = re.compile(r'(<input type="text" id="([^"]+)" name="[^"]+" value=")([^"]*)(")')
BUTTON = re.compile(
    r'(<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)")( checked)?'
)
OPTION = re.compile(r'(<option value="([^"]*)")( selected)?(>)')
SAID = re.compile(
    r'(<output id="([^"]+)"[^>]*>|<span class="range" id="([^"]+-reference)">)([^<]+)(<)'
)
MENU = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>.*?</select>', re.DOTALL)


def _texts(html: str) -> dict[str, str]:
    found = {name: text for _, name, text, _ in TEXT.findall(html)}
    found |= {
        output or reference: text
        for _, output, reference, text, _ in SAID.findall(html)
    }
    found |= {name: text for _, name, text, checked in BUTTON.findall(html) if checked}
    for menu in MENU.finditer(html):
        chosen = [text for _, text, selected, _ in OPTION.findall(menu[0]) if selected]
        found[menu[1]] = chosen[0] if chosen else ""
    return found


def _hand_written(html: str) -> Template:
    """What somebody would write by hand: the HTML with a slot for each text, result and
    choice.
    """
    source = TEXT.sub(r"\1{{ v['\2'] }}\4", html)
    source = SAID.sub(r"\1{{ v['\2\3'] }}\5", source)
    source = BUTTON.sub(r"\1{% if v['\2'] == '\3' %} checked{% endif %}", source)

    def menu(found: re.Match[str]) -> str:
        slot = rf"\1{{% if v['{found[1]}'] == '\2' and '\2' %}} selected{{% endif %}}\4"
        return OPTION.sub(slot, found[0])

    return Environment(autoescape=True, keep_trailing_newline=True).from_string(
        MENU.sub(menu, source)
    )
