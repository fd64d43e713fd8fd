"""What both sides of roi.sh go by: which spellings mean which channel (sources of leads and costs, campaigns of events), and what a touch is."""

AS_OF = "2026-06-30T00:00:00"
LOOKBACK_DAYS = 180
SOURCES = {"baidu": "百度SEM", "website": "官网", "wechat": "微信", "douyin": "抖音", "fair": "展会", "webinar": "webinar", "referral": "referral",
           "linkedin": "LinkedIn", "email": "EDM"}
# Each of the thirty campaigns is one of the nine channels'.
CHANNELS = {c: [s.lower()] + [f"camp-{n:02}" for n in range(i, 30, len(SOURCES))] for i, (c, s) in enumerate(SOURCES.items())}
# Acts of the lead that are no weak signals.
TOUCHES = ["page_view", "form_submit", "whitepaper_download", "webinar_attend", "demo_request", "ad_click", "email_click"]

FIELDS = """currency: CNY
leads:
  id: {type: text}
  created_at: {type: datetime, order: ymd}
  name: {type: text}
  email: {type: email, aliases: [lead_email]}
  phone: {type: phone, region: CN}
  company: {type: text}
  industry: {type: text}
  region: {type: text}
  title: {type: text}
  employees: {type: integer, plain: true}
  budget: {type: integer, plain: true}
  channel: {type: channel, aliases: [source]}
  campaign: {type: text}
  consent: {type: text}
  remark: {type: text}
identity: [email, phone]
on_conflict: keep_first
events:
  kind: {type: text, aliases: [type]}
  at: {type: datetime, order: ymd, aliases: [ts]}
  asset: {type: text}
  channel: {type: channel, aliases: [campaign]}
channels:
""" + "".join(f"  {c}: {{synonyms: [{', '.join(spellings)}]}}\n" for c, spellings in CHANNELS.items())

LIFECYCLE = """stages:
  - {id: prospect}
  - {id: mql, enter: score >= 1000000}
  - {id: sql, enter: accepted}
  - {id: opportunity, enter: open_deals > 0}
  - {id: customer, enter: won_deals > 0}
"""
