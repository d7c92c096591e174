"""What a data dictionary means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forms_spec.loader import LoadResult, load_study

__all__ = ["LoadResult", "load_study"]


def __getattr__(name: str) -> Any:
    """Import the loader when it is first asked for: it needs every module below this
    package.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    # Every room below, YAML and marshmallow: most modules of this package are used
    # without them.
    from forms_spec import loader

    return getattr(loader, name)
