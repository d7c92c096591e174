"""Everything that a study is written as, one file for each target."""
