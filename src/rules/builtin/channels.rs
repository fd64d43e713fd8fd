//! Acquisition channels (获客渠道) under the names that exports and UTM parameters give them.

/// One channel that every workspace knows.
pub(in crate::rules) struct BuiltinChannel {
    /// `baidu`
    pub(in crate::rules) id: &'static str,
    /// 百度推广
    pub(in crate::rules) title: &'static str,
    /// Costs media money.
    pub(in crate::rules) paid: bool,
    /// Is marketing's.
    pub(in crate::rules) marketing: bool,
    /// Spellings, between `|`.
    pub(in crate::rules) synonyms: &'static str,
}

const fn paid(id: &'static str, title: &'static str, synonyms: &'static str) -> BuiltinChannel {
    BuiltinChannel { id, title, paid: true, marketing: true, synonyms }
}
const fn earned(id: &'static str, title: &'static str, synonyms: &'static str) -> BuiltinChannel {
    BuiltinChannel { id, title, paid: false, marketing: true, synonyms }
}
const fn other(id: &'static str, title: &'static str, synonyms: &'static str) -> BuiltinChannel {
    BuiltinChannel { id, title, paid: false, marketing: false, synonyms }
}

/// All of them.
pub(in crate::rules) const CHANNELS: &[BuiltinChannel] = &[
    paid("baidu", "百度推广", "百度|百度竞价|百度SEM|百度搜索推广|baidu sem|baidu ads|bd"),
    paid("sogou", "搜狗推广", "搜狗|sogou ads"),
    paid("so360", "360推广", "360|360搜索|360点睛"),
    paid("google_ads", "谷歌广告", "谷歌|谷歌推广|google|google adwords|adwords|google ads|google cpc"),
    paid("bing_ads", "必应广告", "必应|bing|bing ads|microsoft ads"),
    paid("paid_search", "付费搜索", "sem|搜索推广|竞价|竞价推广|ppc|cpc|paid search"),
    paid("tencent_ads", "腾讯广告", "广点通|朋友圈广告|腾讯推广|tencent ads"),
    paid("ocean_engine", "巨量引擎", "抖音推广|抖音广告|头条推广|今日头条|巨量|oceanengine"),
    paid("facebook", "Facebook 广告", "facebook|fb|facebook ads|meta|meta ads|facebook lead ads"),
    paid("instagram", "Instagram 广告", "instagram|ig|instagram ads"),
    paid("linkedin", "领英", "linkedin|linkedin ads"),
    paid("display", "展示广告", "信息流|信息流广告|display ads|banner|programmatic"),
    paid("fair", "展会", "线下展会|行业展会|展览|展会活动|trade show|tradeshow|exhibition|trade fair"),
    paid("alibaba", "阿里巴巴", "1688|阿里国际站|阿里巴巴国际站|alibaba.com"),
    paid("made_in_china", "中国制造网", "made-in-china|made in china|环球资源|global sources"),
    earned("organic_search", "自然搜索", "seo|自然流量|百度自然搜索|organic|organic search|organic traffic"),
    earned("website", "官网", "公司官网|官网注册|官网留资|网站|网站表单|web|web form|website form|site"),
    earned("wechat", "微信公众号", "微信|公众号|微信推文|服务号|wechat official account"),
    earned("video_account", "视频号", "微信视频号"),
    earned("douyin", "抖音", "抖音号|douyin"),
    earned("zhihu", "知乎", "知乎专栏"),
    earned("xiaohongshu", "小红书", "red|xhs"),
    earned("weibo", "微博", "新浪微博"),
    earned("bilibili", "哔哩哔哩", "b站"),
    earned("social", "社交媒体", "社媒|新媒体|social media|twitter|x.com|youtube|tiktok|organic social"),
    earned("email", "邮件营销", "邮件|edm|email marketing|newsletter|e-mail"),
    earned("sms", "短信营销", "短信"),
    earned("webinar", "线上直播", "直播|网络研讨会|线上会议|研讨会|online seminar"),
    earned("event", "线下活动", "活动|沙龙|会议|峰会|市场活动|offline event|conference|seminar"),
    earned("content", "内容营销", "白皮书|内容|whitepaper|content marketing|blog"),
    earned("direct", "直接访问", "直接流量|(direct)|direct traffic|typein"),
    earned("media", "媒体", "行业媒体|媒体报道|pr|press"),
    other("referral", "转介绍", "老客户介绍|客户推荐|朋友推荐|客户介绍|口碑|推荐|customer referral|word of mouth|employee referral"),
    other("partner", "合作伙伴", "渠道商|代理商|经销商|渠道伙伴|reseller|partner referral|channel partner"),
    other("cold_call", "电话陌拜", "电话营销|陌拜|外呼|电销|cold calling|outbound|telemarketing|cold outreach"),
    other("inbound_call", "电话来访", "来电|400电话|400来电|inbound phone|phone inquiry|call in"),
    other("purchased_list", "外购名单", "名单采购|企查查|天眼查|purchased list|list purchase|bought list"),
];
