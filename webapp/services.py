"""What every view works with: the study, the database, the day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import cast

from flask import abort, current_app, g, has_request_context, request
from flask_login import current_user

from forms_spec.evaluation.role_view import RoleView, view_of
from forms_spec.evaluation.seen_dictionaries import OtherDictionaries
from forms_spec.loading.translated_study import study_in
from forms_spec.model.roles import USUAL_ROLES, StudyRole
from forms_spec.model.study import Study
from webapp.role_sight import blind_in, sight_in
from webapp.storage import (
    ALL_SITES,
    Database,
    Sites,
    StoredCasebook,
    StoredSubject,
    SubjectHead,
    User,
    get_subject,
    subject_head,
)
from webapp.storage.releases import SiteDictionaries
from webapp.storage.sight import BlindEntries, Place, blind_places
from webapp.storage.site_studies import SiteStudies


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The study and the database of this server, and its fonts for documents.

    ``provider`` is what people call whoever signs them in; blank for passwords alone.
    ``site_studies`` are those of sites that still have another dictionary.
    """

    database: Database
    study: Study
    site_studies: SiteStudies
    today: Callable[[], date]
    demo_accounts: tuple[tuple[str, str, str], ...] = ()
    fonts: Path | None = None
    provider: str = ""


def services() -> Services:
    """Those of the current application, as the role of the person of this request has
    them: what the role may not see is absent.
    """
    server = _server()
    view = None if _everybody_sees_all(server) else current_view()
    blind = None if server.study.double_entry is None else current_blind()
    if view is None and blind is None:
        return server
    # Signing in may change within a request who asks, and about which subject.
    known: dict[tuple[str, ...], Services] = g.setdefault("seen_services", {})
    person = blind.username if blind is not None else ""
    role = view.role.name if view is not None else ""
    others = view.others.key if view is not None else ""
    key = server.study.hash, server.study.language, role, others, person
    if key not in known:
        known[key] = _seen(server, view, blind)
    return known[key]


def _everybody_sees_all(server: Services) -> bool:
    """Whether nothing is hidden from any role, under any dictionary of this page."""
    is_usual = server.study.roles is USUAL_ROLES
    return is_usual and not server.study.releases_by_site


def _server() -> Services:
    """Those of the server, with the study that the site of the subject has whom this is
    about, in the language of the person. Without a subject it is the study in use.
    """
    server = _server_of_site()
    if not server.study.translated_into:
        return server
    study = study_in(server.study, shown_language())
    return server if study is server.study else replace(server, study=study)


def language_cookie(username: str) -> str:
    """The cookie that keeps the language of a person: several may work at one browser.
    Its name does not say who they are.
    """
    digest = sha256(username.encode("utf-8", "surrogatepass")).hexdigest()
    return f"crfsmith_language_{digest[:12]}"


def shown_language() -> str:
    """The language that the person of this request has chosen for the study's texts;
    blank where nobody asks, and in ``everything``: what is kept is in the language of
    the dictionary.
    """
    if not has_request_context() or g.get("everything", 0):
        return ""
    user = _who_asks()
    return request.cookies.get(language_cookie(user.username if user else ""), "")


def _server_of_site() -> Services:
    server = cast("Services", current_app.extensions["crfsmith"])
    if not server.study.releases_by_site:
        return server
    hash_ = g.get("dictionary_asked") or _dictionary_of_address()
    if hash_ in ("", server.study.hash):
        return server
    return replace(server, study=server.site_studies.with_hash(server.database, hash_))


def whole_study() -> Study:
    """The study of ``services`` as it is for who sees everything: nothing of it that the
    person of this request does not see may be shown.
    """
    return _server().study


def _dictionary_of_address() -> str:
    """The dictionary of the subject in the address of this request; blank without
    one.
    """
    asked = (request.view_args or {}) if has_request_context() else {}
    subjid = asked.get("subjid", "")
    return _dictionary_of(subjid) if subjid else ""


def _dictionary_of(subjid: str) -> str:
    """The dictionary of a subject's site; blank for a subject that does not exist."""
    dictionaries = site_dictionaries()
    if not dictionaries.others:
        return ""
    sites: dict[str, str] = g.setdefault("sites_of_subjects", {})
    if subjid not in sites:
        server = cast("Services", current_app.extensions["crfsmith"])
        subject = get_subject(server.database, subjid, sites=ALL_SITES)
        if subject is None:
            return ""
        sites[subjid] = subject.site

    return dictionaries.of(sites[subjid])


