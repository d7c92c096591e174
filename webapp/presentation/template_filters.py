"""What templates need to show things: filters, statuses, addresses of assets."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask, g
from markupsafe import Markup

from forms_spec.schedule.study_clock import local as study_time
from generator.dictionary.text_language import in_its_language
from generator.pages.answer_text import day_words
from webapp.presentation.assets import asset_url, icon_url
from webapp.services import services
from webapp.storage import get_user


def local(moment: datetime) -> datetime:
    """A stored moment by the study's clock."""
    # A database may give a moment back without its zone: it was stored in UTC.
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return study_time(services().study, moment)


def clock(moment: datetime) -> str:
    """10:32:05 CDT: a time of the day, and whose."""
    return f"{local(moment):%H:%M:%S %Z}"


def moment_words(moment: datetime) -> str:
    """15-Apr-2024 10:32:05 UTC."""
    return f"{day_words(local(moment).date())} {local(moment):%H:%M:%S %Z}"


def instant(moment: datetime) -> Markup:
    """15-Apr-2024 10:32:05 CDT (15:32:05 UTC): by the study's clock, and for everybody."""
    here, everywhere = local(moment), local(moment).astimezone(UTC)
    shown = Markup('<time datetime="{}">{}</time>').format(
        f"{everywhere:%Y-%m-%dT%H:%M:%SZ}", moment_words(moment)
    )
    if here.tzname() == "UTC":
        return shown

    utc = f"{everywhere:%H:%M:%S} UTC"
    if here.date() != everywhere.date():
        utc = f"{day_words(everywhere.date())} {utc}"
    return shown + Markup(' <span class="quiet-text">({})</span>').format(utc)


def short_day(day: date) -> str:
    """15-Apr; 15-Apr ’25 where the year is another one."""
    return day_month(day, None)


def day_month(day: date, year: int | None) -> str:
    """15-Apr in that year, or in this one where none is said; 15-Apr ’25 in another."""
    words = day_words(day)[:-5]
    known_year = year or services().today().year
    if day.year == known_year:
        return words
    return f"{words} ’{day.year % 100:02}"


def person(username: str) -> str:
    """The name of somebody who signs in, or signed in elsewhere: ``Ines Investigator``."""
    names: dict[str, str] = g.setdefault("names_of_persons", {})
    if username not in names:
        user = get_user(services().database, username)
        names[username] = user.name if user else username

    return names[username]


def register(app: Flask) -> None:
    """Adds filters and globals to the templates, and the study."""
    add_filters(app)
    app.context_processor(lambda: {"study": services().study})


def worded(text: str | None) -> Markup:
    """A text of the study, which says its language where that is not the page's."""
    study, title = services().study, text or ""
    # The title of a visit may have its number behind it.
    name, _, number = title.rpartition(" ")
    if number.isdecimal() and study.language_of(name):
        return in_its_language(study, name) + f" {number}"

    return in_its_language(study, text)


def add_filters(app: Flask) -> None:
    """Adds filters and globals to the templates."""
    app.jinja_env.filters.update(
        clock=clock,
        day=day_words,
        day_month=day_month,
        instant=instant,
        moment=moment_words,
        person=person,
        short_day=short_day,
        worded=worded,
    )
    app.jinja_env.globals.update(asset=asset_url, icon=icon_url())
