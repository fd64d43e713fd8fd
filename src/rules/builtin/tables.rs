//! The columns of the other files that teams keep: costs, deals, payments, stage histories, what came back on messages, follow-ups.

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
            ("currency", "币种|货币|货币代码|Currency Code|Account Currency|Currency ISO Code"),
            ("impressions", "展现|展现量|展现数|曝光|曝光量|曝光次数|曝光数|展示|展示数|展示次数|Impr.|Views"),
            ("clicks", "点击|点击量|点击数|点击次数|Link Clicks"),
        ],
    },
    BuiltinTable {
        id: "deals",
        columns: &[
            ("id", "商机编号|商机ID|订单编号|合同编号|Deal ID|Opportunity ID|Record ID|External ID"),
            ("lead", "线索|线索编号|客户编号|联系人|Lead ID|MQL ID|Contact|Email"),
            ("company", "公司|公司名称|客户|客户名称|Account|Account Name|Company Name|Associated Company|Associated Company (Primary)|Customer"),
            ("owner", "负责人|销售|销售人员|销售机会所有人|Sales Agent|Deal Owner|Opportunity Owner|Salesperson|Owner Name"),
            ("amount", "金额|合同金额|商机金额|成交金额|赢单金额|销售金额|Value|Close Value|Deal Amount|Deal Value|Opportunity Amount|Expected Revenue"),
            ("currency", "币种|货币|货币代码|Currency Code|Deal Currency|Amount Currency|Opportunity Currency|Currency ISO Code"),
            ("kind", "类型|商机类型|业务类型|Deal Type|Opportunity Type|Type"),
            ("product", "产品|产品名称|Product Name"),
            (
                "opened_at",
                "商机创建时间|商机创建日期|立项时间|立项日期|开始时间|开启时间|开启日期|商机发现时间|发现时间|发现日期|创建时间|创建日期|Engage Date|Opened|Opened On|Open Date|Opened Date|Date Opened|Opportunity Created Date|Created At|Created Date|Created Time|Create Date|Created On|Create Time|Creation Date|Creation Time|Date Created|Created",
            ),
            (
                "closed_at",
                "成交时间|成交日期|实际成交日期|签约时间|签约日期|赢单时间|赢单日期|结单日期|关闭时间|关闭日期|结束时间|Close Date|Closing Date|Closed On|Closed Time|Won Date|Won Time|Closed Date|Date Closed",
            ),
            (
                "status",
                "状态|商机状态|商机阶段|销售阶段|阶段状态|销售阶段状态|Deal Stage|Deal Status|Opportunity Stage|Opportunity Status|Stage Name|Stage|Won Status",
            ),
            ("won", "是否成交|是否赢单|Is Won|Is Closed Won"),
            ("reason", "原因|丢单原因|输单原因|输单描述|Lost Reason|Loss Reason|Closed Lost Reason|Reason For Loss"),
        ],
    },
    BuiltinTable {
        id: "payments",
        columns: &[
            ("deal", "商机编号|合同编号|订单编号|Deal ID|Opportunity ID"),
            ("at", "回款日期|回款时间|到账日期|付款日期|Date|Payment Date|Paid At"),
            ("amount", "回款金额|到账金额|金额|Payment Amount|Paid"),
            (
                "id",
                "回款编号|回款单号|回款单编号|收款编号|收款单号|付款编号|付款单号|流水号|交易流水号|编号|Payment ID|Payment No|Payment Number|Transaction ID",
            ),
            ("currency", "币种|货币|货币代码|Currency Code|Payment Currency|Currency ISO Code"),
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
            ("kind", "反馈类型|反馈|事件类型|事件|动作|行为|类型|Event|Event Type|Action|Activity|Type"),
            ("message", "消息编号|消息ID|邮件编号|smtp-id|Message-ID|Message ID"),
            (
                "address",
                "地址|邮箱|邮箱地址|电子邮件|收件人|收件地址|手机|手机号|手机号码|Email|Email Address|Recipient|Recipient Email|To|To Email|Phone|Phone Number|Mobile",
            ),
            (
                "content",
                "内容名称|内容|邮件名称|邮件主题|主题|素材|模板|活动|活动名称|Email Name|Subject|Email Subject|Template|Campaign|Campaign Title|Campaign Name|UNSUB_CAMPAIGN_TITLE|CLEAN_CAMPAIGN_TITLE",
            ),
            ("at", "时间|发生时间|反馈时间|事件时间|操作时间|日期|Date|Time|Timestamp|Event Time|Event Date|Activity Date|Processed|Created"),
            ("medium", "媒介|触达方式|方式|Medium"),
            ("link", "链接|点击链接|URL|Link URL|Clicked URL|Click URL"),
            ("bounce", "退信类型|Bounce Type|Bounce Classification"),
            ("reason", "原因|退信原因|Bounce Reason|Response"),
            ("machine", "机器|sg_machine_open|Machine Open"),
            ("sent_at", "发送时间|Date Sent|Send Date|Send Time|Sent"),
            ("opened_at", "打开时间|首次打开时间|阅读时间|Date Read|Open Time|Open Date|First Opened|First Open|Last Opened"),
            ("clicked_at", "点击时间|首次点击时间|Date Clicked|Click Time|Click Date|First Clicked|First Click|Last Clicked"),
            ("replied_at", "回复时间|Date Replied|Reply Time|Reply Date"),
            ("bounced_at", "退信时间|CLEAN_TIME|Bounce Time|Bounce Date"),
            ("complained_at", "投诉时间|Complaint Time|Complaint Date"),
            ("unsubscribed_at", "退订时间|UNSUB_TIME|Unsubscribe Time|Unsubscribe Date|Opt-out Date|Date Unsubscribed"),
            ("opens", "打开次数|Total Opens|Open Count|Opens Count"),
            ("clicks", "点击次数|Total Clicks|Click Count|Clicks Count"),
            ("is_read", "已打开|是否打开|已读|Opened|Read"),
            ("is_clicked", "已点击|是否点击|Clicked"),
            ("is_failed", "发送失败|是否退信|已退信|Failed|Bounced"),
            ("is_unsubscribed", "已退订|是否退订|Unsubscribed"),
        ],
    },
    BuiltinTable {
        id: "sms_replies",
        columns: &[
            ("message_id", "消息编号|消息ID"),
            ("address", "手机|手机号|手机号码|电话|电话号码|发送号码|上行号码|From|Phone|Phone Number|Mobile|Mobile Number|Address"),
            ("text", "回复内容|上行内容|短信内容|回复|内容|消息内容|Reply|Reply Text|Reply Content|Inbound Message|Body|Message|Content"),
            ("at", "回复时间|上行时间|接收时间|时间|日期|Reply Time|Received At|Received|Date Sent|Date|Time|Timestamp"),
        ],
    },
    BuiltinTable {
        id: "wecom",
        columns: &[
            ("customer", "客户|客户ID|客户编号|外部联系人|外部联系人ID"),
            ("kind", "发送方|发送者类型|消息方向|方向|事件|类型|Sender Type|Direction|Event|Type"),
            ("at", "消息时间|发送时间|时间|日期|Message Time|Sent At|Time|Date|Timestamp"),
            ("added_at", "添加时间|添加好友时间|成为客户时间|加好友时间|Added At|Add Time|Added Time|Create Time"),
            (
                "replied_at",
                "最近回复时间|最后回复时间|客户最近回复时间|客户最后回复时间|最近消息时间|最后消息时间|Last Reply Time|Last Message Time|Last Msg Time",
            ),
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
