"""Fills a worklist in as a spreadsheet program would, after looking at what it offers: python worklist.py FILE."""

import datetime
import sys

import openpyxl

path = sys.argv[1]
book = openpyxl.load_workbook(path)
sheet = book.worksheets[0]
assert book.sheetnames[1] == "说明", book.sheetnames
assert sheet.freeze_panes and sheet.freeze_panes.endswith("2") and sheet.auto_filter.ref, "a frozen, filtered header"
assert not sheet.protection.sheet, "filters and widths are free"
column = {cell.value: cell.column_letter for cell in sheet[1]}
last = sheet.max_row

offers = {}
for rule in sheet.data_validations.dataValidation:
    assert rule.showDropDown in (None, False), "True hides the arrow"
    offers[str(rule.sqref)] = (rule.type, rule.formula1)


def offered(header):
    return offers[f"{column[header]}2:{column[header]}{last}"]


assert offered("判定") == ("list", '"接受,拒绝"'), offers
assert offered("结果") == ("list", '"接通,未接,已回复,已见面,拒绝沟通,空号错号"'), offers
assert offered("质量") == ("list", '"A,B,C,D"'), offers
assert offered("下次跟进")[0] == "date", offers
kind, reasons = offered("原因")
assert kind == "list" and reasons.strip('"').split(",")[0] == "价格敏感", offers
for row in range(2, last + 1):
    phone = sheet[f"{column['手机']}{row}"].value
    assert isinstance(phone, str) and phone.startswith("+86"), phone
    assert isinstance(sheet[f"{column['总分']}{row}"].value, int)
assert sheet[f"{column['判定']}1"].fill.fgColor.rgb != sheet[f"{column['手机']}1"].fill.fgColor.rgb, "columns to fill in are coloured"


def fill(row, **cells):
    for header, value in cells.items():
        sheet[f"{column[header]}{row}"].value = value


fill(2, 判定="接受", 结果="接通", 质量="A", 预算=500000, 下次跟进=datetime.datetime(2026, 11, 25), 备注="要报价")
fill(3, 判定="拒绝", 原因="价格敏感")
book.save(path)
