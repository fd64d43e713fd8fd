"""DuckDB's side of roi.sh: the same table from the same files. usage: roi_duckdb.py DATADIR STAGES.csv FROM UNTIL

Cost, leads, MQL, SQL, deals won and revenue by channel, of the days FROM until before UNTIL; a deal belongs to the first touch of all leads
of its company in the 180 days before it. Only the columns that this takes are read. Rows of leads are joined by e-mail, then phone, as sop
joins them; the first row's values count, and every row is a touch."""
import json, os, sys
import duckdb

from roi_rules import AS_OF, CHANNELS, LOOKBACK_DAYS, TOUCHES

data, stages, start, end = sys.argv[1:5]
con = duckdb.connect()
csv = lambda name, quote="": f"read_csv('{os.path.join(data, name)}', header=true, all_varchar=true{quote})"
con.execute("CREATE TEMP TABLE names(spelling TEXT, channel TEXT)")
con.executemany("INSERT INTO names VALUES (?, ?)", [(s, c) for c, spellings in CHANNELS.items() for s in spellings])
touches = ", ".join(f"'{t}'" for t in TOUCHES)
con.execute(f"""
CREATE TEMP TABLE found AS
WITH r AS (SELECT row_number() OVER () AS rn, created_at, email, phone, company, source FROM {csv("leads.csv", ''', quote='"', escape='"' ''')}),
n AS (SELECT rn, coalesce(try_cast(created_at AS TIMESTAMP), try_strptime(created_at, '%Y/%m/%d %H:%M')) AS t, lower(trim(company)) AS company,
        channel, CASE WHEN email LIKE '%@%' THEN lower(trim(email)) END AS mail, regexp_replace(coalesce(phone, ''), '[^0-9]', '', 'g') AS ph
      FROM r LEFT JOIN names ON spelling = lower(trim(source))),
p AS (SELECT * EXCLUDE (ph), CASE WHEN length(ph) = 15 AND ph LIKE '0086%' THEN substr(ph, 5) WHEN length(ph) = 13 AND ph LIKE '86%' THEN substr(ph, 3)
        WHEN length(ph) >= 7 THEN ph END AS phone FROM n)
SELECT rn, t, company, channel, mail, least(rn, CASE WHEN mail IS NOT NULL THEN min(rn) OVER (PARTITION BY mail) END,
        CASE WHEN phone IS NOT NULL THEN min(rn) OVER (PARTITION BY phone) END) AS lead FROM p;
CREATE TEMP TABLE mails AS SELECT mail, min(lead) AS lead FROM found WHERE mail IS NOT NULL GROUP BY mail;
CREATE TEMP TABLE leads AS SELECT lead, t, channel, coalesce(company, 'lead ' || lead) AS account FROM found WHERE rn = lead;
CREATE TEMP TABLE won AS
SELECT deal_id, account, amount::BIGINT AS amount, closed_at::TIMESTAMP AS closed
FROM {csv("deals.csv")} d JOIN mails ON mail = lower(trim(lead_email)) JOIN leads USING (lead)
WHERE stage = 'won' AND closed >= '{start}' AND closed < '{end}' AND closed <= '{AS_OF}';
CREATE TEMP TABLE ours AS SELECT lead, account FROM leads WHERE account IN (SELECT account FROM won);
CREATE TEMP TABLE touches AS
SELECT account, t, found.channel FROM found JOIN ours USING (lead) WHERE found.channel IS NOT NULL
UNION ALL
SELECT account, ts::TIMESTAMP, channel FROM {csv("events.csv")} e JOIN mails ON mail = lower(trim(e.lead_email)) JOIN ours USING (lead)
JOIN names ON spelling = campaign WHERE type IN ({touches});
CREATE TEMP TABLE credits AS
SELECT coalesce(min(struct_pack(t, channel)) FILTER (WHERE t >= closed - INTERVAL {LOOKBACK_DAYS} DAY AND t <= closed).channel,
        CASE WHEN min(t) < closed - INTERVAL {LOOKBACK_DAYS} DAY THEN '(before lookback)' ELSE '(no channel)' END) AS channel, any_value(amount) AS amount
FROM won LEFT JOIN touches USING (account) GROUP BY deal_id, closed;
CREATE TEMP TABLE reached AS
SELECT lead, min("at"::TIMESTAMP) AS mql, min("at"::TIMESTAMP) FILTER (WHERE stage = 'sql') AS sql
FROM read_csv('{stages}', header=true, all_varchar=true) JOIN mails ON mail = lower(trim(lead_email)) WHERE "at"::TIMESTAMP <= '{AS_OF}' GROUP BY lead;
""")
here = lambda at: f"({at} >= '{start}' AND {at} < '{end}' AND {at} <= '{AS_OF}')"
rows = con.execute(f"""
SELECT channel, sum(cost)::BIGINT, sum(leads)::BIGINT, sum(mql)::BIGINT, sum(sql)::BIGINT, sum(deals)::BIGINT, sum(revenue)::BIGINT FROM (
SELECT channel, cost::BIGINT AS cost, 0 AS leads, 0 AS mql, 0 AS sql, 0 AS deals, 0 AS revenue
  FROM {csv("costs.csv")} JOIN names ON spelling = lower(trim(source)) WHERE {here("day::TIMESTAMP")}
UNION ALL SELECT coalesce(channel, '(no channel)'), 0, {here("t")}::INT, 0, 0, 0, 0 FROM leads WHERE {here("t")}
UNION ALL SELECT coalesce(channel, '(no channel)'), 0, 0, coalesce({here("mql")}, false)::INT, coalesce({here("sql")}, false)::INT, 0, 0
  FROM reached JOIN leads USING (lead)
UNION ALL SELECT channel, 0, 0, 0, 0, 1, amount FROM credits) GROUP BY channel ORDER BY channel""").fetchall()
json.dump([list(r) for r in rows if any(r[1:])], sys.stdout, ensure_ascii=False)
