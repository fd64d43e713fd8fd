-- The base: leads, what recognises them, what they did, where they stand, and every run that made it so.
-- Declared fields become columns of `leads`, groups columns of `lead_state`, event fields columns of `details`
-- (added by the program as they are declared). The internal key is `lead` everywhere.

CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
-- Whom nobody could take, and as of what: the row is there from the start, so that taking a run back finds it.
INSERT INTO meta (name, value) VALUES ('asleep', '{}');

-- One row per execution of a command that writes.
CREATE TABLE runs (
  run       INTEGER PRIMARY KEY,
  verb      TEXT NOT NULL,
  flags     TEXT NOT NULL,               -- no addresses
  version   TEXT NOT NULL,
  sop       INTEGER,                     -- sop_versions.sop
  as_of     INTEGER NOT NULL,
  started   INTEGER NOT NULL,            -- by the wall clock
  lead_rows INTEGER NOT NULL DEFAULT 0,  -- rows read from files of leads
  counts    TEXT NOT NULL DEFAULT '{}',  -- JSON
  undone_by INTEGER,
  kept      INTEGER NOT NULL DEFAULT 1   -- 0: what it overwrote is no longer in `undo`
) STRICT;

-- The texts that a run obeyed, once per fingerprint.
CREATE TABLE sop_versions (sop INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, texts TEXT NOT NULL, run INTEGER NOT NULL) STRICT;

CREATE TABLE leads (
  lead      INTEGER PRIMARY KEY,
  lead_key  INTEGER NOT NULL,            -- the number of its key (k…)
  lead_run  INTEGER NOT NULL,
  seen_at   INTEGER NOT NULL,            -- as-of of the run that first saw it
  fresh_at  INTEGER,                     -- the largest updated_at read
  sources   INTEGER NOT NULL DEFAULT 1,  -- how many different rows were joined; past 1 they stand in source_rows
  extra     TEXT                         -- JSON object of undeclared columns
) STRICT;

CREATE TABLE lead_state (
  lead           INTEGER PRIMARY KEY,
  score          INTEGER,
  band           TEXT,
  stage          TEXT,
  owner          TEXT,
  queue          TEXT,
  next_change_at INTEGER NOT NULL,       -- due at or after this instant
  sop            INTEGER,                -- the version it was scored by
  moves_at       INTEGER NOT NULL DEFAULT 0 -- the engines behind scoring are due at or after this instant; negative: nobody could take it, and nobody asks again before that, unless something changes
) STRICT;
CREATE INDEX lead_state_by_owner ON lead_state(owner, stage) WHERE owner IS NOT NULL;
CREATE INDEX lead_state_by_queue ON lead_state(queue) WHERE queue IS NOT NULL;

-- What a standing says beside `lead_state`: a row only where there is something to say. `run` is the run that made the row.
CREATE TABLE standings (
  lead        INTEGER PRIMARY KEY,
  stage_at    INTEGER,
  came_from   TEXT,                      -- where `leave` takes it back to
  back_at     INTEGER,                   -- in a detour: when it comes back, and to which stage
  back_to     TEXT,
  spell_at    INTEGER,
  assigned_at INTEGER,
  accepted_at INTEGER,
  rejected_at INTEGER,
  rounds      TEXT,                      -- JSON array of names
  recycled_at INTEGER,
  barred_at   INTEGER,
  spent       TEXT,                      -- JSON object: detour -> instant
  owner_at    INTEGER,
  last_owner  TEXT,
  queue_at    INTEGER,
  last_queue  TEXT,
  below       TEXT,                      -- JSON object: band -> instant
  run         INTEGER NOT NULL
) STRICT;

