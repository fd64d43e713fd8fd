//! What people read for an id, in English and Chinese. An id that is not here is the user's own and speaks for itself.

use crate::report::{Choice, Column};

/// The language of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Lang {
    /// One of two texts.
    pub(super) fn pick<'t>(self, en: &'t str, zh: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// The label of a column. In Chinese the user's own word comes first: her headers are Chinese, ids are English.
pub(super) fn label(column: &Column, lang: Lang) -> String {
    let own = column.title.as_deref();
    let known = find(&column.id).map(|(en, zh)| lang.pick(en, zh));
    let of_itself = || match lang {
        Lang::En => known.or(own),
        Lang::Zh => own.or(known),
    };
    if let (None, Some((part, en, zh))) = (known, COMPARED.iter().find_map(|(prefix, en, zh)| Some((column.id.strip_prefix(prefix)?, en, zh)))) {
        let part = own.or_else(|| find(part).map(|(en, zh)| lang.pick(en, zh))).unwrap_or(part);
        return lang.pick(en, zh).replace("{}", part);
    }
    of_itself().unwrap_or(&column.id).to_owned()
}

/// Columns of `--compare`: what stands before the id of the column that they are about, and around its label.
const COMPARED: [(&str, &str, &str); 2] = [("previous_", "{} before", "上期{}"), ("change_", "{} ±", "{}变化")];

/// The heading of a report.
pub(super) fn title(report: &str, lang: Lang) -> &str {
    TITLES.iter().find(|(known, ..)| *known == report).map_or(report, |(_, en, zh)| lang.pick(en, zh))
}

/// The label of a total or a section.
pub(super) fn name(id: &str, lang: Lang) -> &str {
    find(id).map_or(id, |(en, zh)| lang.pick(en, zh))
}

/// The label of a choice: the user's own, else the one of its id.
pub(super) fn choice(choice: &Choice, lang: Lang) -> &str {
    let known = || CHOICES.iter().find(|(known, ..)| *known == choice.id).map(|(_, en, zh)| lang.pick(en, zh));
    choice.title.as_deref().or_else(known).unwrap_or(&choice.id)
}

fn find(id: &str) -> Option<(&'static str, &'static str)> {
    LABELS.binary_search_by(|(known, ..)| (*known).cmp(id)).ok().and_then(|i| LABELS.get(i)).map(|(_, en, zh)| (*en, *zh))
}

/// By report.
const TITLES: &[(&str, &str, &str)] = &[
    ("score", "lead ranking", "线索评分排名"),
    ("leads", "leads", "线索清单"),
    ("accounts", "accounts", "客户公司清单"),
    ("explain", "why this lead stands where it does", "线索说明"),
    ("changes", "what changed", "变动记录"),
    ("history", "history", "变更历史"),
    ("runs", "runs", "运行记录"),
    ("import", "import", "导入结果"),
    ("plan", "plan", "变更计划"),
    ("check", "check", "SOP 检查"),
    ("test", "SOP tests", "SOP 用例"),
    ("assign", "who gets which lead", "线索分配"),
    ("routing", "how this lead is dealt", "分配说明"),
    ("attainment", "promises kept", "时效达成"),
    ("promises", "promises that wait for an answer", "待兑现的承诺"),
    ("interventions", "when a person was called in", "线索人工介入记录表"),
    ("queue", "queue", "线索池"),
    ("today", "today", "今日待办"),
    ("worklist", "worklist", "跟进清单"),
    ("worklists", "worklists", "跟进清单"),
    ("catalogue", "reports", "报表目录"),
    ("costs", "what was spent", "费用"),
    ("funnel", "funnel", "线索漏斗"),
    ("velocity", "velocity of deals and leads", "商机与线索流转速度"),
    ("cohorts", "cohorts of leads", "线索同期群"),
    ("owners", "owners", "负责人绩效"),
    ("quality", "quality of data and leads", "数据与线索质量"),
    ("scores", "does the score know", "评分预测力"),
    ("timing", "when leads act", "行为时段"),
    ("journeys", "what nurturing brought", "培育效果"),
    ("roi", "what came back", "投入产出"),
    ("channels", "channels from impression to deal", "渠道漏斗"),
    ("attribution", "whose merit the deals are", "成交归因"),
    ("models", "whose merit the deals are, model by model", "成交归因（各模型对比）"),
    ("kpi", "KPIs", "关键指标"),
    ("kpis", "KPIs and what they need", "指标口径"),
];

