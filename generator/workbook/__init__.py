"""A dictionary as a workbook of a spreadsheet program, and back."""
