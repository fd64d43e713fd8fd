//! Rows of costs (费用): what was spent on what, on one day or from one day to another. Exports of advertising platforms are known by
//! their columns, so that they need no column that names the channel; their rows of totals are passed over and told.

use super::cell::BadCell;
use super::columns::{Holds, Layout, Rows, TableMapping, TableReader, TypedRow, text};
use super::currency::{check_header, check_row, unit_of};
use super::error::{IngestError, shorten};
use super::lead::Next;
use super::profile::OpenOrder;
use super::row::RawRow;
use super::table::TableFile;
use super::total::is_total;
use crate::model::{Calendar, Dictionary, Table, Value, fold_header};
use chrono::{Days, Months, NaiveDate};

/// What money is spent on.
const KINDS: &[(&str, &str)] = &[
    ("media", "媒体|投放|广告|广告费|推广|推广费|投放费|媒介|媒介费|Ads|Ad Spend|Advertising|Paid Media|PPC"),
    ("event", "活动|展会|会议|会务|会务费|活动费|展位费|市场活动|Events|Trade Show|Sponsorship"),
    ("people", "人力|人员|人工|人力成本|工资|薪资|人员工资|Salary|Salaries|Headcount|Staff|Payroll"),
    ("tools", "工具|软件|系统|软件费|工具费|订阅|Software|SaaS|Martech|Subscriptions"),
    ("agency", "代理|代理费|代理商|服务费|外包|制作费|设计费|Agency Fee|Service Fee|Production"),
    ("sales", "销售|销售费用|销售成本|佣金|提成|差旅|Sales Cost|Commission"),
];

const COSTS: Layout = Layout {
    table: "costs",
    columns: &[
        ("kind", Holds::Choice(KINDS)),
        ("channel", Holds::Text),
        ("campaign", Holds::Text),
        ("from", Holds::At),
        ("until", Holds::At),
        ("month", Holds::Text),
        ("amount", Holds::Money),
        ("currency", Holds::Text),
        ("impressions", Holds::Whole),
        ("clicks", Holds::Whole),
    ],
    lead: None,
};

/// Longer than this nothing is accrued: a year typed wrongly would write a row for every day until then.
const LONGEST_DAYS: i64 = 3660;

/// An advertising platform, known by the columns of its exports.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    /// 百度营销
    pub name: &'static str,
    /// The channel of the dictionary that its costs are of.
    pub channel: &'static str,
    /// Of each group, one header must be there.
    columns: &'static [&'static [&'static str]],
}

const PLATFORMS: [Platform; 6] = [
    Platform {
        name: "百度营销",
        channel: "baidu",
        columns: &[&["消费"], &["展现", "展现量", "展示"], &["推广计划", "推广计划名称", "计划", "推广单元", "关键词", "账户", "方案", "方案名称"]],
    },
    Platform {
        name: "巨量引擎",
        channel: "ocean_engine",
        columns: &[&["消耗"], &["展示数", "展示次数", "展现数"], &["转化数", "转化成本", "平均点击单价", "项目名称", "项目id", "广告组名称", "广告名称"]],
    },
    Platform {
        name: "腾讯广告",
        channel: "tencent_ads",
        columns: &[&["花费", "消耗"], &["曝光量", "曝光次数", "曝光数"], &["点击量", "点击次数", "点击均价", "点击数"]],
    },
    Platform { name: "Google Ads", channel: "google_ads", columns: &[&["cost"], &["impr."], &["campaign", "adgroup", "currencycode", "avg.cpc", "clicks"]] },
    Platform { name: "LinkedIn Campaign Manager", channel: "linkedin", columns: &[&["totalspent"], &["impressions"], &["campaigngroupname", "campaignname"]] },
    Platform { name: "Meta Ads", channel: "facebook", columns: &[&["amountspent"], &["reportingstarts", "reach", "results"], &["impressions", "linkclicks"]] },
];

/// The platform that exports these columns.
pub fn platform_of(headers: &[String]) -> Option<&'static Platform> {
    let folded: Vec<String> = headers.iter().map(|h| fold_header(unit_of(h).0)).collect();
    let has = |names: &&[&str]| names.iter().any(|n| folded.iter().any(|f| f == n));
    PLATFORMS.iter().find(|p| p.columns.iter().all(&has))
}

/// What the columns of a costs file mean. A unit in parentheses (`消耗(元)`) is no part of a name.
pub fn cost_mapping(headers: &[String], tables: &[Table]) -> TableMapping {
    let plain: Vec<String> = headers.iter().map(|h| unit_of(h).0.to_owned()).collect();
    TableMapping::of_nobody(&COSTS, &plain, tables)
}

