//! `sop report kpi`: the numbers that teams are measured by, each with how it is reckoned and of how many. What nothing in the base
//! feeds is left out, and `sop report kpi --list` says what it needs.

use super::{Cell, Column, ColumnType, Frame, Note, Report};

/// One KPI.
#[derive(Clone, Copy, Debug)]
pub struct Kpi {
    /// snake_case, stable.
    pub id: &'static str,
    /// For people, in both languages.
    pub name: &'static str,
    /// How it is reckoned, with its zero rule where it has one.
    pub definition: &'static str,
    /// What must be in the base.
    pub needs: &'static str,
}

const fn kpi(id: &'static str, name: &'static str, definition: &'static str, needs: &'static str) -> Kpi {
    Kpi { id, name, definition, needs }
}

const LEADS: &str = "leads with a date of creation";
const STAGES: &str = "dated stages: `sop tick`, or a file of stages";
const DEALS: &str = "deals";
const COSTS: &str = "costs";
const LATER: &str = "what came back of messages, or answers to surveys: not imported yet";

/// All of them, in the order of the manual.
pub const KPIS: &[Kpi] = &[
    kpi("leads", "new leads 新增线索", "leads created in the period", LEADS),
    kpi("mql", "MQL", "leads whose first entry into the stage that means mql falls in the period; re-entries do not count", STAGES),
    kpi("sql", "SQL", "leads whose first entry into the stage that means sql falls in the period", STAGES),
    kpi("mql_rate_cohort", "lead → MQL, cohort 线索转MQL率", "of the leads created in the period, those that ever became MQL", STAGES),
    kpi("mql_rate_period", "lead → MQL, period", "MQLs of the period / leads created in it", STAGES),
    kpi("sql_rate_cohort", "MQL → SQL, cohort MQL转SQL率", "of the leads that became MQL in the period, those that ever became SQL", STAGES),
    kpi("sql_rate_period", "MQL → SQL, period", "SQLs of the period / MQLs of it", STAGES),
    kpi(
        "opportunity_rate_cohort",
        "lead → opportunity, cohort 线索到商机",
        "of the leads created in the period, those that ever became an opportunity",
        STAGES,
    ),
    kpi(
        "opportunity_rate_period",
        "lead → opportunity, period",
        "opportunities of the period, as the funnel counts them (dated by the deal's opening where that is told) / leads created in it",
        STAGES,
    ),
    kpi("days_to_mql", "days from lead to MQL, median 线索流转时长", "median of those that became MQL in the period; n = how many", STAGES),
    kpi("days_to_mql_mean", "days from lead to MQL, mean", "mean of the same", STAGES),
    kpi("days_mql_to_sql", "days from MQL to SQL, median", "median of those that became SQL in the period", STAGES),
    kpi("days_mql_to_sql_mean", "days from MQL to SQL, mean", "mean of the same", STAGES),
    kpi("won_deals", "deals won 赢单数", "deals of every kind won in the period; what was given back wins nobody", DEALS),
    kpi("won_amount", "amount won 成交金额", "their amounts, less what was given back", DEALS),
    kpi("revenue", "revenue 收入", "as reports.yaml says (contract or paid), of deals of every kind", DEALS),
    kpi("new_revenue", "new revenue 新客收入", "of it, that of deals of the kind new: what roi, attribution and CAC count", DEALS),
    kpi("aov", "average order value 客单价", "amount won / deals won that have an amount", DEALS),
    kpi("win_rate", "win rate 赢率", "won / (won + lost) of the deals closed in the period", DEALS),
    kpi(
        "days_to_win",
        "days to win, median 成交周期",
        "from opening (where none is told, from the lead's arrival) to winning, of the deals won in the period; one closed before it was opened is left out",
        "deals with closed_at, and opened_at or a lead",
    ),
    kpi(
        "velocity",
        "sales velocity a day 销售速度",
        "deals open at the end of the period × win rate × average order value / mean days to win",
        "open and closed deals with dates and amounts",
    ),
    kpi("repeat_share", "cross- and upsell rate 交叉与增购率", "of the deals won in the period, those of the kinds upsell and cross_sell", "deals with a kind"),
    kpi(
        "sourced_share",
        "marketing-sourced revenue share 营销来源收入占比",
        "amount won of deals whose lead's channel is marketing / amount won",
        "deals of leads with a channel",
    ),
    kpi(
        "influenced_amount",
        "marketing-influenced amount 营销影响金额",
        "amount won of deals with a touch of a marketing channel within the look-back before they were opened",
        "deals of leads with touches",
    ),
    kpi("lead_value", "revenue per lead 单线索价值", "new revenue / leads created in the period", "leads and deals"),
    kpi("cost", "cost 费用", "every kind of cost, spread over its days", COSTS),
    kpi("cpl", "cost per lead (CPL) 线索成本", "cost / leads; some call it CAC; n/a of no cost or of refunds", COSTS),
    kpi("cpmql", "cost per MQL (CPMQL)", "cost / MQLs", "costs and dated stages"),
    kpi("cpsql", "cost per SQL (CPSQL)", "cost / SQLs", "costs and dated stages"),
    kpi(
        "cac",
        "customer acquisition cost (CAC) 获客成本",
        "all cost / new customers (deals of the kind new)",
        "costs of people or sales among them, and deals",
    ),
    kpi("paid_cac", "paid CAC 付费获客成本", "cost / new customers, where the costs hold none of people or sales", "costs and deals"),
    kpi("roas", "return on ad spend (ROAS)", "new revenue / media cost; n/a of no media cost", "media costs and deals"),
    kpi("roi", "ROI 投入产出比", "(new revenue − cost) / cost; n/a of no cost", "costs and deals"),
    kpi(
        "sla_attainment",
        "promises kept 及时跟进率",
        "met / (met + met late + breached) of the owners' clocks that started in the period and were due: the clock owner of `sop sla`",
        "promises in sla.yaml, and owners",
    ),
    kpi("open_rate", "open rate 打开率", "opens / delivered", LATER),
    kpi("ctr", "click rate (CTR) 点击率", "clicks / delivered", LATER),
    kpi("ctor", "click-to-open rate (CTOR)", "clicks / opens", LATER),
    kpi("ltv", "lifetime value (LTV)", "average order value × orders a year × years × margin", "a margin and a lifetime, which no file says yet"),
    kpi("payback_months", "payback in months 回本周期", "CAC / (monthly revenue of a customer × margin)", "a margin, which no file says yet"),
    kpi("nps", "NPS 净推荐值", "% of 9–10 − % of 0–6", LATER),
    kpi("csat", "CSAT 满意度", "% of 4–5 of 5", LATER),
];

