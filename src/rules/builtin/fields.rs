//! The usual lead fields and the headers under which CRMs and forms export them: Salesforce, HubSpot, Zoho, Odoo, Mautic,
//! Facebook and Google lead ads, 纷享销客, 小满, 悟空, 企业微信; English and Chinese throughout, the commonest ones in
//! Spanish, French, German, Portuguese, Arabic and Hindi. Order = order of the built-in dictionary's columns.

use crate::model::FieldType::{self, Boolean, Channel, Date, Datetime, Email, Integer, List, Money, Owner, Phone, Stage, Text};

/// One field that every workspace knows.
pub(in crate::rules) struct BuiltinField {
    /// `email`
    pub(in crate::rules) id: &'static str,
    /// Its type where nothing declares another.
    pub(in crate::rules) ty: FieldType,
    /// 邮箱
    pub(in crate::rules) title: &'static str,
    /// Headers, between `|`.
    pub(in crate::rules) aliases: &'static str,
}

const fn field(id: &'static str, ty: FieldType, title: &'static str, aliases: &'static str) -> BuiltinField {
    BuiltinField { id, ty, title, aliases }
}

/// The built-in dictionary.
pub(in crate::rules) const FIELDS: &[BuiltinField] = &[
    field("id", Text, "线索编号", "线索编号|线索ID|客户编号|客户ID|编号|Lead ID|LeadID|Record ID|Contact ID|Customer ID|Prospect ID|Lead Number|CRM ID|MQL ID"),
    field(
        "name",
        Text,
        "姓名",
        "姓名|联系人|联系人姓名|客户姓名|线索姓名|线索名称|名字|称呼|Full Name|Fullname|Contact|Contact Name|Lead Name|Client Name|Customer Name|Your Name|Display Name|Nombre|Nombre completo|Nombre y apellidos|Nom|Nom complet|Nome|Nome completo|Ansprechpartner|Vollständiger Name|الاسم|الاسم الكامل|नाम|पूरा नाम",
    ),
    field("first_name", Text, "名", "名|First Name|Firstname|Given Name|Forename|Prénom|Vorname|Primer nombre|Primeiro nome|الاسم الأول"),
    field("last_name", Text, "姓", "姓|姓氏|Last Name|Lastname|Surname|Family Name|Nom de famille|Nachname|Apellido|Apellidos|Sobrenome|اسم العائلة"),
    field(
        "email",
        Email,
        "邮箱",
        "邮箱|电子邮件|电子邮箱|邮箱地址|邮件地址|邮件|工作邮箱|企业邮箱|联系邮箱|Email Address|E-mail|Mail|Email ID|Work Email|Business Email|Lead Email|User Email|Contact Email|Primary Email|Email From|Correo|Correo electrónico|Courriel|Adresse e-mail|E-Mail-Adresse|Endereço de e-mail|البريد|البريد الإلكتروني|ईमेल",
    ),
    field(
        "phone",
        Phone,
        "手机",
        "手机|手机号|手机号码|电话|电话号码|联系电话|联系方式|联系手机|移动电话|Phone Number|Phone No|Phone No.|Telephone|Tel|Mobile|Mobile Phone|Mobile Number|Mobile No|Mobile No.|Cell|Cell Phone|Contact Number|Contact Phone Number|Lead Phone|User Phone|Work Phone|WhatsApp|WhatsApp Number|☎ Contact|Teléfono|Telefono|Móvil|Celular|Téléphone|Telefon|Telefonnummer|Handy|Mobilnummer|Telefone|الهاتف|رقم الهاتف|الجوال|फ़ोन|फोन|मोबाइल",
    ),
    field("wecom_id", Text, "企微客户ID", "external_userid|企微客户ID|企微ID|企业微信ID|企业微信客户ID|外部联系人ID|WeCom ID|unionid"),
    field(
        "company",
        Text,
        "公司",
        "公司|公司名称|公司名|企业|企业名称|单位|单位名称|客户名称|客户公司|所属公司|所属企业|公司全称|Company Name|Account|Account Name|Organization|Organisation|Organization Name|Business Name|Employer|Partner Name|Customer|Empresa|Compañía|Entreprise|Société|Firma|Unternehmen|Firmenname|Organização|الشركة|कंपनी",
    ),
    field(
        "title",
        Text,
        "职位",
        "职位|职务|岗位|职称|头衔|Job Title|Jobtitle|Position|Job Position|Designation|Role|Function|Job Role|Cargo|Puesto|Poste|Fonction|Berufsbezeichnung|المسمى الوظيفي|पद",
    ),
    field(
        "industry",
        Text,
        "行业",
        "行业|所属行业|客户行业|行业类型|行业分类|Industry Type|Sector|Company Industry|Industria|Secteur|Branche|Setor|الصناعة|उद्योग",
    ),
    field(
        "region",
        Text,
        "地区",
        "地区|省份|省|省市|省/市|区域|大区|所在地|所在地区|所在省份|所在区域|Province|State|State/Region|State/Province|Territory|Estado|Région|Bundesland|Provincia",
    ),
    field("city", Text, "城市", "城市|所在城市|市|Town|City Name|Ciudad|Ville|Stadt|Cidade|المدينة|शहर"),
    field("country", Text, "国家", "国家|国家/地区|国家地区|Country/Region|Country Name|País|Pays|Land|البلد|देश"),
    field(
        "employees",
        Integer,
        "员工数",
        "员工数|员工人数|员工规模|人员规模|企业规模|公司规模|公司人数|人数|Number of Employees|NumberOfEmployees|No. of Employees|No of Employees|Employee Count|Company Size|Num Employees|Headcount|Empleados|Effectif|Mitarbeiter|Anzahl Mitarbeiter",
    ),
    field(
        "budget",
        Money,
        "预算",
        "预算|预算金额|采购预算|项目预算|预计金额|意向金额|Budget Amount|Estimated Budget|Expected Revenue|Presupuesto|Budget prévu|Orçamento",
    ),
    field(
        "channel",
        Channel,
        "来源渠道",
        "来源渠道|线索来源|客户来源|来源|渠道|获客渠道|获取渠道|推广渠道|Source|Lead Source|LeadSource|Original Source|Traffic Source|Data Source|Acquisition Channel|utm_source|UTM Source|Origin|Source Name|First Touch Channel|Fuente|Origen|Quelle|Origem",
    ),
    field(
        "campaign",
        Text,
        "市场活动",
        "市场活动|活动名称|推广计划|推广活动|广告计划|营销活动|Campaign Name|Campaign ID|utm_campaign|UTM Campaign|Ad Campaign|Campaña|Campagne|Kampagne|Campanha",
    ),
    field(
        "owner",
        Owner,
        "负责人",
        "负责人|跟进人|所有人|归属人|归属销售|销售|销售人员|销售负责人|线索负责人|业务员|客户经理|Lead Owner|Owner Name|Owner ID|OwnerId|Owner Alias|Account Owner|Contact Owner|Record Owner|Assigned To|Assignee|Sales Rep|Sales Agent|Salesperson|HubSpot Owner|Propietario|Responsable|Vendedor|Besitzer|Zuständig",
    ),
    field(
        "stage",
        Stage,
        "阶段",
        "线索状态|客户阶段|客户状态|线索阶段|阶段|状态|生命周期阶段|Lead Status|Status|CRM Status|Lifecycle Stage|Lead Stage|Pipeline Stage|Estado del lead|Statut|Statut du lead|Phase",
    ),
    field(
        "created_at",
        Datetime,
        "创建时间",
        "创建时间|创建日期|录入时间|留资时间|提交时间|获取时间|线索创建时间|添加时间|登记时间|Created Time|Created|Created On|Created Date|CreatedDate|Create Date|Create Time|Date Created|Date Added|Created At|Signup Date|Submitted At|Submission Date|First Contact Date|Date Identified|Fecha de creación|Date de création|Erstellt am|Erstellungsdatum|Data de criação",
    ),
    field(
        "updated_at",
        Datetime,
        "更新时间",
        "更新时间|更新日期|修改时间|最后修改时间|最近更新时间|最后更新时间|Updated|Updated On|Modified Time|Modified Date|Last Modified|Last Modified Date|LastModifiedDate|Last Updated|Last Update|Write Date|Date Modified",
    ),
    field("tags", List, "标签", "标签|客户标签|线索标签|标记|Tag|Labels|Label|Etiquetas|Étiquettes|Schlagwörter"),
    field(
        "consent_sms",
        Boolean,
        "短信授权",
        "短信授权|同意短信|短信营销授权|接收短信|同意接收短信|接收营销短信|SMS Consent|SMS Marketing Consent|Accepts SMS Marketing|SMS Opt In|SMS Opt-in|Consent SMS",
    ),
    field(
        "consent_email",
        Boolean,
        "邮件授权",
        "邮件授权|同意邮件|邮件营销授权|接收邮件|同意接收邮件|接收营销邮件|营销许可|营销授权|同意营销|Email Consent|Email Marketing Consent|Accepts Email Marketing|Accepts Marketing|Marketing Permission|Email Opt In|Email Opt-in|Consent Email|Marketing Consent|Marketing Opt In",
    ),
    field(
        "website",
        Text,
        "网站",
        "网站|官网|网址|公司网址|公司官网|Website URL|Web Site|URL|Company Website|Homepage|Domain|Company Domain Name|Sitio web|Site web|Webseite",
    ),
    field("birthday", Date, "生日", "生日|出生日期|Birth Date|Birthdate|Date of Birth|DOB|Fecha de nacimiento|Date de naissance|Geburtsdatum"),
    field(
        "note",
        Text,
        "备注",
        "备注|备注信息|说明|描述|需求描述|留言|Notes|Remark|Remarks|Comment|Comments|Description|Message|Notas|Remarques|Notizen|Bemerkung|ملاحظات",
    ),
];