/// One row of costs; reused from row to row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostCells {
    /// The line of a text file where the row begins; the row of a sheet.
    pub number: u64,
    /// `media`, `event`, `people`, `tools`, `agency`, `sales`
    pub kind: String,
    /// An id of the dictionary, or the text as told where it knows none.
    pub channel: Option<String>,
    /// As told.
    pub campaign: Option<String>,
    /// The first and the last day that it is of.
    pub days: (NaiveDate, NaiveDate),
    /// In minor units.
    pub amount: i64,
    /// Shown so often.
    pub impressions: Option<i64>,
    /// Clicked so often.
    pub clicks: Option<i64>,
    /// Cells that became blank, or, on a rejected row, the one that refused it.
    pub bad: Vec<BadCell>,
}

/// A row that only adds up others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalRow {
    /// Its line.
    pub number: u64,
    /// What it says it is: 合计, Total.
    pub label: String,
    /// What it adds up to, where it says so.
    pub amount: Option<i64>,
}

/// Types the rows of one costs file.
pub struct CostReader<'a> {
    rows: TableReader<'a>,
    row: TypedRow,
    dictionary: &'a Dictionary,
    calendar: &'a Calendar,
    platform: Option<&'static Platform>,
    /// The channel of rows whose file names none.
    default_channel: Option<String>,
    columns: [Option<usize>; 3],
    /// Rows that add up others, so far.
    pub totals: Vec<TotalRow>,
}

impl<'a> CostReader<'a> {
    /// Reads a table from its first row on; refused when it does not say how much or when, or speaks of another currency.
    pub fn new(table: TableFile, mapping: &TableMapping, dictionary: &'a Dictionary, calendar: &'a Calendar, tables: &[Table]) -> Result<Self, IngestError> {
        if mapping.column("amount").is_none() || !mapping.has(&["from", "month"]) {
            return Err(TableReader::lacks(&table, "costs", "amount and from (or month)"));
        }
        check_header(&table, mapping.column("amount"), &dictionary.currency)?;
        let platform = platform_of(table.headers());
        let default_channel = match platform {
            Some(platform) => Some(platform.channel.to_owned()),
            None => dictionary.channel_of(table.source()).map(|c| c.id.clone()),
        };
        let columns = [mapping.column("from").or(mapping.column("month")), mapping.column("channel"), mapping.column("kind")];
        let rows = TableReader::new(&COSTS, table, mapping, dictionary, calendar, tables)?;
        Ok(Self { rows, row: TypedRow::default(), dictionary, calendar, platform, default_channel, columns, totals: Vec::new() })
    }
    /// Whose export it is, if that decides its channel.
    pub fn platform(&self) -> Option<&'static Platform> {
        self.platform.filter(|_| self.columns[1].is_none())
    }
}

impl Rows for CostReader<'_> {
    type Cells = CostCells;

    fn bad(cells: &CostCells) -> &[BadCell] {
        &cells.bad
    }
    fn raw(&self) -> &RawRow {
        self.rows.raw()
    }
    fn open(&self) -> &[OpenOrder] {
        &self.rows.open
    }
    fn remark(&self) -> Option<&(&'static str, String)> {
        self.row.remark.as_ref()
    }

    /// The next row that is one of costs. One that does not say when or how much is refused.
    fn next(&mut self, out: &mut CostCells) -> Result<Next, IngestError> {
        loop {
            let next = self.rows.next(&mut self.row)?;
            out.bad = self.row.bad.iter().map(|(_, b)| b.clone()).collect();
            if next != Next::Row {
                return Ok(next);
            }
            if let Some(total) = self.total() {
                self.totals.push(total);
                continue;
            }
            return Ok(match self.cells(out) {
                Ok(()) => Next::Row,
                Err(bad) => {
                    out.bad = vec![bad];
                    Next::Rejected
                }
            });
        }
    }
}