def remember_sites(sites: Mapping[str, str]) -> None:
    """Takes the site of each of many subjects that were just read, so that they are not
    asked for one by one.
    """
    g.setdefault("sites_of_subjects", {}).update(sites)


def site_dictionaries() -> SiteDictionaries:
    """Which site has which dictionary, read once in a request."""
    if "site_dictionaries" not in g:
        server = cast("Services", current_app.extensions["crfsmith"])
        g.site_dictionaries = server.site_studies.dictionaries(server.database)
    dictionaries: SiteDictionaries = g.site_dictionaries
    return dictionaries


@contextmanager
def about(subjid: str) -> Iterator[None]:
    """For what is read, judged or said of a subject, whatever the page: inside, the
    study is that of the dictionary of the subject's site.
    """
    with _with_dictionary(_dictionary_of(subjid)):
        yield


@contextmanager
def at_site(site: str) -> Iterator[None]:
    """The same for a site."""
    with _with_dictionary(site_dictionaries().of(site)):
        yield


@contextmanager
def with_dictionary_of_a_site(hash_: str) -> Iterator[bool]:
    """The same for a dictionary that some site has; tells whether one has it."""
    others = site_dictionaries().others.values()
    server = cast("Services", current_app.extensions["crfsmith"])
    is_known = hash_ == server.study.hash or hash_ in others
    with _with_dictionary(hash_ if is_known else ""):
        yield is_known


@contextmanager
def _with_dictionary(hash_: str) -> Iterator[None]:
    server = cast("Services", current_app.extensions["crfsmith"])
    before = g.get("dictionary_asked", "")
    g.dictionary_asked = hash_ or server.study.hash
    try:
        yield
    finally:
        g.dictionary_asked = before


def _seen(
    server: Services, view: RoleView | None, blind: BlindEntries | None
) -> Services:
    sight = sight_in(view, blind)
    study = view.study if view is not None else server.study
    return replace(server, study=study, database=replace(server.database, sight=sight))


def current_view() -> RoleView | None:
    """What the person of this request has of the study; None where that is everything,
    where nobody asks, and in ``everything``.
    """
    view = own_view()
    return None if view is None or view.is_plain else view


def own_view() -> RoleView | None:
    """The same, also where that is everything; None where nobody asks, and in
    ``everything``.
    """
    if not has_request_context() or g.get("everything", 0):
        return None
    server = _server()
    user = _who_asks()
    role = server.study.roles.get(user.role) if user is not None else None
    return _view_over_dictionaries(server, role) if role is not None else None


def _view_over_dictionaries(server: Services, role: StudyRole) -> RoleView:
    """What a role has of the study of a page, beside all other dictionaries. A list over
    sites has those of all sites.
    """
    live = _others_of_page(server)
    view = view_of(server.study, role, OtherDictionaries(live=live))
    # The past is read only for who is not to see all of it.
    if view.is_whole:
        return view

    past = _past_dictionaries()
    hashes = {server.study.hash, *(study.hash for study in live)}
    readable = [study for study in past.values() if study is not None]
    others = OtherDictionaries(
        live=live,
        past=tuple(study for study in readable if study.hash not in hashes),
        all_read=len(readable) == len(past),
    )
    return view_of(server.study, role, others)


def _others_of_page(server: Services) -> tuple[Study, ...]:
    """The studies of sites with another dictionary; none on a page about a subject or a
    site, whose study it has.
    """
    is_about_site = g.get("dictionary_asked") or _dictionary_of_address()
    if is_about_site or not server.study.releases_by_site:
        return ()

    hashes = sorted(set(site_dictionaries().others.values()))
    studies = (server.site_studies.with_hash(server.database, name) for name in hashes)
    return tuple(studies)


def _past_dictionaries() -> Mapping[str, Study | None]:
    """Every dictionary of this database, read once in a request."""
    if "past_dictionaries" not in g:
        server = cast("Services", current_app.extensions["crfsmith"])
        past = server.site_studies.past(server.database)
        g.past_dictionaries = {**past, server.study.hash: server.study}
    known: Mapping[str, Study | None] = g.past_dictionaries
    return known


