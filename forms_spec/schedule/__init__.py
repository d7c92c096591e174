"""The schedule of a subject: visit windows, the timeline, the study's clock."""
