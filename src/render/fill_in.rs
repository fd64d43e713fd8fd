//! What a workbook does for columns that people fill in: colour, drop-downs, dates that are dates, and a second sheet that
//! says how. Nothing is locked: whoever fills it in may sort, filter, widen and move columns.

use super::labels::{Lang, choice, label};
use super::width::width;
use crate::report::{Column, ColumnType};
use rust_xlsxwriter::{Color, DataValidation, DataValidationRule, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};

/// Text that a drop-down holds itself, in UTF-16 units; more goes through the cells of the second sheet.
const IN_CELL: usize = 255;
/// The column of the second sheet in which the first list stands, and the row of its header.
const LISTS: u16 = 3;

/// How blank cells and headers of these columns look.
pub(super) struct FillIn {
    /// The header.
    pub(super) header: Format,
    text: Format,
    date: Format,
    other: Format,
}

impl FillIn {
    pub(super) fn new() -> Self {
        let blank = |code: &str| Format::new().set_num_format(code).set_background_color(Color::RGB(0xff_f8_e1));
        Self {
            header: Format::new().set_bold().set_background_color(Color::RGB(0xff_d9_66)),
            text: blank("@"),
            date: blank("yyyy-mm-dd"),
            other: blank("General"),
        }
    }

    /// How a blank cell of a column waits for its answer.
    pub(super) fn blank(&self, column: &Column) -> &Format {
        match column.ty {
            ColumnType::Text => &self.text, // a note that begins with = or - stays a text
            ColumnType::Date | ColumnType::Instant => &self.date,
            _ => &self.other,
        }
    }
}

/// The width that answers need.
pub(super) fn room(column: &Column, lang: Lang) -> usize {
    let widest = column.choices.iter().map(|c| width(choice(c, lang))).max().unwrap_or_default();
    match column.ty {
        ColumnType::Date | ColumnType::Instant => 12,
        _ if column.wrap => 36,
        _ => widest.max(8),
    }
}

/// The name of the second sheet.
pub(super) fn help_name(lang: Lang) -> &'static str {
    lang.pick("Help", "说明")
}

/// Lets the cells of a column, from the first row of data to `last`, take what the column holds and nothing else.
pub(super) fn validate(sheet: &mut Worksheet, columns: &[Column], at: u16, last: u32, lang: Lang) -> Result<(), XlsxError> {
    let Some(column) = columns.get(usize::from(at)).filter(|_| last > 0) else { return Ok(()) };
    let labels: Vec<&str> = column.choices.iter().map(|c| choice(c, lang)).collect();
    let rule = if !labels.is_empty() {
        let length = labels.iter().map(|l| l.encode_utf16().count() + 1).sum::<usize>();
        // A drop-down that holds its own entries lists them between commas.
        let own = length <= IN_CELL && !labels.iter().any(|l| l.contains([',', '"']));
        let rule = if own { DataValidation::new().allow_list_strings(&labels)? } else { DataValidation::new().allow_list_formula(range(columns, at, lang)) };
        rule.set_error_message(lang.pick("Pick one of the list.", "请从下拉列表中选择。"))?
    } else if matches!(column.ty, ColumnType::Date | ColumnType::Instant) {
        let first = ExcelDateTime::from_ymd(2000, 1, 1)?;
        let rule = DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(first));
        rule.set_error_message(lang.pick("A date, e.g. 2026-12-01.", "请填写日期，例如 2026-12-01。"))?
    } else {
        return Ok(());
    };
    sheet.add_data_validation(1, at, last, at, &rule.set_error_title(label(column, lang).chars().take(32).collect::<String>())?)?;
    Ok(())
}

/// The columns whose choices stand on the second sheet, each in a column of its own.
fn listed(columns: &[Column]) -> impl Iterator<Item = (usize, &Column)> {
    columns.iter().enumerate().filter(|(_, c)| c.fill_in && !c.choices.is_empty())
}

/// Where the choices of a column stand.
fn range(columns: &[Column], at: u16, lang: Lang) -> Formula {
    let place = listed(columns).position(|(i, _)| i == usize::from(at)).and_then(|p| u16::try_from(p).ok()).unwrap_or_default();
    let letters = rust_xlsxwriter::utility::column_number_to_name(LISTS + place);
    let count = columns.get(usize::from(at)).map_or(0, |c| c.choices.len());
    Formula::new(format!("='{}'!${letters}$2:${letters}${}", help_name(lang), count + 1))
}

/// The second sheet: what to fill in and how, and every list.
pub(super) fn help(workbook: &mut Workbook, columns: &[Column], header: &Format, lang: Lang) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(help_name(lang))?;
    sheet.write_string_with_format(0, 0, lang.pick("column", "列"), header)?;
    sheet.write_string_with_format(0, 1, lang.pick("what goes there", "填写说明"), header)?;
    let mut row = 1;
    let mut widest = 8;
    for column in columns {
        let Some((_, en, zh)) = HINTS.iter().find(|(id, ..)| *id == column.id) else { continue };
        let name = label(column, lang);
        widest = widest.max(width(&name));
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, lang.pick(en, zh))?;
        row += 1;
    }
    for (en, zh) in RULES {
        row += 1;
        sheet.write_string(row, 1, lang.pick(en, zh))?;
    }
    for ((_, column), at) in listed(columns).zip(LISTS..) {
        sheet.write_string_with_format(0, at, label(column, lang), header)?;
        for (row, entry) in (1..).zip(&column.choices) {
            sheet.write_string(row, at, choice(entry, lang))?;
        }
        sheet.set_column_width(at, (room(column, lang) + 2) as f64)?;
    }
    sheet.set_column_width(0, (widest + 2) as f64)?;
    sheet.set_column_width(1, 72)?;
    Ok(())
}

/// By column.
const HINTS: &[(&str, &str, &str)] = &[
    ("key", "names the lead: leave it as it is", "线索的唯一标识，请勿改动"),
    ("verdict", "accept, or reject with a reason", "接受或拒绝；拒绝时必须选择原因"),
    ("reason", "why you reject the lead; blank when you accept it", "拒绝的原因；接受时留空"),
    ("outcome", "how your contact with the lead ended; blank when there was none", "本次联系的结果；没有联系则留空"),
    ("quality", "how good you find the lead: A is best, D is worst", "线索质量：A 最好，D 最差"),
    ("pain", "what the lead needs, in your words", "客户的需求和痛点"),
    ("progress", "how far their decision has come, and who decides", "决策到了哪一步、由谁决定"),
    ("budget", "as told, e.g. 500000", "客户说的预算，例如 50万"),
    ("next_at", "the day on which you will speak again, e.g. 2026-12-01", "下次联系的日期，例如 2026-12-01"),
    ("note", "anything else", "其他"),
    ("owner", "whose list this is: leave it as it is", "清单的负责人，请勿改动"),
    ("worklist", "names this list: leave it as it is", "本清单的编号，请勿改动"),
];

/// What holds for every row.
const RULES: &[(&str, &str)] = &[
    ("Fill in the coloured columns only. A row with nothing filled in says nothing.", "只填写有颜色的列；整行不填则不产生任何记录。"),
    ("Columns may be moved, widened, hidden, sorted and filtered; keep their headers.", "可以移动、调宽、隐藏列，可以排序和筛选；请保留表头文字。"),
    ("One verdict per lead: of two different ones the first counts.", "每条线索只给一个判定；两个不同的判定以第一个为准。"),
    (
        "Save it as XLSX and send it back: `sop import FILE` reads the answers, and reading it twice changes nothing.",
        "保存为 XLSX 后发回，由 `sop import 文件` 读取；重复导入不会重复记录。",
    ),
];
