-- SPDX-License-Identifier: Apache-2.0
-- What people are told. An alert is a row of position_events; beyond the cursor of its account it is folded into
-- belay_alerts (one row for each cause and lot), and belay_messages is what goes out, kept until it was sent.
CREATE TABLE IF NOT EXISTS belay_alert_desks (
  account_name TEXT PRIMARY KEY,
  last_event INTEGER NOT NULL,
  last_alert INTEGER NOT NULL DEFAULT 0,
  all_clear_on TEXT
);
CREATE TABLE IF NOT EXISTS belay_alerts (
  account_name TEXT NOT NULL,
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  identity TEXT NOT NULL,
  cause TEXT NOT NULL,
  severity TEXT NOT NULL,
  position_id INTEGER,
  symbol TEXT NOT NULL,
  said TEXT NOT NULL,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  times INTEGER NOT NULL,
  reminders INTEGER NOT NULL,
  look_at TEXT,
  acknowledged_at TEXT,
  acknowledged_by TEXT,
  acknowledged_why TEXT,
  ended_at TEXT,
  PRIMARY KEY (account_name, number)
);
CREATE INDEX IF NOT EXISTS belay_alerts_open ON belay_alerts(account_name) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS belay_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_name TEXT NOT NULL,
  identity TEXT NOT NULL,
  channel TEXT NOT NULL,
  urgency INTEGER NOT NULL,
  alert INTEGER,
  content TEXT NOT NULL,
  created_at TEXT NOT NULL,
  next_attempt_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  sent_at TEXT,
  UNIQUE (account_name, identity, channel)
);
CREATE INDEX IF NOT EXISTS belay_messages_waiting ON belay_messages(account_name, next_attempt_at) WHERE sent_at IS NULL;
CREATE INDEX IF NOT EXISTS belay_messages_created ON belay_messages(account_name, created_at);
-- What is folded, found without a walk over every price.
CREATE INDEX IF NOT EXISTS belay_events_to_tell ON position_events(id) WHERE event_type IN ('alert', 'closed');
