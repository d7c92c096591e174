"""The judge on the page: fields, rules and messages as JSON, and the scripts that read
them.
"""
