-- SPDX-License-Identifier: Apache-2.0
-- A person's pause of a position; what its history tells; the price paths into which old price updates are folded.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS pause_state TEXT;

ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_domain TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS management TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_order_id TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_underlying_price TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS rules TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_reasons TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_message TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_operator TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS triggered_at TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS trigger_price TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS trigger_price_at TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS requested_at TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS acknowledged_at TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS filled_at TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_orders INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS slippage TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS stop_in_force TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS target_in_force TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS bracket_expected INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS bracket_order_accepted INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS guard_orders INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS guard_failures INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS seconds_unguarded INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS check_count INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS fees TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_path TEXT;
CREATE INDEX IF NOT EXISTS belay_position_history_exit ON position_history(exit_time);

-- One day (UTC) of one position: [[seconds since 1970, price], ...], a sample a minute.
CREATE TABLE IF NOT EXISTS belay_price_paths (
  position_id INTEGER NOT NULL,
  day TEXT NOT NULL,
  samples TEXT NOT NULL,
  PRIMARY KEY (position_id, day)
) WITHOUT ROWID;

-- The same names and first columns as before, and the time: so that a position's day is found without the rest of it.
DROP INDEX IF EXISTS idx_position_events_position;
CREATE INDEX idx_position_events_position ON position_events(position_id, created_at);
DROP INDEX IF EXISTS idx_position_events_type;
CREATE INDEX idx_position_events_type ON position_events(event_type, created_at);
-- As `events` compares times: a text with a fraction of a second does not sort by itself beside one without.
CREATE INDEX IF NOT EXISTS belay_position_events_time ON position_events(julianday(created_at));
