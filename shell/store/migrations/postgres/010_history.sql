-- SPDX-License-Identifier: Apache-2.0
-- A person's pause of a position; what its history tells; the price paths into which old price updates are folded.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS pause_state jsonb;

ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_domain text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS management text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_order_id text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_underlying_price numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS rules jsonb;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_reasons jsonb;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_message text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_operator text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS triggered_at timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS trigger_price numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS trigger_price_at timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS requested_at timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS acknowledged_at timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS filled_at timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_orders bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS slippage numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS stop_in_force numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS target_in_force numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS bracket_expected boolean;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS bracket_order_accepted boolean;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS guard_orders bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS guard_failures bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS seconds_unguarded bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS check_count bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS fees numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_path jsonb;
CREATE INDEX IF NOT EXISTS belay_position_history_exit ON position_history(exit_time);

-- One day (UTC) of one position: [[seconds since 1970, price], ...], a sample a minute.
CREATE TABLE IF NOT EXISTS belay_price_paths (
  position_id bigint NOT NULL,
  day date NOT NULL,
  samples jsonb NOT NULL,
  PRIMARY KEY (position_id, day)
);

-- The same names and first columns as before, and the time: so that a position's day is found without the rest of it.
DROP INDEX IF EXISTS idx_position_events_position;
CREATE INDEX idx_position_events_position ON position_events(position_id, created_at);
DROP INDEX IF EXISTS idx_position_events_type;
CREATE INDEX idx_position_events_type ON position_events(event_type, created_at);
CREATE INDEX IF NOT EXISTS belay_position_events_time ON position_events(created_at, id);
