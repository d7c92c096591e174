"""Backups: a copy of the whole database in one file, which is verified when it comes back."""

from webapp.storage.backup.archive import BackupRefused
from webapp.storage.backup.note import BackupNote
from webapp.storage.backup.restore import RestoredBackup, restore_backup
from webapp.storage.backup.take import take_backup

__all__ = [
    "BackupNote",
    "BackupRefused",
    "RestoredBackup",
    "restore_backup",
    "take_backup",
]
