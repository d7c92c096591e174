"""REDCap's logic as a second front end of the rule language, with REDCap's own rules
for blanks.
"""
