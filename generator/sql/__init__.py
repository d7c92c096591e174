"""Rules as SQL for DuckDB: one query judges a rule for every form of every subject."""