def current_blind() -> BlindEntries | None:
    """The forms that the person of this request may have to enter a second time; None
    for somebody who enters none of them, where nobody asks, and in ``everything``.
    """
    view = own_view()
    user = _who_asks()
    return None if view is None or user is None else blind_in(view, user)


def blind_here(subjid: str, *, anew: bool = False) -> frozenset[Place]:
    """The forms of a subject that the person of this request may not see yet, read once
    in a request, or ``anew`` after something was saved.
    """
    sight = services().database.sight
    if sight is None or sight.blind is None:
        return frozenset()
    known: dict[str, frozenset[Place]] = g.setdefault("blind", {})
    if anew or subjid not in known:
        with services().database.read() as connection:
            known[subjid] = blind_places(connection, sight, [subjid])
    return known[subjid]


def blind_anywhere() -> bool:
    """Whether there is a form that the person of this request may not see yet."""
    sight = services().database.sight
    if sight is None or sight.blind is None:
        return False
    with services().database.read() as connection:
        return bool(blind_places(connection, sight))


def _who_asks() -> User | None:
    """The person of this request. While the session is being read nobody is known."""
    if "_login_user" not in g:
        if g.get("reading_session", False) or not hasattr(current_app, "login_manager"):
            return None
        g.reading_session = True
        try:
            is_known = bool(current_user.is_authenticated)
        finally:
            g.reading_session = False
        if not is_known:
            return None
    user: User | None = getattr(current_user, "user", None)
    return user


@contextmanager
def everything() -> Iterator[None]:
    """For what is stored or decided: the whole study and all answers, whoever asks.
    Nothing that is read inside may be shown.
    """
    if not has_request_context():
        yield
        return
    g.everything = g.get("everything", 0) + 1
    try:
        yield
    finally:
        g.everything -= 1


def seen_by() -> str:
    """Whose view of the study this is; blank for the whole."""
    view = current_view()
    return view.role.name if view else ""


def seen_of(subjid: str) -> Hashable:
    """What stands for all that the person of this request sees of a subject: whoever has
    the same key sees the same.
    """
    sight = services().database.sight
    blind = sight.blind if sight is not None else None
    # Somebody else may be shown what is new while this person may not see it.
    person = blind.username if blind is not None else ""
    return seen_by(), person, shown_language(), blind_here(subjid), subjid


def own_sites() -> Sites:
    """The sites whose subjects exist for the person of this request: none for nobody."""
    if not current_user.is_authenticated:
        return frozenset()
    sites: Sites = current_user.user.sites
    return sites


def subject_or_404(subjid: str) -> StoredSubject:
    """The subject of an address. One of another site is answered like one that does not
    exist.
    """
    subject = get_subject(services().database, subjid, sites=own_sites())
    if subject is None:
        abort(404, f"There is no subject {subjid}.")
    return subject


def head_or_404(subjid: str) -> SubjectHead:
    """The same, with how often its forms were saved and how far its queries are."""
    reader = current_user.user.username if current_user.is_authenticated else ""
    head = subject_head(services().database, subjid, sites=own_sites(), reader=reader)
    if head is None:
        abort(404, f"There is no subject {subjid}.")
    return head


def casebook_of(subjid: str) -> StoredCasebook:
    """The subject's captured forms, each read at most once in a request."""
    app = services()
    if "casebooks" not in g:
        g.casebooks = {}
    casebooks: dict[Hashable, StoredCasebook] = g.casebooks
    key = seen_of(subjid)
    if key not in casebooks:
        casebooks[key] = StoredCasebook(app.database, subjid, tuple(app.study.visits))

    return casebooks[key]


def whole_casebook_of(subjid: str) -> StoredCasebook:
    """The subject's captured forms, read at once, and once in a request."""
    app = services()
    if "whole" not in g:
        g.whole = {}
    known: dict[Hashable, StoredCasebook] = g.whole
    key = seen_of(subjid)
    if key not in known:
        known[key] = StoredCasebook.whole(app.database, subjid, tuple(app.study.visits))

    return known[key]
