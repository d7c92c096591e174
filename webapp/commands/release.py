"""``crfsmith release``: which dictionary each site has, and a new one for a site."""

from __future__ import annotations

import click

from forms_spec.model.study import Study
from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError
from webapp.installation.study_database import need_study, opened
from webapp.storage import Database
from webapp.storage.site_studies import (
    ReleaseRefused,
    SiteStudies,
    newer_dictionaries,
    release_dictionary,
    sites_of,
)

SHORT = 12


@click.command(short_help="Release a new dictionary for a site.")
@database_option
@click.option(
    "--site",
    default=None,
    help="The site that gets the new dictionary. Without it, all sites are listed.",
)
@click.option(
    "--dictionary",
    default="",
    metavar="HASH",
    help="The first characters of its hash. Default: the newest dictionary.",
)
@click.option(
    "--reason",
    default="",
    help="Why it may be used there, such as the approval. The log keeps the reason.",
)
def command(*, url: str, site: str | None, dictionary: str, reason: str) -> None:
    """List the dictionary of each site, or release a new one for a site.

    Sites keep their dictionary where the new one says `release: by_site`. Pages show
    the new one at the site from the next request on. Exit status: 0 if it was listed
    or released, 2 if it was not.
    """
    with opened(url, must_exist=True) as database:
        study = need_study(database, url)
        if site is None:
            _list(database, study)
            return
        try:
            hash_ = release_dictionary(
                database, study, site, reason=reason, dictionary_hash=dictionary
            )
        except ReleaseRefused as error:
            raise CommandError(f"{error} Nothing was changed.") from error

    click.echo(f"Site {site} works under the dictionary {hash_[:SHORT]} now.")


def _list(database: Database, study: Study) -> None:
    dictionaries = SiteStudies(study=study).dictionaries(database)
    for site in sites_of(study):
        hash_ = dictionaries.of(site)
        newer = newer_dictionaries(database, study, site)
        waits = f", {newer[0][:SHORT]} can be released" if newer else ""
        click.echo(f"{site or 'all subjects'}: {hash_[:SHORT]}{waits}")
    if not study.releases_by_site:
        click.echo(
            "The dictionary does not say `release: by_site`: a new one reaches every "
            "site at once."
        )
