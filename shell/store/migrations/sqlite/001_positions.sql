-- SPDX-License-Identifier: Apache-2.0
-- The plan's tables and view. SQLite has no exact decimals: numbers with decimals are TEXT, written in full and read in
-- full ('12.5', never 12.5 as a float); cast them where you compute. Times are RFC 3339 text in UTC, JSON is text.
CREATE TABLE IF NOT EXISTS active_positions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id INTEGER,
  ticker TEXT NOT NULL,
  instrument_type TEXT NOT NULL,
  strategy_type TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  entry_price TEXT NOT NULL,
  entry_time TEXT NOT NULL,
  status TEXT DEFAULT 'open',
  created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS execution_id INTEGER;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS strike_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS expiration_date TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS stop_loss TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS take_profit TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS max_hold_minutes INTEGER;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS bracket_order_accepted INTEGER DEFAULT 0;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS stop_order_id TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS target_order_id TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_pnl_dollars TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_pnl_percent TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS last_checked_at TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS check_count INTEGER DEFAULT 0;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS close_reason TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS created_at TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS updated_at TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS closed_at TEXT;
CREATE INDEX IF NOT EXISTS idx_active_positions_status ON active_positions(status);
CREATE INDEX IF NOT EXISTS idx_active_positions_ticker ON active_positions(ticker);
CREATE INDEX IF NOT EXISTS idx_active_positions_expiration ON active_positions(expiration_date)
  WHERE expiration_date IS NOT NULL;

CREATE TABLE IF NOT EXISTS position_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position_id INTEGER REFERENCES active_positions(id),
  event_type TEXT NOT NULL,
  event_data TEXT,
  created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
ALTER TABLE position_events ADD COLUMN IF NOT EXISTS event_data TEXT;
ALTER TABLE position_events ADD COLUMN IF NOT EXISTS created_at TEXT;
CREATE INDEX IF NOT EXISTS idx_position_events_position ON position_events(position_id);
CREATE INDEX IF NOT EXISTS idx_position_events_type ON position_events(event_type);

DROP VIEW IF EXISTS v_open_positions_summary;
CREATE VIEW v_open_positions_summary AS
SELECT
  ap.id,
  ap.ticker,
  ap.instrument_type,
  ap.strategy_type,
  ap.quantity,
  ap.entry_price,
  ap.current_price,
  ap.current_pnl_dollars,
  ap.current_pnl_percent,
  ap.stop_loss,
  ap.take_profit,
  ap.entry_time,
  ap.expiration_date,
  (julianday('now') - julianday(ap.entry_time)) * 1440.0 AS hold_minutes,
  ap.max_hold_minutes,
  (julianday(ap.expiration_date) - julianday('now')) * 24.0 AS hours_to_expiration,
  ap.bracket_order_accepted,
  ap.last_checked_at,
  ap.check_count
FROM active_positions ap
WHERE ap.status = 'open'
ORDER BY julianday(ap.entry_time) DESC;
