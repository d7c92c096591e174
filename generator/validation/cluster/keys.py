"""Keys of whole tables in Spark SQL: unique fields, primary keys and foreign keys.

One relation has the value of every key in every row; a value is one text for equal
values. Another relation has the keys themselves, so that no name out of a package is
ever part of a statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.validation.cluster.job import (
    FOREIGN,
    PRIMARY,
    REFERENCE,
    UNIQUE,
    NamedKey,
)

RELATION = "crfsmith_key_values"
KEYS = "crfsmith_keys"
KEYS_SCHEMA = "name string, kind string, of string"

_FAULTS = f"""
WITH keyed AS (
  SELECT /*+ BROADCAST({KEYS}) */ `key`, `row`, n, value, texts, row_key, kind, of
  FROM {RELATION} JOIN {KEYS} ON `key` = name
),
repeated AS (
  SELECT `key`, `row`, n, earlier, texts, row_key
  FROM (
    SELECT *, MIN(`row`) OVER (PARTITION BY `key`, value) AS earlier
    FROM keyed
    WHERE kind IN ('{UNIQUE}', '{PRIMARY}') AND value IS NOT NULL
  )
  WHERE earlier < `row`
),
blank AS (
  SELECT `key`, `row`, n, CAST(NULL AS BIGINT) AS earlier, texts, row_key
  FROM keyed
  WHERE kind = '{PRIMARY}' AND value IS NULL
),
unknown AS (
  SELECT child.`key`, child.`row`, child.n, CAST(NULL AS BIGINT) AS earlier, child.texts, child.row_key
  FROM (SELECT * FROM keyed WHERE kind = '{FOREIGN}' AND value IS NOT NULL) AS child
  LEFT ANTI JOIN (SELECT DISTINCT `key`, value FROM keyed WHERE kind = '{REFERENCE}') AS parent
    ON child.of = parent.`key` AND child.value = parent.value
),
faults AS (
  SELECT * FROM repeated UNION ALL SELECT * FROM blank UNION ALL SELECT * FROM unknown
),
numbered AS (
  SELECT *,
    ROW_NUMBER() OVER (PARTITION BY `key`, earlier IS NULL ORDER BY `row` ASC NULLS LAST) AS number,
    SUM(n) OVER (PARTITION BY `key`, earlier IS NULL) AS cases
  FROM faults
)
SELECT `key`, `row`, earlier, texts, row_key, cases FROM numbered WHERE `row` IS NOT NULL AND number <= """


def faults(limit: int) -> str:
    """The query for the first faulty rows of each key: ``key, row, earlier, texts,
    row_key``, and how many.

    ``earlier`` is the earlier row with the same key, NULL where there is none.
    """
    return f"{_FAULTS}{int(limit)}"


def key_relation(keys: Sequence[NamedKey]) -> list[tuple[str, str, str | None]]:
    """The rows of ``KEYS``.

    Several tables may name the same key of another; it is there once.
    """
    return list(dict.fromkeys((key.name, key.kind, key.of) for key in keys))
