//! What reports conclude row by row: the verdicts of experiments, and what is wrong with the data, in English and Chinese. Holes are those
//! of `phrases.rs`.

/// Experiments first, then data.
pub(super) const FINDINGS: &[(&str, &str)] = &[
    (
        "the arms did not get the shares that they were meant to get (p = {}): find out why before anything is concluded",
        "各组没有得到应有的比例（p = {1}）：查明原因之前不要下结论",
    ),
    ("the others are held against it", "其他组与它比较"),
    ("too few to tell: wait", "太少，无法判断：请等待"),
    ("about {#} more leads per arm would show a difference of this size", "每组约再有 {1} 条线索才能看出这样大小的差异"),
    ("no difference from {} is shown (p = {})", "与 {1} 没有显出差异（p = {2}）"),
    ("the winner: higher than {} (p = {})", "胜出：高于 {1}（p = {2}）"),
    ("higher than {} (p = {}), and another arm is higher still", "高于 {1}（p = {2}），但另有一组更高"),
    ("lower than {} (p = {})", "低于 {1}（p = {2}）"),
    ("nobody can write to them: none of {}", "无法触达：没有 {1}"),
    ("one row named both", "同一行指向两者"),
    ("none that the base knows", "库中找不到"),
    ("nobody can credit them", "无法归因"),
    ("their lead is not in the base yet", "其线索尚未入库"),
    ("team.yaml knows nobody of that name", "team.yaml 没有这个人"),
    ("did they mean `{}`?", "是否指 `{1}`？"),
    ("owner `{}`", "负责人「{1}」"),
    ("channel `{}`", "渠道「{1}」"),
    ("{#} more: {}", "另有 {1} 个：{2}"),
    ("no channel of fields.yaml", "fields.yaml 没有这个渠道"),
    ("mend rejects/{} and import it", "修改 rejects/{1} 后重新导入"),
    ("mend the dates in their file and import it again", "修正文件中的日期后重新导入"),
    ("import their leads: they join by themselves", "导入其线索即可自动关联"),
    ("name the lead in their file", "在文件中写明线索"),
    ("import the leads", "导入这些线索"),
    ("add them to sops/team.yaml, or to a colleague's `aliases:`", "加入 sops/team.yaml，或某位同事的 `aliases:`"),
    ("add it under `channels:`, or to the synonyms of one", "加到 `channels:` 下，或某个渠道的同义词里"),
    ("name it under `values:` of deals.product in sops/fields.yaml", "在 sops/fields.yaml 的 deals.product `values:` 下登记"),
    ("join them under `values:` of deals.product in sops/fields.yaml", "在 sops/fields.yaml 的 deals.product `values:` 下合并"),
];
