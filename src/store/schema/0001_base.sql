-- The base: leads, what recognises them, what they did, where they stand, and every run that made it so.
-- Declared fields become columns of `leads`, groups columns of `lead_state`, event fields columns of `details`
-- (added by the program as they are declared). The internal key is `lead` everywhere.

CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

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
  sop            INTEGER                 -- the version it was scored by
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

-- Dated stages that files told.
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
