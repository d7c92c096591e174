"""The syntax of the rule language: from a text to a tree, without knowing a study."""
