-- SPDX-License-Identifier: Apache-2.0
-- What people are told. An alert is a row of position_events; beyond the cursor of its account it is folded into
-- belay_alerts (one row for each cause and lot), and belay_messages is what goes out, kept until it was sent.
CREATE TABLE IF NOT EXISTS belay_alert_desks (
  account_name text PRIMARY KEY,
  last_event bigint NOT NULL,
  last_alert bigint NOT NULL DEFAULT 0,
  all_clear_on text
);
CREATE TABLE IF NOT EXISTS belay_alerts (
  account_name text NOT NULL,
  number bigint NOT NULL,
  key text NOT NULL,
  identity text NOT NULL,
  cause text NOT NULL,
  severity text NOT NULL,
  position_id bigint,
  symbol text NOT NULL,
  said text NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  times bigint NOT NULL,
  reminders bigint NOT NULL,
  look_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_why text,
  ended_at timestamptz,
  PRIMARY KEY (account_name, number)
);
CREATE INDEX IF NOT EXISTS belay_alerts_open ON belay_alerts(account_name) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS belay_messages (
  id bigserial PRIMARY KEY,
  account_name text NOT NULL,
  identity text NOT NULL,
  channel text NOT NULL,
  urgency integer NOT NULL,
  alert bigint,
  content text NOT NULL,
  created_at timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  sent_at timestamptz,
  UNIQUE (account_name, identity, channel)
);
CREATE INDEX IF NOT EXISTS belay_messages_waiting ON belay_messages(account_name, next_attempt_at) WHERE sent_at IS NULL;
CREATE INDEX IF NOT EXISTS belay_messages_created ON belay_messages(account_name, created_at);
-- What is folded, found without a walk over every price.
CREATE INDEX IF NOT EXISTS belay_events_to_tell ON position_events(id) WHERE event_type IN ('alert', 'closed');
