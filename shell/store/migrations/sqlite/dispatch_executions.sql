-- SPDX-License-Identifier: Apache-2.0
-- Only where no such table is: the upstream's table in the plan's shape, so that an embedded database is complete.
CREATE TABLE dispatch_executions (
  id INTEGER PRIMARY KEY,
  account_name TEXT,
  ticker TEXT NOT NULL,
  instrument_type TEXT NOT NULL DEFAULT 'STOCK',
  strategy_type TEXT,
  side TEXT NOT NULL DEFAULT 'long',
  quantity TEXT NOT NULL,
  entry_price TEXT NOT NULL,
  entry_time TEXT NOT NULL,
  strike_price TEXT,
  expiration_date TEXT,
  option_symbol TEXT,
  stop_loss TEXT,
  take_profit TEXT,
  max_hold_minutes INTEGER,
  bracket_order_accepted INTEGER DEFAULT 0,
  broker_order_id TEXT,
  stop_order_id TEXT,
  target_order_id TEXT,
  status TEXT NOT NULL DEFAULT 'PENDING',
  created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