CREATE TABLE identity_kinds (kind INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- What recognises a lead. `hash` is the identity's 64-bit hash; the text is compared on a hit.
CREATE TABLE identities (
  hash INTEGER NOT NULL,
  lead INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  text TEXT NOT NULL,
  run  INTEGER NOT NULL,
  PRIMARY KEY (hash, lead)
) STRICT, WITHOUT ROWID;

-- Values that identify nobody any more: seen under three or more names.
CREATE TABLE barred (hash INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, run INTEGER NOT NULL) STRICT;

-- The different rows that were joined into one lead, so that a join can be taken back.
CREATE TABLE source_rows (
  lead       INTEGER NOT NULL,
  source     INTEGER NOT NULL,           -- hash of the row's first identity
  file       TEXT NOT NULL,
  row        INTEGER NOT NULL,
  fields     TEXT NOT NULL,              -- JSON object of stored values
  identities TEXT NOT NULL,              -- JSON array of [kind, text]
  run        INTEGER NOT NULL,
  PRIMARY KEY (lead, source)
) STRICT, WITHOUT ROWID;

-- What an event was, apart from who and when: stored once, referred to by id.
-- `origin` is the lead column that it was read from (events_in), else blank.
CREATE TABLE details (detail INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL, run INTEGER NOT NULL) STRICT;
CREATE INDEX details_by_hash ON details(hash);

CREATE TABLE events (
  lead   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  seq    INTEGER NOT NULL,               -- tells equal instants apart; carries no meaning
  detail INTEGER NOT NULL,
  run    INTEGER NOT NULL,
  PRIMARY KEY (lead, at, seq)
) STRICT, WITHOUT ROWID;

-- Event ids of files that have them: an event seen twice is one event.
CREATE TABLE event_ids (hash INTEGER PRIMARY KEY, lead INTEGER, at INTEGER NOT NULL, detail INTEGER NOT NULL, run INTEGER NOT NULL) STRICT;

-- Events of leads that have not arrived yet, under the identity that they name.
CREATE TABLE waiting_events (
  hash   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  detail INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  text   TEXT NOT NULL,
  run    INTEGER NOT NULL,
  PRIMARY KEY (hash, at, detail)
) STRICT, WITHOUT ROWID;

-- Other names of what waits: an event that names an e-mail and a phone waits under the stronger one.
CREATE TABLE waiting_names (
  hash  INTEGER NOT NULL,
  waits INTEGER NOT NULL,                -- the hash under which it waits
  text  TEXT NOT NULL,
  run   INTEGER NOT NULL,
  PRIMARY KEY (hash, waits)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_names_by_waits ON waiting_names(waits);

-- Two leads that one row spoke of: a person decides (`sop merge`).
CREATE TABLE to_decide (
  lead  INTEGER NOT NULL,
  other INTEGER NOT NULL,
  why   TEXT NOT NULL,
  run   INTEGER NOT NULL,
  PRIMARY KEY (lead, other)
) STRICT, WITHOUT ROWID;

-- Dated stages: those that files told, and every move.
CREATE TABLE stage_history (
  lead  INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  stage TEXT NOT NULL,
  run   INTEGER NOT NULL,
  PRIMARY KEY (lead, at, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting_stages (
  hash INTEGER NOT NULL, at INTEGER NOT NULL, stage TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (hash, at, stage)
) STRICT, WITHOUT ROWID;

-- Deals. `deal` is a hash: of the source and the deal's own id, or of what stays the same about a deal without one.
CREATE TABLE deals (
  deal      INTEGER PRIMARY KEY,
  id        TEXT,                        -- its own, as told
  source    TEXT NOT NULL,
  lead      INTEGER,                     -- NULL: no lead that we know
  company   TEXT,
  owner     TEXT,
  amount    INTEGER,                     -- minor units
  kind      TEXT NOT NULL,               -- new, renewal, upsell, cross_sell; blank, or a word that nobody knows: it counts as new
  product   TEXT,
  opened_at INTEGER,
  closed_at INTEGER,
  status    TEXT NOT NULL,               -- open, won, lost
  reason    TEXT,
  lapsed_status TEXT,                    -- how it had been closed first, before a file said otherwise: won, lost
  lapsed_at INTEGER,                     -- and when: reports of that day were made
  run       INTEGER NOT NULL
) STRICT;
CREATE INDEX deals_by_lead ON deals(lead) WHERE lead IS NOT NULL;

-- Under which names rows of files named the lead of a deal or of a follow-up: what goes with whom when a lead is taken apart.
CREATE TABLE told_of (about INTEGER NOT NULL, hash INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (about, hash)) STRICT, WITHOUT ROWID;

-- Under which names the leads of deals without a lead are known: whoever arrives under one gets the deal.
CREATE TABLE waiting_deals (
  hash INTEGER NOT NULL, deal INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (hash, deal)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_deals_by_deal ON waiting_deals(deal);

-- Payments, also of deals that have not arrived. Equal ones without ids are one row with their number. `payment` is a hash of the source and
-- the payment's own id, which may be spread over several deals; 0: no file told an id.
CREATE TABLE payments (
  deal    INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  amount  INTEGER NOT NULL,              -- minor units
  payment INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  run     INTEGER NOT NULL,
  PRIMARY KEY (deal, at, amount, payment)
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_by_id ON payments(payment) WHERE payment <> 0;

-- Logged contacts of an owner with a lead. `origin` is blank, or what a row without a date is known by when it comes again.
CREATE TABLE follow_ups (
  lead     INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  seq      INTEGER NOT NULL,             -- tells equal instants apart; carries no meaning
  owner    TEXT,
  type     TEXT,                         -- call, email, wecom, visit
  outcome  TEXT,
  note     TEXT,
  pain     TEXT,
  progress TEXT,
  budget   TEXT,
  next_at  INTEGER,
  quality  TEXT,
  origin   TEXT NOT NULL,
  run      INTEGER NOT NULL,
  PRIMARY KEY (lead, at, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_ups_by_owner ON follow_ups(owner, at) WHERE owner IS NOT NULL;

-- What sales made of leads that were handed over.
CREATE TABLE verdicts (
  lead   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  owner  TEXT,
  reason TEXT,                           -- NULL = accepted
  origin TEXT NOT NULL,                  -- as in follow_ups
  run    INTEGER NOT NULL,
  PRIMARY KEY (lead, at, seq)
) STRICT, WITHOUT ROWID;

-- Who got which lead, when and how it ended.
CREATE TABLE assignments (
  lead       INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  owner      TEXT NOT NULL,
  from_owner TEXT,
  round      TEXT,                       -- NULL: by hand, or by a claim
  rule       TEXT,
  ended_at   INTEGER,
  ended_how  TEXT,                       -- handed-over, returned, reclaimed, rejected, won, by-hand
  run        INTEGER NOT NULL,
  PRIMARY KEY (lead, at, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_by_owner ON assignments(owner, at);
CREATE INDEX assignments_by_at ON assignments(at, owner, round);

-- Leads in queues, from when until when.
CREATE TABLE queue_stays (
  lead     INTEGER NOT NULL,
  from_at  INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  queue    TEXT NOT NULL,
  until_at INTEGER,                      -- NULL: still there
  how      TEXT,                         -- how it left
  run      INTEGER NOT NULL,
  PRIMARY KEY (lead, from_at, seq)
) STRICT, WITHOUT ROWID;

-- What the turns of each rule stand at. `run` is the run that made the row.
CREATE TABLE credits (
  round TEXT NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (round, rule)
) STRICT, WITHOUT ROWID;

-- Alerts that rang. `cause` is the event or the episode: for each, an alert rings once.
CREATE TABLE alerts (
  alert TEXT NOT NULL, lead INTEGER NOT NULL, cause TEXT NOT NULL,
  at INTEGER NOT NULL, recipient TEXT, run INTEGER NOT NULL,
  PRIMARY KEY (alert, lead, cause)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_by_lead ON alerts(lead);

-- When each alert rang last about a lead, and whether its state still held at the last look.
CREATE TABLE alert_state (
  lead INTEGER NOT NULL, alert TEXT NOT NULL, at INTEGER NOT NULL, still_true INTEGER NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (lead, alert)
) STRICT, WITHOUT ROWID;

-- What was done about promises: the warning and the breach of each clock, once each.
CREATE TABLE breaches (
  promise TEXT NOT NULL, lead INTEGER NOT NULL, start INTEGER NOT NULL, kind TEXT NOT NULL, -- warned, breached
  at INTEGER NOT NULL, owner TEXT, recipient TEXT, run INTEGER NOT NULL,
  open INTEGER NOT NULL DEFAULT 1,                                                         -- 0: answered since, or out of the owner's hands
  PRIMARY KEY (promise, lead, start, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX breaches_by_lead ON breaches(lead);

-- Words to colleagues, and whether they left. `notice` is a hash of what it is about and whom it is for. `medium` is `notify` until the
-- first `sop send` makes one row for each entry of `notify`.
CREATE TABLE notices (
  notice    INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  medium    TEXT NOT NULL,
  lead      INTEGER,
  subject   TEXT NOT NULL,
  body      TEXT NOT NULL,
  state     TEXT NOT NULL,               -- queued, sending, sent, failed, unknown
  attempts  INTEGER NOT NULL DEFAULT 0,
  next_try  INTEGER,                     -- not before this instant, after a failure that may pass
  sent_at   INTEGER,
  sent_run  INTEGER,                     -- the run of the last attempt
  error     TEXT,                        -- what the last attempt was told
  run       INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_by_lead ON notices(lead) WHERE lead IS NOT NULL;

-- The steps of a path as they were when somebody entered: the path's YAML, once per text.
-- `at`: as-of of the tick that first obeyed it; who matched a path before its first text came is noted.
CREATE TABLE path_versions (
  version INTEGER PRIMARY KEY, path TEXT NOT NULL, fingerprint TEXT NOT NULL UNIQUE, text TEXT NOT NULL, at INTEGER NOT NULL, run INTEGER NOT NULL
) STRICT;

-- Journeys: one lead on one path. `cause` tells several of one path apart: the event, the year, or the how-manieth time.
-- A lead that already matched when a path came is `noted`: it is counted and not written to.
CREATE TABLE enrollments (
  enrollment INTEGER PRIMARY KEY,        -- a hash of the lead's key, the path and the cause
  lead       INTEGER NOT NULL,
  path       TEXT NOT NULL,
  cause      TEXT NOT NULL,
  version    INTEGER,                    -- path_versions.version; NULL = noted
  state      TEXT NOT NULL,              -- noted, active, paused, finished, goal, exited, superseded
  control    INTEGER NOT NULL DEFAULT 0, -- 1: only measured, never written to
  entered_at INTEGER NOT NULL,
  day_one    TEXT,                       -- the local date that its days are counted from
  step       INTEGER NOT NULL DEFAULT 0, -- how many steps are behind it
  due_at     INTEGER,                    -- when the next thing is to be done
  last_at    INTEGER,                    -- when the step before really went
  hold_from  INTEGER,                    -- since when `hold_while` keeps the next step waiting
  wait_from  INTEGER,                    -- since when the next step, a `wait`, has been waiting
  met        TEXT,                       -- places of waits ahead whose condition held at the last look: '3,5'
  held       INTEGER NOT NULL DEFAULT 0, -- seconds that `hold_while` has moved the rest by
  lapsed_at  INTEGER,                    -- when its condition was first seen false since it entered
  ended_at   INTEGER,
  why        TEXT,                       -- why it ended, or is paused
  run        INTEGER NOT NULL,
  UNIQUE (lead, path, cause)
) STRICT;
CREATE INDEX enrollments_by_due ON enrollments(due_at) WHERE due_at IS NOT NULL;

-- Messages to leads, one per (enrollment, step, part) at most, in the outbox and after it. `message` is a hash of the three.
CREATE TABLE messages (
  message    INTEGER PRIMARY KEY,
  enrollment INTEGER NOT NULL,
  lead       INTEGER NOT NULL,
  path       TEXT NOT NULL,
  step       TEXT NOT NULL,
  part       TEXT NOT NULL,              -- main, fallback
  medium     TEXT NOT NULL,
  service    INTEGER NOT NULL,           -- 1: its content serves and does not advertise
  content    TEXT,
  experiment TEXT,
  arm        TEXT,
  address    TEXT,
  colleague  TEXT,                       -- the owner through whom it leaves, where one is needed
  subject    TEXT,
  body       TEXT,                       -- Markdown, filled in
  state      TEXT NOT NULL,              -- queued, sending, sent, failed, unknown, held, deferred, suppressed, skipped, cancelled
  reason     TEXT,                       -- why it is where it is
  due_at     INTEGER NOT NULL,           -- when its step was due
  not_before INTEGER NOT NULL,           -- the next opening of its medium
  not_after  INTEGER,                    -- later than this it is skipped
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_try   INTEGER,
  claimed_at INTEGER,                    -- the last attempt: what is known of one that is `unknown`
  sent_at    INTEGER,
  sent_run   INTEGER,                    -- the run of the last attempt
  run        INTEGER NOT NULL,
  UNIQUE (enrollment, step, part)
) STRICT;
CREATE INDEX messages_by_lead ON messages(lead);
CREATE INDEX messages_by_address ON messages(address COLLATE NOCASE) WHERE address IS NOT NULL;
CREATE INDEX messages_by_state ON messages(state, not_before) WHERE state IN ('queued', 'sending', 'deferred', 'held', 'unknown');

-- What came back. `message` is NULL where it belongs to none of ours. What no person did is told apart when it is asked for.
CREATE TABLE feedback (
  hash    INTEGER PRIMARY KEY,           -- of kind, message (or address and content), instant and link: told twice is once
  message INTEGER,
  lead    INTEGER,
  kind    TEXT NOT NULL,                 -- open, click, reply, bounce, complaint, unsubscribe
  at      INTEGER NOT NULL,
  medium  TEXT NOT NULL,
  address TEXT,
  content TEXT,
  link    TEXT,
  run     INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_by_message ON feedback(message) WHERE message IS NOT NULL;

-- Until when everything of a kind that came back by a medium has been imported.
CREATE TABLE feedback_cover (medium TEXT NOT NULL, kind TEXT NOT NULL, until INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (medium, kind)) STRICT, WITHOUT ROWID;

-- Addresses that must not be written to. `hash` is the address's; `medium` is `*` for all.
CREATE TABLE suppressions (
  hash    INTEGER NOT NULL,
  medium  TEXT NOT NULL,
  address TEXT NOT NULL,
  kind    TEXT NOT NULL,                 -- unsubscribe, complaint, bounce, by-hand
  at      INTEGER NOT NULL,
  why     TEXT NOT NULL,
  run     INTEGER NOT NULL,
  PRIMARY KEY (hash, medium, kind)
) STRICT, WITHOUT ROWID;

-- Which arm of an experiment a lead is in, from its first exposure on.
CREATE TABLE exposures (experiment TEXT NOT NULL, lead INTEGER NOT NULL, arm TEXT NOT NULL, at INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (experiment, lead)) STRICT, WITHOUT ROWID;
CREATE INDEX exposures_by_lead ON exposures(lead);

-- What was spent, day by day. A later file for the same (kind, channel, day) replaces that day; the old rows stay as superseded.
CREATE TABLE costs (
  cost          INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL,           -- media, event, people, tools, agency, sales
  channel       TEXT,                    -- an id of the dictionary, or the text as told where it knows none
  campaign      TEXT,
  day           TEXT NOT NULL,           -- YYYY-MM-DD
  amount        INTEGER NOT NULL,        -- minor units
  impressions   INTEGER,
  clicks        INTEGER,
  file          TEXT NOT NULL,
  superseded_by INTEGER,                 -- the run that replaced it
  run           INTEGER NOT NULL
) STRICT;
CREATE INDEX costs_by_day ON costs(day, kind, channel);

-- Every recorded fact of every run.
CREATE TABLE changes (
  change  INTEGER PRIMARY KEY,
  run     INTEGER NOT NULL,
  lead    INTEGER NOT NULL,
  what    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  "from"  TEXT,
  "to"    TEXT,
  why     TEXT NOT NULL
) STRICT;
CREATE INDEX changes_by_lead ON changes(lead);
CREATE INDEX changes_by_run ON changes(run);

-- Rows as they were before a run touched them, for `sop undo`. Only the newest runs keep theirs.
CREATE TABLE undo (
  run    INTEGER NOT NULL,
  tbl    TEXT NOT NULL,
  pk     TEXT NOT NULL,
  lead   INTEGER,
  made   INTEGER,                        -- the run that had created the row, where the table knows it
  before TEXT NOT NULL,                  -- SQL literals, in the table's column order
  PRIMARY KEY (run, tbl, pk)
) STRICT, WITHOUT ROWID;

-- Offsets of the calendar's zone, so that other tools print local times that are right over DST.
CREATE TABLE zone (from_at INTEGER PRIMARY KEY, "offset" INTEGER NOT NULL) STRICT;
