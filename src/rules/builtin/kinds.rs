//! Event kinds that every workspace knows. `by` decides what counts as the lead's own activity; `weak` signals (an opened mail may be
//! a mail scanner; a complaint is no interest) never do; `touch` counts for attribution.

use crate::model::KindBy::{self, Lead, System, Us};

/// One event kind that every workspace knows.
pub(in crate::rules) struct BuiltinKind {
    /// `page_view`
    pub(in crate::rules) id: &'static str,
    /// 访问页面
    pub(in crate::rules) title: &'static str,
    /// Who acts.
    pub(in crate::rules) by: KindBy,
    /// Never counts as activity.
    pub(in crate::rules) weak: bool,
    /// Counts for attribution.
    pub(in crate::rules) touch: bool,
    /// Spellings in files, between `|`.
    pub(in crate::rules) aliases: &'static str,
    /// The kinds that a derived kind is recognised among.
    pub(in crate::rules) from: &'static [&'static str],
    /// The condition of a derived kind; empty = every event of its bases.
    pub(in crate::rules) filter: &'static str,
}

const fn kind(id: &'static str, title: &'static str, by: KindBy, touch: bool, aliases: &'static str) -> BuiltinKind {
    BuiltinKind { id, title, by, weak: false, touch, aliases, from: &[], filter: "" }
}
const fn weak(id: &'static str, title: &'static str, aliases: &'static str) -> BuiltinKind {
    BuiltinKind { id, title, by: Lead, weak: true, touch: false, aliases, from: &[], filter: "" }
}
const fn derived(id: &'static str, title: &'static str, aliases: &'static str, from: &'static [&'static str], filter: &'static str) -> BuiltinKind {
    BuiltinKind { id, title, by: Lead, weak: false, touch: false, aliases, from, filter }
}

/// All of them.
pub(in crate::rules) const KINDS: &[BuiltinKind] = &[
    kind("lead_captured", "留资", Lead, true, "获取线索|留资来源|Lead Created|Lead Capture"),
    kind(
        "page_view",
        "访问页面",
        Lead,
        true,
        "浏览页面|访问官网|网站访问|页面访问|浏览|Pageview|Page Visit|Visit|Website Visit|Web Visit|Page Hit|Viewed Page",
    ),
    kind("form_submit", "提交表单", Lead, true, "表单提交|填写表单|提交留资|官网留资|Form Submission|Form Submitted|Submitted Form|Form Fill"),
    kind(
        "whitepaper_download",
        "下载白皮书",
        Lead,
        true,
        "白皮书下载|资料下载|下载资料|Whitepaper|White Paper Download|Downloaded Whitepaper|Ebook Download|Content Download|Download|Asset Download",
    ),
    kind("webinar_signup", "报名直播", Lead, true, "直播报名|报名网络研讨会|Webinar Registration|Webinar Registered|Registered for Webinar"),
    kind("webinar_attend", "参加直播", Lead, true, "观看直播|参加网络研讨会|看直播|Webinar Attended|Attended Webinar|Webinar Attendance|Webinar"),
    kind("event_signup", "报名活动", Lead, true, "活动报名|会议报名|Event Registration|Event Registered|Registered for Event"),
    kind("event_attend", "参加活动", Lead, true, "活动签到|参会|到场|展会到访|Event Attended|Attended Event|Event Attendance|Event Check-in"),
    kind("demo_request", "申请演示", Lead, true, "预约演示|演示申请|Request Demo|Demo Requested|Book a Demo|Demo"),
    kind("trial_request", "申请试用", Lead, true, "试用申请|免费试用|Request Trial|Trial Requested|Free Trial|Trial Signup|Trial"),
    kind("inquiry", "主动咨询", Lead, true, "咨询|询盘|询价|在线咨询|主动询盘|Enquiry|Contact Sales|Quote Request|Contact Request"),
    kind("content_view", "阅读内容", Lead, true, "阅读文章|阅读推文|看文章|Article View|Blog View|Read Article"),
    kind("video_view", "观看视频", Lead, true, "看视频|视频播放|Video Play|Watched Video|Video Watch"),
    kind("ad_click", "点击广告", Lead, true, "广告点击|Ad Clicked|Clicked Ad|Paid Click"),
    kind("social_engage", "社媒互动", Lead, true, "社交互动|点赞评论|Social Engagement|Social Interaction|Social Click"),
    kind("wecom_added", "添加企微", Lead, true, "添加企业微信|加企微|加微信|扫码添加|WeCom Added|WeChat Added|Added on WeChat"),
    kind("email_click", "点击邮件", Lead, true, "邮件点击|Email Clicked|Clicked Email|Email Link Clicked|Click"),
    weak("email_open", "打开邮件", "邮件打开|Email Opened|Opened Email|Open"),
    weak("sms_click", "点击短信", "短信点击|SMS Clicked|Clicked SMS"),
    kind("reply", "回复", Lead, false, "客户回复|回复邮件|回复消息|回复短信|Replied|Email Reply|Replied to Email|SMS Reply|Inbound Message"),
    kind("call_connected", "电话接通", Lead, false, "接通|通话|接通电话|Call Connected|Connected Call|Call Answered|Call"),
    kind("meeting", "会面", Lead, false, "拜访|见面|会议|Meeting Held|Met|Visit Held"),
    kind("order_placed", "下单", Lead, false, "成交|签约|购买|付款下单|Order|Order Created|Purchase|Purchased|Checkout Completed"),
    weak("unsubscribe", "退订", "取消订阅|邮件退订|短信退订|Unsubscribed|Opt Out|Opted Out|Email Unsubscribe"),
    weak("complaint", "投诉", "举报|垃圾邮件投诉|Spam Complaint|Spam Report|Marked as Spam"),
    kind("email_sent", "发送邮件", Us, false, "邮件发送|群发邮件|Email Delivered|Sent Email|Email Send|Sent"),
    kind("sms_sent", "发送短信", Us, false, "短信发送|群发短信|SMS Delivered|Sent SMS"),
    kind("wecom_sent", "发送企微", Us, false, "企微消息|发送企微消息|WeCom Message|WeChat Message Sent"),
    kind("call_made", "外呼", Us, false, "拨打电话|去电|外呼电话|Call Made|Outbound Call|Dialed"),
    kind("bounce", "退信", System, false, "邮件退回|硬退信|软退信|Bounced|Email Bounce|Hard Bounce|Soft Bounce"),
    derived(
        "pricing_view",
        "访问定价页",
        "定价页访问|浏览定价页|查看价格|Pricing Page View|Pricing Page Visit|Pricing Visit",
        &["page_view"],
        "path LIKE '%/pricing%' OR path LIKE '%/price%' OR path LIKE '%定价%' OR path LIKE '%价格%'",
    ),
    derived(
        "case_view",
        "访问案例页",
        "案例页访问|查看案例|浏览案例|Case Study View|Case View",
        &["page_view"],
        "path LIKE '%/case%' OR path LIKE '%/customers%' OR path LIKE '%案例%'",
    ),
    derived("high_intent", "高意向行为", "高意向|High Intent", &["trial_request", "demo_request", "inquiry"], ""),
];
