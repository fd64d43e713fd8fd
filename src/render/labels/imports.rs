//! What imports and their rankings say beside their numbers, and why a cell could not be read, in English and Chinese. Holes are those of
//! `phrases.rs`.

/// Notes of files first, then reasons of cells.
pub(super) const IMPORTS: &[(&str, &str)] = &[
    // Of every run.
    ("a rehearsal: nothing was written", "演练：没有写入任何内容"),
    (
        "no sops/ folder in sight: the built-in starter SOPs apply (`sop init` writes them out to edit)",
        "没有找到 sops/ 文件夹：按内置的入门 SOP 计算（`sop init` 写出以便修改）",
    ),
    ("sops/scoring.yaml has no rules, or is not there: every score is 0", "sops/scoring.yaml 没有规则或不存在：所有得分为 0"),
    ("no events: engagement is 0 for all", "没有行为：所有线索的 engagement 为 0"),
    ("1 cell could not be read and counts as blank; {} lists what stands there", "1 个单元格无法读取，按空白处理；原文列在 {1}"),
    ("each of {#} cells could not be read and counts as blank; {} lists what stands there", "{1} 个单元格无法读取，按空白处理；原文列在 {2}"),
    ("1 value stands under three or more names and identifies nobody: {}", "1 个取值对应三个或更多姓名，不用于识别：{1}"),
    ("{#} values stand under three or more names and identify nobody: {}", "{1} 个取值对应三个或更多姓名，不用于识别：{2}"),
    // How a file was read.
    ("the headers are in line {#}; what stands above them is not read", "表头在第 {1} 行；其上的内容不读"),
    ("sheet `{}` is read; other sheets: {}", "读取的是工作表「{1}」；其他工作表：{2}"),
    (
        "column `{}` does not say whether day or month comes first; {#} cells such as `{}` are read as {}: {}",
        "列「{1}」看不出日与月的先后；{2} 个单元格（如 `{3}`）按{4}读取：{5}",
    ),
    (
        "column `{}` has dates of both orders ({#} with the day first, {#} with the month first); {#} cells such as `{}` are read as {}: {}",
        "列「{1}」两种日期顺序都有（日在前 {2} 个，月在前 {3} 个）；{4} 个单元格（如 `{5}`）按{6}读取：{7}",
    ),
    ("day first", "日在前"),
    ("month first", "月在前"),
    ("year first", "年在前"),
    ("declare `order: {}`, or the other, in fields.yaml", "请在 fields.yaml 写明 `order: {1}` 或另一种"),
    (
        "the other order would make them other dates; declare `order: {}`, or the other, in fields.yaml",
        "换一种顺序就是别的日期；请在 fields.yaml 写明 `order: {1}` 或另一种",
    ),
    ("columns that sop itself computes are not read: {}", "sop 自己计算的列不读：{1}"),
    (
        "no column identifies a person: every row is a lead of its own (declare one under `identity:` in fields.yaml)",
        "没有可识别人的列：每行各算一条线索（在 fields.yaml 的 `identity:` 下声明）",
    ),
    (
        "{#} role mailboxes or test numbers (info@…, 13800138000, …12345678) identify nobody: their rows are joined by other identities only",
        "{1} 个公共邮箱或测试号码（info@…、13800138000、…12345678）不用于识别：这些行只按其他身份合并",
    ),
    (
        "columns of events that nothing declares are not kept: {} (declare them under `events:` in fields.yaml)",
        "没有声明的行为列不保留：{1}（在 fields.yaml 的 `events:` 下声明）",
    ),
    (
        "kinds of events that nothing declares, so that no rule can ask for them: {} (declare them under `event_kinds:` in fields.yaml, or as aliases)",
        "没有声明的行为类型，规则无法引用：{1}（在 fields.yaml 的 `event_kinds:` 下声明，或写成别名）",
    ),
    ("{#} events dated before 1700 or after 2240 were left out", "{1} 个行为的日期早于 1700 年或晚于 2240 年，未计入"),
    ("1 amount is finer than {} and is rounded, a half away from zero: {}", "1 个金额小于最小单位 {1} 的部分已四舍五入：{2}"),
    ("{#} amounts are finer than {} and are rounded, halves away from zero: {}", "{1} 个金额小于最小单位 {2} 的部分已四舍五入：{3}"),
    ("{#} rows of leads are held elsewhere (team.yaml knows nobody of these names): {}", "{1} 行线索的负责人不在 team.yaml：{2}"),
    ("{#} deals are held elsewhere (team.yaml knows nobody of these names): {}", "{1} 个商机的负责人不在 team.yaml：{2}"),
    ("{#} follow-ups are by others (team.yaml knows nobody of these names): {}", "{1} 条跟进的跟进人不在 team.yaml：{2}"),
    (
        "stages that lifecycle.yaml does not know are kept as told: {} (give them a meaning under `values:` of the stage field in fields.yaml)",
        "lifecycle.yaml 没有的阶段按原文保留：{1}（在 fields.yaml 阶段字段的 `values:` 下说明含义）",
    ),
    (
        "{#} dated stages are kept as history: their leads are in a detour, out of which only time or `sop set LEAD stage=…` brings them",
        "{1} 个带日期的阶段只作为历史保留：线索在旁路中，只有到期或 `sop set LEAD stage=…` 才会移出",
    ),
    // Deals and payments.
    ("columns of deals that nothing declares are not kept: {}", "没有声明的商机列不保留：{1}"),
    ("no column says how the deals stand: those with a date of closing count as won", "没有说明商机状态的列：有成交日期的按赢单计算"),
    ("1 deal names no known lead, and count for their companies until a lead comes: {}", "1 个商机找不到线索，在线索导入前按公司计算：{1}"),
    ("{#} deals name no known lead, and count for their companies until a lead comes: {}", "{1} 个商机找不到线索，在线索导入前按公司计算：{2}"),
    ("1 deal names neither a known lead nor a company (counted for nobody): {}", "1 个商机既无已知线索也无公司（不归任何一方）：{1}"),
    ("{#} deals name neither a known lead nor a company (counted for nobody): {}", "{1} 个商机既无已知线索也无公司（不归任何一方）：{2}"),
    ("1 deal is dated later than this run (open or unknown until then): {}", "1 个商机的日期晚于本次运行（届时之前视为进行中或不存在）：{1}"),
    ("{#} deals are dated later than this run (open or unknown until then): {}", "{1} 个商机的日期晚于本次运行（届时之前视为进行中或不存在）：{2}"),
    ("1 deal has a negative amount (taken off the sums): {}", "1 个商机金额为负（从合计中扣除）：{1}"),
    ("{#} deals have a negative amount (taken off the sums): {}", "{1} 个商机金额为负（从合计中扣除）：{2}"),
    (
        "1 deal is open while nobody works on its lead, which is in a detour (`sop today` says what to do): {}",
        "1 个进行中的商机，其线索在旁路中、无人跟进（`sop today` 说明如何处理）：{1}",
    ),
    (
        "{#} deals are open while nobody works on its lead, which is in a detour (`sop today` says what to do): {}",
        "{1} 个进行中的商机，其线索在旁路中、无人跟进（`sop today` 说明如何处理）：{2}",
    ),
    ("1 deal closed before its lead was created: {}", "1 个商机的成交早于线索创建：{1}"),
    ("{#} deals closed before their leads were created: {}", "{1} 个商机的成交早于线索创建：{2}"),
    ("1 deal closed before it was opened: {}", "1 个商机的成交早于开启：{1}"),
    ("{#} deals closed before they were opened: {}", "{1} 个商机的成交早于开启：{2}"),
    (
        "1 deal was closed before and told otherwise now (reports of those days are restated, and say so): {}",
        "1 个商机曾经关闭，现在有变（相应期间的报表已重述并注明）：{1}",
    ),
    (
        "{#} deals were closed before and told otherwise now (reports of those days are restated, and say so): {}",
        "{1} 个商机曾经关闭，现在有变（相应期间的报表已重述并注明）：{2}",
    ),
    ("1 deal tells no type, and counts as new business", "1 个商机没有类型，按新签计算"),
    ("{#} deals tell no type, and count as new business", "{1} 个商机没有类型，按新签计算"),
    (
        "1 deal is of a type that nobody knows and counts as new business ({}): {}; say what they are under `values:` of deals.kind in sops/fields.yaml, and import the file again",
        "1 个商机的类型无人认识，按新签计算（{1}）：{2}；请在 sops/fields.yaml 的 deals.kind `values:` 下说明其含义，再重新导入文件",
    ),
    (
        "{#} deals are of types that nobody knows and count as new business ({}): {}; say what they are under `values:` of deals.kind in sops/fields.yaml, and import the file again",
        "{1} 个商机的类型无人认识，按新签计算（{2}）：{3}；请在 sops/fields.yaml 的 deals.kind `values:` 下说明其含义，再重新导入文件",
    ),
    (
        "1 payment is for a deal that has not arrived (deals and payments are joined by id within one --source): {}",
        "1 笔回款对应的商机尚未导入（商机与回款在同一 --source 内按编号关联）：{1}",
    ),
    (
        "{#} payments are for deals that have not arrived (deals and payments are joined by id within one --source): {}",
        "{1} 笔回款对应的商机尚未导入（商机与回款在同一 --source 内按编号关联）：{2}",
    ),
    // Costs.
    ("its columns are those of {}: what was spent is of the channel {}", "各列是{1}的导出格式：费用计入渠道 {2}"),
    (
        "channels that fields.yaml does not know, kept under these names (add them or synonyms under `channels:`): {}",
        "fields.yaml 没有的渠道，按原名保留（在 `channels:` 下登记或加同义词）：{1}",
    ),
    ("1 row of media costs names no channel: add a column, or import with --source CHANNEL", "1 行媒体费用没有渠道：请加一列，或用 --source CHANNEL 导入"),
    ("{#} rows of media costs name no channel: add a column, or import with --source CHANNEL", "{1} 行媒体费用没有渠道：请加一列，或用 --source CHANNEL 导入"),
    (
        "{#} days of a channel stand in several of these files: the last file counts; to add them up, put them into one file",
        "{1} 个渠道日在几个文件中重复：以最后一个文件为准；要相加请放进同一个文件",
    ),
    (
        "{#} day ({}) that {} had told are replaced, {} by {}: {}; the old rows are kept as superseded. If both are to count, put them into one file",
        "{1} 天（{2}）原由 {3} 给出，现已替换，{4} 改为 {5}：{6}；旧行保留为已取代。若两者都要计入，请放进同一个文件",
    ),
    (
        "{#} days ({}) that {} had told are replaced, {} by {}: {}; the old rows are kept as superseded. If both are to count, put them into one file",
        "{1} 天（{2}）原由 {3} 给出，现已替换，{4} 改为 {5}：{6}；旧行保留为已取代。若两者都要计入，请放进同一个文件",
    ),
    (
        "row {#} (`{}`) only adds up the others and is not counted; it says {}, and the rows that could be read add up to {}",
        "第 {1} 行（「{2}」）只是合计，不计入；它写的是 {3}，可读各行之和为 {4}",
    ),
    ("row {#} (`{}`) only adds up the others and is not counted", "第 {1} 行（「{2}」）只是合计，不计入"),
    ("{#} rows of totals (`{}`) are not counted", "{1} 行合计（「{2}」）不计入"),
    // Follow-ups and verdicts.
    ("{#} rows are not filled in: nothing follows from them", "{1} 行没有填写：不作处理"),
    ("{#} rows have no date: new ones are dated {}", "{1} 行没有日期：新的记为 {2}"),
    (
        "columns that no worklist has, what they hold is listed and not read: {}; there is no column for {}",
        "跟进清单没有的列，内容列出但不读：{1}；缺少的列：{2}",
    ),
    ("columns that no worklist has, what they hold is listed and not read: {}", "跟进清单没有的列，内容列出但不读：{1}"),
    ("{#} leads accepted, {#} rejected", "接受 {1} 条线索，退回 {2} 条"),
    (
        "{#} verdicts are kept as the past: whoever gave them does not hold the lead now, or it came later",
        "{1} 个判定只作为历史保留：判定人现在不持有该线索，或线索更晚才到",
    ),
    ("{#} verdicts are dated later than this run: they are kept, and nothing follows from them", "{1} 个判定的日期晚于本次运行：保留，不作处理"),
    ("{#} leads have two different answers: the first counts, not: {}", "{1} 条线索有两个不同的判定：以第一个为准，不计：{2}"),
    ("{#} verdicts are refused: {}", "{1} 个判定未被接受：{2}"),
    ("{#} follow: {}", "随之处理 {1} 条：{2}"),
    // What came back.
    ("{#} signs came back on messages of ours", "{1} 条反馈对应我方消息"),
    ("{#} signs are of addresses that no lead has; they wait for their leads: {}", "{1} 条反馈的地址不属于任何线索，等待线索导入：{2}"),
    (
        "{#} signs are kept without a message: none of that content left for the address in the 60 days before: {}",
        "{1} 条反馈没有对应消息而保留：之前 60 天内未向该地址发送此内容：{2}",
    ),
    ("{#} signs name messages that this base did not write: {}", "{1} 条反馈指向的消息不是本库发出的：{2}"),
    ("{#} rows are of sending and delivery: nothing follows from them", "{1} 行是发送与投递记录：不作处理"),
    (
        "{#} signs have no date: new ones are dated {}, and none of them says until when anything is known",
        "{1} 条反馈没有日期：新的记为 {2}，且都无法说明反馈覆盖到何时",
    ),
    ("{#} openings or clicks were made by machines: they do not count", "{1} 次打开或点击由机器产生：不计"),
    ("addresses that must not be written to from now on: {} (`sop suppress --list`)", "今后不得触达的地址：{1}（`sop suppress --list`）"),
    ("{#} messages in the outbox are stopped by that", "发件箱中有 {1} 条消息因此停发"),
    // Why a cell could not be read.
    ("first `{}`: {}", "首个「{1}」：{2}"),
    ("first {}", "首个：{1}"),
    ("not a number", "不是数字"),
    ("not a whole number", "不是整数"),
    ("not plain digits", "不是纯数字"),
    ("too large a number", "数字过大"),
    ("a range that runs backwards", "区间上下限颠倒"),
    ("another currency's sign", "是其他币种的符号"),
    (
        "another currency than the base's: convert the amount to {}, and the cell of its currency with it",
        "币种与库不同：请把金额换算成 {1}，币种单元格一并修改",
    ),
    ("neither yes nor no", "既不是「是」也不是「否」"),
    ("a year outside 1900 to 2199", "年份不在 1900 至 2199 之间"),
    ("the sheet has an error here", "该单元格在表中有错误"),
    ("a formula saved without its value", "公式没有保存结果"),
    ("fewer than 7 digits", "少于 7 位数字"),
    ("too many digits for a phone number", "电话号码位数过多"),
    ("no date", "没有日期"),
    ("no amount", "没有金额"),
    ("no deal", "没有商机"),
    ("no stage", "没有阶段"),
    ("no kind", "没有类型"),
    ("no phone number", "没有电话号码"),
    ("nobody is named", "没有指明是谁"),
    ("no month; write e.g. 2026-10", "不是月份；写法如 2026-10"),
    ("it ends before it starts", "结束早于开始"),
    ("more than ten years", "超过十年"),
    ("neither an id, nor a lead, nor a company", "编号、线索、公司都没有"),
    ("neither an address nor a message is named", "既无地址也无消息"),
    ("no such word is known here; did you mean `{}`?", "不认识这个词；是否指「{1}」？"),
    (
        "no such word is known here; known: {}; `values:` of the column in fields.yaml adds others",
        "不认识这个词；可用：{1}；可在 fields.yaml 该列的 `values:` 下添加",
    ),
    ("money that goes back is no deal: lower the deal's amount, or tell it as a payment with a minus", "退款不是商机：请调低原商机金额，或作为负数回款导入"),
];