/// What events carry beside kind, instant and identity: id, type, headers.
pub(in crate::rules) const EVENT_FIELDS: &[(&str, FieldType, &str)] = &[
    ("path", Text, "页面|页面路径|路径|访问页面|页面地址|Page|Page Path|Page URL|URL|Landing Page"),
    ("asset", Text, "资料|资料名称|内容|内容名称|物料|白皮书|活动|活动名称|Asset Name|Content Name|Form Name|Event Asset|Webinar|File"),
    ("campaign", Text, "市场活动|推广计划|utm_campaign|Campaign Name"),
    ("content", Text, "邮件|邮件名称|邮件主题|消息|素材|Content ID|Email Name|Subject|Template|utm_content"),
    ("link", Text, "链接|点击链接|Link URL|Clicked URL|Click URL"),
    ("channel", Channel, "来源|渠道|来源渠道|Source|utm_source|Referrer|Referer"),
    ("outcome", Text, "结果|跟进结果|Result|Disposition"),
];

/// Headers of event files that mean `kind`, `at` or the event's own id.
pub(in crate::rules) const EVENT_HEADERS: &[(&str, &str)] = &[
    ("kind", "行为|行为类型|事件|事件类型|事件名称|动作|类型|Kind|Type|Event|Event Type|Event Name|Action|Activity|Activity Type"),
    (
        "at",
        "时间|发生时间|行为时间|事件时间|访问时间|日期|At|Time|Timestamp|ts|Date|Datetime|Event Time|Event Date|Occurred At|Created At|Activity Date|Date Hit",
    ),
    ("event_id", "事件编号|事件ID|行为ID|Event ID|EventID|Activity ID|Message ID|UUID"),
];