/// A value, and of how many.
pub type Value = (Cell, Option<i64>);

/// What the base gives.
pub fn report(frame: &Frame, value: impl Fn(&str) -> Option<Value>, mut notes: Vec<Note>) -> Report {
    let columns = vec![
        Column::text("kpi"),
        Column::text("kpi_name"),
        Column::new("value", ColumnType::Number),
        Column::text("unit"),
        Column::integer("n"),
        Column::text("definition").sentences(),
    ];
    let mut report = Report::new("kpi", frame, columns);
    report.whole = true;
    for k in KPIS {
        let Some((cell, n)) = value(k.id).filter(|(cell, _)| !cell.is_empty()) else { continue };
        let unit = match &cell {
            Cell::Money(_) => frame.currency.code.as_str(),
            Cell::Percent(_) => "share",
            _ if k.id.starts_with("days_") => "days",
            _ if k.id == "roas" => "times",
            _ => "count",
        };
        report.rows.push(vec![
            Cell::text(k.id),
            Cell::text(k.name),
            cell.clone(),
            Cell::text(unit),
            n.map_or(Cell::Empty, Cell::Integer),
            Cell::text(k.definition),
        ]);
    }
    let left = KPIS.len() - report.rows.len();
    if left > 0 {
        notes.push(Note::new("left-out", format!("{left} more need what is not in the base of these days: `sop report kpi --list` says what")));
    }
    report.notes = notes;
    report
}

/// What each needs.
pub fn list(frame: &Frame) -> Report {
    let columns = vec![Column::text("kpi"), Column::text("kpi_name"), Column::text("needs").sentences(), Column::text("definition").sentences()];
    let mut report = Report::new("kpis", frame, columns);
    report.whole = true;
    report.rows = KPIS.iter().map(|k| [k.id, k.name, k.needs, k.definition].map(Cell::text).into()).collect();
    report
}
