//! The columns of the other files that teams keep: costs, deals, payments, stage histories, feedback, follow-ups.

/// The columns of one kind of file.
pub(in crate::rules) struct BuiltinTable {
    /// `costs`
    pub(in crate::rules) id: &'static str,
    /// Column id and headers between `|`.
    pub(in crate::rules) columns: &'static [(&'static str, &'static str)],
}

/// All of them.
pub(in crate::rules) const TABLES: &[BuiltinTable] = &[
    BuiltinTable {
        id: "costs",
        columns: &[
            ("kind", "费用类型|成本类型|类型|Cost Type|Type"),
            ("channel", "渠道|获客渠道|来源渠道|平台|Source|Platform|Ad Channel"),
            ("campaign", "推广计划|推广计划名称|计划名称|市场活动|广告计划|广告计划名称|项目名称|活动名称|Campaign Name|utm_campaign|Campaign Group Name"),
            ("from", "日期|时间|开始日期|起始日期|Date|Day|Start Date|Reporting Starts"),
            ("until", "结束日期|截止日期|End Date|Reporting Ends"),
            ("month", "月份|费用月份|所属月份"),
            ("amount", "金额|费用|消费|花费|消耗|总消耗|总花费|成本|Cost|Spend|Spent|Amount Spent|Total Spent"),
            ("currency", "币种|货币|货币代码|Currency Code"),
            ("impressions", "展现|展现量|展现数|曝光|曝光量|曝光次数|曝光数|展示|展示数|展示次数|Impr.|Views"),
            ("clicks", "点击|点击量|点击数|点击次数|Link Clicks"),
        ],
    },
    BuiltinTable {
        id: "deals",
        columns: &[
            ("id", "商机编号|订单编号|合同编号|Deal ID|Opportunity ID|Record ID"),
            ("lead", "线索|线索编号|客户编号|联系人|Lead ID|MQL ID|Contact|Email"),
            ("company", "公司|公司名称|客户|客户名称|Account|Account Name|Company Name"),
            ("owner", "负责人|销售|销售人员|Sales Agent|Deal Owner|Opportunity Owner"),
            ("amount", "金额|合同金额|商机金额|成交金额|Value|Close Value|Deal Amount"),
            ("kind", "类型|商机类型|Deal Type|Type"),
            ("product", "产品|产品名称|Product Name"),
            ("opened_at", "创建时间|立项时间|商机创建时间|Engage Date|Created Date|Create Date|Open Date"),
            ("closed_at", "成交时间|签约时间|关闭时间|结束时间|Close Date|Won Date|Closed Date"),
            ("status", "状态|商机状态|商机阶段|Deal Stage|Stage"),
            ("won", "是否成交|是否赢单|Is Won"),
            ("reason", "原因|丢单原因|输单原因|Lost Reason|Closed Lost Reason"),
        ],
    },
    BuiltinTable {
        id: "payments",
        columns: &[
            ("deal", "商机编号|合同编号|订单编号|Deal ID|Opportunity ID"),
            ("at", "回款日期|回款时间|到账日期|付款日期|Date|Payment Date|Paid At"),
            ("amount", "回款金额|到账金额|金额|Payment Amount|Paid"),
        ],
    },
    BuiltinTable {
        id: "stages",
        columns: &[
            ("lead", "线索|线索编号|客户编号|Lead ID|Email"),
            ("stage", "阶段|线索状态|客户阶段|Status|To Stage"),
            ("at", "时间|变更时间|进入时间|Date|Changed At|Entered At"),
        ],
    },
    BuiltinTable {
        id: "feedback",
        columns: &[
            ("kind", "类型|反馈类型|事件|Event|Event Type|Type"),
            ("message", "消息编号|邮件编号|Message ID"),
            ("address", "地址|邮箱|手机|Email|Email Address|Recipient|Phone"),
            ("content", "内容|邮件名称|素材|Subject|Template|Email Name"),
            ("at", "时间|发生时间|Date|Time|Timestamp"),
        ],
    },
    BuiltinTable {
        id: "follow_ups",
        columns: &[
            ("worklist", "清单编号|Worklist ID"),
            ("lead", "线索|线索编号|客户|客户编号|Lead ID|Email"),
            ("owner", "跟进人|负责人|销售|Sales Rep"),
            ("at", "跟进时间|跟进日期|联系时间|Date|Time|Activity Date"),
            ("type", "跟进方式|联系方式|Activity Type|Method"),
            ("outcome", "跟进结果|联系结果|结果|Outcome|Result|Call Result"),
            ("note", "跟进内容|跟进记录|备注|Notes|Comment"),
            ("pain", "客户痛点|需求痛点|痛点|Pain Point"),
            ("progress", "跟进进展|决策进度|进展|当前进展"),
            ("budget", "预算|客户预算"),
            ("next_at", "下次跟进|下次跟进时间|下次联系时间|Next Follow-up|Next Activity Date"),
            ("verdict", "判定|是否认可|是否接受|审核结果|Accepted"),
            ("reason", "原因|退回原因|拒绝原因|Reject Reason"),
            ("quality", "质量|线索质量|质量评分|Lead Quality"),
        ],
    },
];
