-- SPDX-License-Identifier: Apache-2.0
-- What Belay adds to a position, and its own tables.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS uid TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS account_name TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS execution_key TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS option_symbol TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS multiplier INTEGER;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS original_quantity TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS price_domain TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS management TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS bracket_expected INTEGER;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS entry_order_id TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS good_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS priced_at TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS suspect_trade TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS unsound_since TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS concern TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS concern_since TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS frozen TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_state TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS realised_result TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_order_id TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS fees TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS entry_underlying_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS peak_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS trail_percent TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS trail_amount TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS scale_out_ladder TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS best_excursion TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS worst_excursion TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS seconds_unguarded INTEGER;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exact_values TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS belay_active_positions_uid ON active_positions(uid);
CREATE UNIQUE INDEX IF NOT EXISTS belay_active_positions_execution ON active_positions(account_name, execution_key)
  WHERE execution_key IS NOT NULL;

CREATE TABLE IF NOT EXISTS position_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT
);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS position_id INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS uid TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS account_name TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS execution_key TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS ticker TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS instrument_type TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS strategy_type TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS side TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS quantity TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS multiplier INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_price TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_price TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_time TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_time TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS pnl_dollars TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS pnl_pct TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS strike_price TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS expiration_date TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS option_symbol TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS stop_loss TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS take_profit TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS max_hold_minutes INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS holding_seconds INTEGER;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_reason TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_order_id TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS best_excursion TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS worst_excursion TEXT;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS created_at TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS belay_position_history_position ON position_history(position_id);

CREATE TABLE IF NOT EXISTS belay_accounts (
  account_name TEXT PRIMARY KEY,
  account_number TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS belay_imports (
  account_name TEXT NOT NULL,
  execution_key TEXT NOT NULL,
  upstream_account TEXT NOT NULL,
  outcome TEXT NOT NULL,
  imported_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  PRIMARY KEY (account_name, execution_key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS belay_commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_name TEXT NOT NULL,
  lot_uid TEXT NOT NULL,
  quantity TEXT,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  finished_at TEXT
);
CREATE INDEX IF NOT EXISTS belay_commands_waiting ON belay_commands(account_name) WHERE finished_at IS NULL;

-- What a pass settles (imports, finished commands, the account's number) arrives as rows of this view, so that one
-- statement writes all three.
CREATE VIEW belay_settlements AS SELECT '' AS kind, '' AS account_name, '' AS key, '' AS upstream, '' AS outcome LIMIT 0;
CREATE TRIGGER belay_settle_import INSTEAD OF INSERT ON belay_settlements WHEN NEW.kind = 'import' BEGIN
  INSERT INTO belay_imports (account_name, execution_key, upstream_account, outcome)
  VALUES (NEW.account_name, NEW.key, NEW.upstream, NEW.outcome)
  ON CONFLICT (account_name, execution_key) DO UPDATE SET outcome = excluded.outcome;
END;
CREATE TRIGGER belay_settle_command INSTEAD OF INSERT ON belay_settlements WHEN NEW.kind = 'command' BEGIN
  UPDATE belay_commands SET finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE id = CAST(NEW.key AS INTEGER) AND account_name = NEW.account_name AND finished_at IS NULL;
END;
CREATE TRIGGER belay_settle_account INSTEAD OF INSERT ON belay_settlements WHEN NEW.kind = 'account' BEGIN
  INSERT INTO belay_accounts (account_name, account_number) VALUES (NEW.account_name, NEW.key)
  ON CONFLICT (account_name) DO UPDATE SET account_number = excluded.account_number;
END;

CREATE TABLE IF NOT EXISTS belay_settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