impl CostReader<'_> {
    /// A row that begins with 合计 or Total, or has that for a date.
    fn total(&self) -> Option<TotalRow> {
        let raw = self.rows.raw();
        let dated = self.row.values.get(3).is_some_and(|v| !v.is_null()) || (self.columns[0].is_some_and(|c| month_of(raw.text(c)).is_some()));
        let first = (0..raw.len()).map(|i| raw.text(i).trim()).find(|t| !t.is_empty()).unwrap_or_default();
        let label = std::iter::once(first).chain(self.columns[0].map(|c| raw.text(c).trim())).find(|t| is_total(t)).filter(|_| !dated)?;
        let amount = self.row.values.get(6).and_then(minor);
        Some(TotalRow { number: self.row.number, label: shorten(label), amount })
    }

    fn cells(&mut self, out: &mut CostCells) -> Result<(), BadCell> {
        let (rows, row) = (&self.rows, &mut self.row);
        check_row(row, &COSTS, rows.header("currency"), &self.dictionary.currency)?;
        let refused = ["kind", "from", "until", "amount"].iter().find_map(|id| row.bad_in(&[id]));
        let by_platform = self.platform.is_some();
        if let Some(bad) = refused.filter(|bad| !(by_platform && row.bad_in(&["kind"]) == Some(bad))) {
            return Err(bad.clone());
        }
        let mut take = |id: &str| row.take(&COSTS, id);
        let day = |value: Value| value.as_instant().map(|at| self.calendar.date(at));
        let (from, until, month) = (day(take("from")), day(take("until")), text(take("month")));
        out.days = match (from, month.as_deref().map(|m| (m, month_of(m)))) {
            (Some(from), _) => (from, until.unwrap_or(from)),
            (None, Some((_, Some(days)))) => days,
            (None, Some((told, None))) => return Err(BadCell::new(rows.header("month"), told, "no month; write e.g. 2026-10")),
            (None, None) => return Err(BadCell::new(rows.header("from"), "", "no date")),
        };
        if out.days.1 < out.days.0 {
            return Err(BadCell::new(rows.header("until"), &out.days.1.to_string(), "it ends before it starts"));
        }
        if (out.days.1 - out.days.0).num_days() >= LONGEST_DAYS {
            return Err(BadCell::new(rows.header("until"), &out.days.1.to_string(), "more than ten years"));
        }
        out.amount = minor(&take("amount")).ok_or_else(|| BadCell::new(rows.header("amount"), "", "no amount"))?;
        // A platform's own column of types is about its advertisements.
        out.kind = text(take("kind")).filter(|_| !by_platform).unwrap_or_else(|| "media".into());
        out.channel = match text(take("channel")) {
            Some(told) => Some(self.dictionary.channel_of(&told).map_or(told, |c| c.id.clone())),
            None => self.default_channel.clone(),
        };
        out.campaign = text(take("campaign"));
        (out.impressions, out.clicks) = (whole(&take("impressions")), whole(&take("clicks")));
        out.number = row.number;
        Ok(())
    }
}

/// The days of `2026-10`, `2026/10`, `2026年10月`, `202610`.
fn month_of(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let text = text.trim().trim_end_matches('月');
    let (year, month) = match text.split_once(['-', '/', '.', '年']) {
        Some(parts) => parts,
        None => text.split_at_checked(4).filter(|(_, month)| month.len() == 2)?,
    };
    let digits = |t: &str, most: usize| (!t.is_empty() && t.len() <= most && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u32>().ok())?;
    let year = digits(year, 4).filter(|_| year.len() == 4)?;
    let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, digits(month, 2)?, 1)?;
    Some((first, first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))?))
}

fn minor(value: &Value) -> Option<i64> {
    match value {
        Value::Money(n) => Some(*n),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn platforms_are_known_by_their_columns() {
        for (line, name) in [
            ("日期,账户,推广计划,推广单元,展现,点击,消费,点击率,平均点击价格", Some("baidu")),
            ("时间,项目名称,消耗(元),展示数,点击数,点击率,转化数,转化成本", Some("ocean_engine")),
            ("日期,推广计划名称,花费（元）,曝光量,点击量,点击率", Some("tencent_ads")),
            ("Day,Campaign,Currency code,Cost,Impr.,Clicks,Conversions", Some("google_ads")),
            ("Start Date (in UTC),Account Name,Campaign Group Name,Campaign Name,Total Spent,Impressions,Clicks", Some("linkedin")),
            ("Reporting starts,Reporting ends,Campaign name,Amount spent (CNY),Impressions,Link clicks,Reach", Some("facebook")),
            ("日期,渠道,费用", None),
        ] {
            assert_eq!(platform_of(&headers(line)).map(|p| p.channel), name, "{line}");
        }
    }

    #[test]
    fn months_as_people_write_them() {
        let day = |d: &str| d.parse::<NaiveDate>().expect("a date");
        for text in ["2026-02", "2026/2", "2026年2月", "202602"] {
            assert_eq!(month_of(text), Some((day("2026-02-01"), day("2026-02-28"))), "{text}");
        }
        for text in ["2026", "2026-13", "26-02", "2月", "2026-02-01", ""] {
            assert_eq!(month_of(text), None, "{text}");
        }
    }
}
