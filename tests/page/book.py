"""Reads the page's workbook as a stranger's program would: every sheet with a header, as JSON; and how many charts each has."""
import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps({
    sheet.title: {"rows": [list(row) for row in sheet.iter_rows(values_only=True)], "charts": len(sheet._charts)}
    for sheet in book.worksheets
}, default=str, ensure_ascii=False))
