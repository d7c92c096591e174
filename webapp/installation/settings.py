"""What an installation decides: where data is kept, which study is captured, who signs
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from forms_spec.model.study import Study
from webapp.installation.mail import MailSettings
from webapp.installation.provider_settings import ProviderSettings
from webapp.storage import utc_now
from webapp.storage.signed_heads import Signer


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Settings of one server.

    ``clock`` tells when a save happens; ``today`` gives the day of entry, by the
    study's clock when it is absent. ``demo_accounts`` are shown on the sign-in page:
    username, password and what the person does. ``secure_cookies`` is for servers
    behind HTTPS. ``packages`` is the folder of packages that are judged and their
    reports; beside the database when absent. ``fonts`` is a folder of fonts for scripts
    that printed documents lack otherwise. ``signer`` has the key that signs the log.
    ``mail`` says how alerts are sent; without it they are on the pages only.
    ``provider`` is who signs people in beside their passwords, if anybody.
    """

    database: str
    study: Study
    secret_key: str
    clock: Callable[[], datetime] = utc_now
    today: Callable[[], date] | None = None
    demo_accounts: tuple[tuple[str, str, str], ...] = ()
    secure_cookies: bool = False
    packages: Path | None = None
    fonts: Path | None = None
    signer: Signer | None = None
    mail: MailSettings | None = None
    provider: ProviderSettings | None = None
