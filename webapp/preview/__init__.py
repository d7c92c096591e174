"""A dictionary's forms as staff will see them, without a database, while the dictionary
is written.
"""

from webapp.preview.app import create_preview
from webapp.preview.watcher import Watched

__all__ = ["Watched", "create_preview"]
