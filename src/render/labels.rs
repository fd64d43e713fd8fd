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
    match lang {
        Lang::En => known.or(own),
        Lang::Zh => own.or(known),
    }
    .unwrap_or(&column.id)
    .to_owned()
}

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
    ("nurture", "paths", "培育路径"),
    ("path", "path", "培育路径"),
    ("simulate", "the days to come", "未来日程"),
    ("today", "today", "今日待办"),
    ("worklist", "worklist", "跟进清单"),
    ("worklists", "worklists", "跟进清单"),
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
    ("accounts", "accounts", "客户公司"),
    ("active", "active", "进行中"),
    ("alert", "alert", "介入提醒"),
    ("alerts", "alerts", "人工介入"),
    ("amount", "amount", "金额"),
    ("answered", "answered", "已跟进"),
    ("answered_at", "answered at", "跟进于"),
    ("answered_by", "answered by", "跟进人"),
    ("at", "at", "时间"),
    ("attainment", "attainment", "达成率"),
    ("band", "band", "等级"),
    ("bands", "bands", "等级分布"),
    ("best_lead", "best lead", "最高分线索"),
    ("best_score", "best score", "最高分"),
    ("birthday", "birthday", "生日"),
    ("breached", "breached", "未兑现"),
    ("budget", "budget", "预算"),
    ("campaign", "campaign", "市场活动"),
    ("changes", "changes", "变动"),
    ("channel", "channel", "获客渠道"),
    ("city", "city", "城市"),
    ("claimed", "claimed", "认领"),
    ("clock", "clock", "计时"),
    ("closed_at", "closed at", "关闭时间"),
    ("code", "code", "代码"),
    ("column", "column", "列"),
    ("command", "command", "命令"),
    ("company", "company", "公司"),
    ("consent_email", "consent email", "邮件授权"),
    ("consent_sms", "consent sms", "短信授权"),
    ("content", "content", "内容"),
    ("control", "control", "对照组"),
    ("count", "count", "数量"),
    ("country", "country", "国家"),
    ("created", "created", "新建"),
    ("created_at", "created at", "创建时间"),
    ("day", "day", "第几天"),
    ("deals", "deals", "商机"),
    ("detail", "detail", "说明"),
    ("difference", "difference", "不符之处"),
    ("does", "does", "动作"),
    ("due", "due", "到期"),
    ("due_at", "due", "截止时间"),
    ("email", "e-mail", "邮箱"),
    ("employees", "employees", "员工数"),
    ("ended", "ended", "已终止"),
    ("engagement", "engagement", "行为分"),
    ("errors", "errors", "错误"),
    ("events", "events", "行为"),
    ("events_known", "events known", "已有行为"),
    ("events_matched", "events matched", "匹配行为"),
    ("events_waiting", "events waiting", "待匹配行为"),
    ("exited", "exited", "已退出"),
    ("failed", "failed", "未通过"),
    ("file", "file", "文件"),
    ("finished", "finished", "已完成"),
    ("first_name", "first name", "名"),
    ("fit", "fit", "属性分"),
    ("follow_ups", "follow-ups", "跟进记录"),
    ("from", "from", "原值"),
    ("goal", "goal", "达成目标"),
    ("group", "group", "分组"),
    ("groups", "groups", "分组得分"),
    ("help", "help", "建议"),
    ("id", "id", "编号"),
    ("identities", "identities", "身份"),
    ("industry", "industry", "行业"),
    ("joined", "joined", "合并"),
    ("journeys", "journeys", "培育旅程"),
    ("key", "key", "key"),
    ("kind", "kind", "类型"),
    ("last_event_at", "last event at", "最近行为时间"),
    ("last_follow_up", "last follow-up", "最近跟进"),
    ("last_name", "last name", "姓"),
    ("last_note", "last note", "最近备注"),
    ("last_outcome", "last result", "最近结果"),
    ("last_touch", "last touch", "最近行为"),
    ("lead", "lead", "线索"),
    ("lead_rows", "lead rows", "线索行数"),
    ("leads", "leads", "线索"),
    ("leaves_at", "leaves at", "发送时间"),
    ("line", "line", "行"),
    ("main_reason", "main reason", "主要原因"),
    ("median_hours", "median hours", "中位用时(小时)"),
    ("median_work_hours", "median work hours", "中位工时(小时)"),
    ("medium", "medium", "触达方式"),
    ("message", "message", "信息"),
    ("messages", "messages", "消息"),
    ("met", "met", "按时"),
    ("met_late", "met late", "逾期完成"),
    ("name", "name", "姓名"),
    ("new", "new", "新增"),
    ("next", "next", "下一步"),
    ("next_at", "next follow-up", "下次跟进"),
    ("next_due_at", "next due", "下次动作"),
    ("next_for", "next for", "待走此步"),
    ("note", "note", "备注"),
    ("noted", "noted", "仅记录"),
    ("notes", "notes", "提示"),
    ("open", "open", "待兑现"),
    ("opened_at", "opened at", "开启时间"),
    ("outcome", "result", "结果"),
    ("owner", "owner", "负责人"),
    ("owners", "owners", "负责人"),
    ("p90_hours", "p90 hours", "P90用时(小时)"),
    ("p90_work_hours", "p90 work hours", "P90工时(小时)"),
    ("pain", "pain point", "需求痛点"),
    ("part", "part", "主次"),
    ("passed", "passed", "通过"),
    ("path", "path", "培育路径"),
    ("paths", "paths", "路径数"),
    ("paused", "paused", "已暂停"),
    ("phone", "phone", "手机"),
    ("placed", "placed", "已分配"),
    ("points", "points", "得分"),
    ("product", "product", "产品"),
    ("progress", "progress", "决策进度"),
    ("promise", "promise", "承诺"),
    ("promises", "promises", "承诺"),
    ("quality", "quality", "质量"),
    ("queue", "queue", "线索池"),
    ("rank", "rank", "排名"),
    ("read_as", "read as", "读取方式"),
    ("reason", "reason", "原因"),
    ("region", "region", "地区"),
    ("rehearsal", "rehearsal", "演练"),
    ("rejected", "rejected", "拒收"),
    ("rejects", "rejects", "拒收文件"),
    ("remark", "remark", "附注"),
    ("result", "result", "结果"),
    ("round", "round", "轮次"),
    ("routing", "rounds and rules", "分配规则"),
    ("rows_read", "rows read", "读取行数"),
    ("rule", "rule", "规则"),
    ("run", "run", "批次"),
    ("run_as_of", "as of", "截至"),
    ("running", "running", "进行中"),
    ("runs", "runs", "批次"),
    ("score", "score", "总分"),
    ("score_cards", "score cards of failed tests", "未通过用例的评分卡"),
    ("sent", "sent", "已发送"),
    ("severity", "severity", "级别"),
    ("since", "since", "起始时间"),
    ("stage", "stage", "阶段"),
    ("standing", "where it stands", "当前状态"),
    ("started_at", "started at", "开始时间"),
    ("state", "state", "状态"),
    ("status", "status", "状态"),
    ("step", "step", "步骤"),
    ("stopped", "stopped", "未发出"),
    ("stories", "what happened in failed tests", "未通过用例的经过"),
    ("subject", "subject", "对象"),
    ("summary", "in short", "汇总"),
    ("superseded", "superseded", "被取代"),
    ("tags", "tags", "标签"),
    ("test", "test", "用例"),
    ("timeline", "timeline", "时间线"),
    ("title", "title", "职位"),
    ("to", "to", "新值"),
    ("to_decide", "to decide", "待决定"),
    ("told", "told", "已通知"),
    ("type", "type", "方式"),
    ("unchanged", "unchanged", "未变"),
    ("undone_by", "undone by", "撤销于"),
    ("unfired", "rules that did not fire", "未触发规则"),
    ("updated", "updated", "更新"),
    ("updated_at", "updated at", "更新时间"),
    ("value", "value", "取值"),
    ("verdict", "verdict", "判定"),
    ("waiting", "waiting", "待处理"),
    ("waits", "waits", "类别"),
    ("warnings", "warnings", "警告"),
    ("website", "website", "网站"),
    ("wecom_id", "WeCom id", "企微客户ID"),
    ("what", "what", "内容"),
    ("why", "why", "依据"),
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