/// Values of columns that hold one of a few words, sorted. What is filled in comes back through the import, which knows
/// these words as spellings of the ids.
const CHOICES: &[(&str, &str, &str)] = &[
    ("accept", "accept", "接受"),
    ("connected", "connected", "接通"),
    ("met", "met", "已见面"),
    ("no_answer", "no answer", "未接"),
    ("refused", "refused", "拒绝沟通"),
    ("reject", "reject", "拒绝"),
    ("replied", "replied", "已回复"),
    ("wrong_number", "wrong number", "空号错号"),
];

/// By id, sorted. A workbook comes back through the import, which finds its columns by these words: `key` stays `key`,
/// and the label of a field is one of the aliases that fields.yaml is born with.
const LABELS: &[(&str, &str, &str)] = &[
    ("about", "about", "内容"),
    ("accepted", "accepted", "接受"),
    ("accepted_lift", "accepted lift", "接受提升度"),
    ("accepted_rate", "accepted rate", "接受率"),
    ("accepted_share", "share of accepted", "占接受比"),
    ("accounts", "accounts", "客户公司"),
    ("active", "active", "进行中"),
    ("acts", "acts", "行为"),
    ("after_days", "after days", "天数"),
    ("alert", "alert", "介入提醒"),
    ("alerts", "alerts", "人工介入"),
    ("amount", "amount", "金额"),
    ("answered", "answered", "已跟进"),
    ("answered_at", "answered at", "跟进于"),
    ("answered_by", "answered by", "跟进人"),
    ("assigned", "assigned", "新分配"),
    ("at", "at", "时间"),
    ("attainment", "attainment", "达成率"),
    ("auc_accepted", "AUC accepted", "AUC(接受)"),
    ("auc_won", "AUC won", "AUC(成交)"),
    ("average_deal", "average deal", "客单价"),
    ("band", "band", "等级"),
    ("bands", "bands", "等级分布"),
    ("best_lead", "best lead", "最高分线索"),
    ("best_score", "best score", "最高分"),
    ("birthday", "birthday", "生日"),
    ("bottleneck", "bottleneck", "瓶颈"),
    ("bounced", "bounced", "退回"),
    ("breached", "breached", "未兑现"),
    ("budget", "budget", "预算"),
    ("by", "by", "分组"),
    ("cac", "CAC", "获客成本"),
    ("campaign", "campaign", "市场活动"),
    ("cancelled_messages", "cancelled", "已取消"),
    ("changes", "changes", "变动"),
    ("channel", "channel", "获客渠道"),
    ("check", "check", "检查项"),
    ("city", "city", "城市"),
    ("claimed", "claimed", "认领"),
    ("click_rate", "CTR", "点击率"),
    ("click_to_open", "CTOR", "打开点击率"),
    ("clicked", "clicked", "点击"),
    ("clicks", "clicks", "点击"),
    ("clock", "clock", "计时"),
    ("closed_at", "closed at", "关闭时间"),
    ("code", "code", "代码"),
    ("cohort_basis", "cohort basis", "同批线索口径"),
    ("column", "column", "列"),
    ("command", "command", "命令"),
    ("company", "company", "公司"),
    ("consent_email", "consent email", "邮件授权"),
    ("consent_sms", "consent sms", "短信授权"),
    ("control", "control", "对照组"),
    ("control_rate", "control rate", "对照组目标率"),
    ("conversion", "conversion", "转化率"),
    ("conversion_high", "high", "上限"),
    ("conversion_low", "low", "下限"),
    ("conversions", "conversions", "转化数"),
    ("cost", "cost", "费用"),
    ("count", "count", "数量"),
    ("country", "country", "国家"),
    ("cpc", "cost per click", "点击成本"),
    ("cpl", "CPL", "线索成本"),
    ("cpmql", "CPMQL", "MQL成本"),
    ("cpsql", "CPSQL", "SQL成本"),
    ("created", "created", "新建"),
    ("created_at", "created at", "创建时间"),
    ("ctr", "CTR", "点击率"),
    ("deals", "deals", "商机"),
    ("deferred_messages", "deferred", "已延后"),
    ("definition", "definition", "口径"),
    ("detail", "detail", "说明"),
    ("difference", "difference", "不符之处"),
    ("due", "due", "到期"),
    ("due_at", "due", "截止时间"),
    ("durations", "from stage to stage", "线索流转时长"),
    ("email", "e-mail", "邮箱"),
    ("employees", "employees", "员工数"),
    ("ended", "ended", "已终止"),
    ("ended_as", "ended as", "结束方式"),
    ("engagement", "engagement", "行为分"),
    ("enrolled", "enrolled", "进入"),
    ("entries", "entries", "进入数"),
    ("entries_again", "again", "再次进入"),
    ("entries_before", "before", "上阶段进入数"),
    ("errors", "errors", "错误"),
    ("events", "events", "行为"),
    ("events_known", "events known", "已有行为"),
    ("events_matched", "events matched", "匹配行为"),
    ("events_waiting", "events waiting", "待匹配行为"),
    ("exited", "exited", "退出"),
    ("exits", "why journeys ended", "退出原因"),
    ("failed", "failed", "未通过"),
    ("failed_messages", "failed", "发送失败"),
    ("file", "file", "文件"),
    ("finished", "finished", "完成"),
    ("first_name", "first name", "名"),
    ("fit", "fit", "属性分"),
    ("follow_ups", "follow-ups", "跟进记录"),
    ("fri", "Fri", "周五"),
    ("from", "from", "原值"),
    ("from_stage", "from stage", "起始阶段"),
    ("goal", "goal", "达成目标"),
    ("goal_rate", "goal rate", "目标率"),
    ("group", "group", "分组"),
    ("groups", "groups", "分组得分"),
    ("held", "held", "持有"),
    ("held_messages", "held", "已暂缓"),
    ("help", "help", "建议"),
    ("hour", "hour", "时段"),
    ("id", "id", "编号"),
    ("identities", "identities", "身份"),
    ("immature", "immature", "未成熟"),
    ("impressions", "impressions", "展现"),
    ("industry", "industry", "行业"),
    ("joined", "joined", "合并"),
    ("key", "key", "key"),
    ("kind", "kind", "类型"),
    ("kpi", "KPI", "指标代码"),
    ("last_event_at", "last event at", "最近行为时间"),
    ("last_follow_up", "last follow-up", "最近跟进"),
    ("last_name", "last name", "姓"),
    ("last_note", "last note", "最近备注"),
    ("last_outcome", "last result", "最近结果"),
    ("last_touch", "last touch", "最近行为"),
    ("late_now", "late now", "当前超时"),
    ("lead", "lead", "线索"),
    ("lead_rows", "lead rows", "线索行数"),
    ("leads", "leads", "线索"),
    ("line", "line", "行"),
    ("loss", "loss", "流失方式"),
    ("losses", "losses by reason and stage", "流失原因与阶段"),
    ("lost", "lost", "流失"),
    ("main_reason", "main reason", "主要原因"),
    ("maturity", "maturity", "成熟度"),
    ("mean_cycle_days", "mean cycle days", "平均成交周期(天)"),
    ("mean_days", "mean days", "平均天数"),
    ("median_cycle_days", "median cycle days", "中位成交周期(天)"),
    ("median_days", "median days", "中位天数"),
    ("median_hours", "median hours", "中位用时(小时)"),
    ("median_work_hours", "median work hours", "中位工时(小时)"),
    ("medium", "medium", "触达方式"),
    ("message", "message", "信息"),
    ("met", "met", "按时"),
    ("met_late", "met late", "逾期完成"),
    ("model", "model", "归因模型"),
    ("mon", "Mon", "周一"),
    ("month", "month", "月份"),
    ("mql", "MQL", "MQL"),
    ("mql_leads", "MQL", "MQL"),
    ("mql_rate", "MQL rate", "MQL转化率"),
    ("n", "n", "样本量"),
    ("name", "name", "姓名"),
    ("needs", "needs", "所需数据"),
    ("new", "new", "新增"),
    ("next", "next", "下一步"),
    ("next_at", "next follow-up", "下次跟进"),
    ("note", "note", "备注"),
    ("noted", "noted", "仅记录"),
    ("notes", "notes", "提示"),
    ("of", "of", "总数"),
    ("open", "open", "待兑现"),
    ("open_rate", "open rate", "打开率"),
    ("opened", "opened", "打开"),
    ("opened_at", "opened at", "开启时间"),
    ("opportunities", "opportunities", "商机数"),
    ("outcome", "result", "结果"),
    ("owner", "owner", "负责人"),
    ("owner_name", "name", "姓名"),
    ("owners", "owners", "负责人"),
    ("p90_cycle_days", "p90 cycle days", "P90成交周期(天)"),
    ("p90_days", "p90 days", "P90天数"),
    ("p90_hours", "p90 hours", "P90用时(小时)"),
    ("p90_work_hours", "p90 work hours", "P90工时(小时)"),
    ("paid_cac", "paid CAC", "付费获客成本"),
    ("pain", "pain point", "需求痛点"),
    ("part", "part", "部分"),
    ("passed", "passed", "通过"),
    ("path", "path", "培育路径"),
    ("path_title", "title", "路径名称"),
    ("paused", "paused", "暂停"),
    ("period_basis", "period basis", "当期口径"),
    ("period_conversion", "period conversion", "期间转化"),
    ("phone", "phone", "手机"),
    ("placed", "placed", "已分配"),
    ("points", "points", "得分"),
    ("problems", "problems", "问题"),
    ("product", "product", "产品"),
    ("progress", "progress", "决策进度"),
    ("promise", "promise", "承诺"),
    ("promises", "promises", "承诺"),
    ("quality", "quality", "质量"),
    ("queue", "queue", "线索池"),
    ("queued_messages", "queued", "待发送"),
    ("rank", "rank", "排名"),
    ("reached_last", "reached the last stage", "到达末阶段"),
    ("read_as", "read as", "读取方式"),
    ("reason", "reason", "原因"),
    ("region", "region", "地区"),
    ("rehearsal", "rehearsal", "演练"),
    ("reject_rate", "reject rate", "退回率"),
    ("rejected", "rejected", "拒收"),
    ("rejected_leads", "rejected", "退回"),
    ("rejects", "rejects", "拒收文件"),
    ("remark", "remark", "附注"),
    ("removal_effect", "removal effect", "移除效应"),
    ("replied", "replied", "回复"),
    ("replies", "replies", "回复"),
    ("reply_rate", "reply rate", "回复率"),
    ("result", "result", "结果"),
    ("returning", "returning", "回流线索"),
    ("revenue", "revenue", "收入"),
    ("revenue_other_kinds", "revenue of other deals", "其他类型收入"),
    ("revenue_per_lead", "revenue per lead", "单线索价值"),
    ("roas", "ROAS", "广告产出比"),
    ("roi", "ROI", "投入产出比"),
    ("round", "round", "轮次"),
    ("routing", "rounds and rules", "分配规则"),
    ("rows_read", "rows read", "读取行数"),
    ("rule", "rule", "规则"),
    ("run", "run", "批次"),
    ("run_as_of", "as of", "截至"),
    ("running", "running", "进行中"),
    ("runs", "runs", "批次"),
    ("sat", "Sat", "周六"),
    ("score", "score", "总分"),
    ("score_cards", "score cards of failed tests", "未通过用例的评分卡"),
    ("sending_messages", "sending", "发送中"),
    ("sent", "sent", "已发送"),
    ("sent_messages", "sent", "已发送"),
    ("severity", "severity", "级别"),
    ("share", "share", "占比"),
    ("share_of_all", "of all", "占全部"),
    ("since", "since", "起始时间"),
    ("skipped_messages", "skipped", "已跳过"),
    ("sql", "SQL", "SQL"),
    ("sql_leads", "SQL", "SQL"),
    ("sql_rate", "SQL rate", "SQL转化率"),
    ("stage", "stage", "阶段"),
    ("stage_title", "title", "阶段名称"),
    ("standing", "where it stands", "当前状态"),
    ("started_at", "started at", "开始时间"),
    ("status", "status", "状态"),
    ("stays", "stays", "停留数"),
    ("step", "step", "步骤"),
    ("steps", "steps", "步骤"),
    ("stories", "what happened in failed tests", "未通过用例的经过"),
    ("subject", "subject", "对象"),
    ("summary", "in short", "汇总"),
    ("sun", "Sun", "周日"),
    ("superseded", "superseded", "被取代"),
    ("suppressed_messages", "suppressed", "禁止触达"),
    ("tags", "tags", "标签"),
    ("test", "test", "用例"),
    ("thu", "Thu", "周四"),
    ("timeline", "timeline", "时间线"),
    ("title", "title", "职位"),
    ("to", "to", "新值"),
    ("to_decide", "to decide", "待决定"),
    ("to_stage", "to stage", "到达阶段"),
    ("told", "told", "已通知"),
    ("tue", "Tue", "周二"),
    ("type", "type", "方式"),
    ("unchanged", "unchanged", "未变"),
    ("undone_by", "undone by", "撤销于"),
    ("unfired", "rules that did not fire", "未触发规则"),
    ("unit", "unit", "单位"),
    ("unknown_messages", "unknown", "状态不明"),
    ("updated", "updated", "更新"),
    ("updated_at", "updated at", "更新时间"),
    ("uplift", "uplift", "提升"),
    ("uplift_high", "high", "上限"),
    ("uplift_low", "low", "下限"),
    ("value", "value", "取值"),
    ("velocity", "revenue a day", "日均收入速度"),
    ("verdict", "verdict", "判定"),
    ("verdicts", "verdicts of sales", "销售判定"),
    ("waiting", "waiting", "待处理"),
    ("waits", "waits", "类别"),
    ("warnings", "warnings", "警告"),
    ("website", "website", "网站"),
    ("wecom_id", "WeCom id", "企微客户ID"),
    ("wed", "Wed", "周三"),
    ("week", "week", "合计"),
    ("what", "what", "内容"),
    ("why", "why", "依据"),
    ("win_rate", "win rate", "赢单率"),
    ("won", "won", "成交"),
    ("won_leads", "won", "成交"),
    ("won_lift", "won lift", "成交提升度"),
    ("won_rate", "won rate", "成交率"),
    ("won_share", "share of won", "占成交比"),
    ("won_since", "won since", "已成交"),
    ("worklist", "worklist ID", "清单编号"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_and_unique() {
        assert!([LABELS, CHOICES].iter().all(|table| table.windows(2).all(|w| w[0].0 < w[1].0)));
    }

    #[test]
    fn the_users_word_comes_first_in_chinese() {
        let column = Column::text("company").titled("企业名称");
        assert_eq!(label(&column, Lang::Zh), "企业名称");
        assert_eq!(label(&column, Lang::En), "company");
        assert_eq!(label(&Column::text("company"), Lang::Zh), "公司");
        assert_eq!(label(&Column::text("budget_year"), Lang::Zh), "budget_year");
    }
}
