-- SPDX-License-Identifier: Apache-2.0
-- What Belay adds to a position, and its own tables.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS uid text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS account_name varchar(50);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS execution_key text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS option_symbol varchar(32);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS multiplier bigint;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS original_quantity numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS price_domain text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS management text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS bracket_expected boolean;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS entry_order_id text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS good_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS priced_at timestamptz;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS suspect_trade jsonb;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS unsound_since timestamptz;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS concern text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS concern_since timestamptz;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS frozen text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_state jsonb;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS realised_result numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exit_order_id text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS fees numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS entry_underlying_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS peak_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS trail_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS trail_amount numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS scale_out_ladder jsonb;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS best_excursion numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS worst_excursion numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS seconds_unguarded bigint;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS exact_values jsonb;
CREATE UNIQUE INDEX IF NOT EXISTS belay_active_positions_uid ON active_positions(uid);
CREATE UNIQUE INDEX IF NOT EXISTS belay_active_positions_execution ON active_positions(account_name, execution_key)
  WHERE execution_key IS NOT NULL;

CREATE TABLE IF NOT EXISTS position_history (
  id serial PRIMARY KEY
);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS position_id integer;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS uid text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS account_name text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS execution_key text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS ticker varchar(32);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS instrument_type varchar(20);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS strategy_type varchar(20);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS side varchar(10);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS quantity numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS multiplier bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_price numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_price numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS entry_time timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_time timestamptz;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS pnl_dollars numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS pnl_pct numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS strike_price numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS expiration_date date;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS option_symbol varchar(32);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS stop_loss numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS take_profit numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS max_hold_minutes bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS holding_seconds bigint;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_reason varchar(50);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS exit_order_id text;
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS best_excursion numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS worst_excursion numeric(20, 9);
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();
CREATE UNIQUE INDEX IF NOT EXISTS belay_position_history_position ON position_history(position_id);

CREATE TABLE IF NOT EXISTS belay_accounts (
  account_name text PRIMARY KEY,
  account_number text NOT NULL
);
CREATE TABLE IF NOT EXISTS belay_imports (
  account_name text NOT NULL,
  execution_key text NOT NULL,
  upstream_account text NOT NULL,
  outcome text NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_name, execution_key)
);
CREATE TABLE IF NOT EXISTS belay_commands (
  id bigserial PRIMARY KEY,
  account_name text NOT NULL,
  lot_uid text NOT NULL,
  quantity numeric(20, 9),
  who text NOT NULL,
  why text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS belay_commands_waiting ON belay_commands(account_name) WHERE finished_at IS NULL;
CREATE TABLE IF NOT EXISTS belay_settings (
  name text PRIMARY KEY,
  value text NOT NULL
);

-- Columns of another service that must not be null, but of which we know nothing, may be null from now on.
DO $$
DECLARE
  theirs record;
BEGIN
  FOR theirs IN
    SELECT a.attrelid::regclass AS relation, a.attname AS name
    FROM pg_attribute a
    WHERE a.attrelid IN ('active_positions'::regclass, 'position_events'::regclass, 'position_history'::regclass)
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
      AND a.attgenerated = ''
      AND a.attname NOT IN ('id', 'ticker', 'instrument_type', 'strategy_type', 'side', 'quantity', 'entry_price',
                            'entry_time', 'event_type')
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', theirs.relation, theirs.name);
  END LOOP;
END $$;

-- A check of another service that refuses one of our words is dropped: it would keep whole passes from being recorded.
DO $$
DECLARE
  rule record;
  allows boolean;
BEGIN
  FOR rule IN
    SELECT c.conname, c.conrelid::regclass AS relation, a.attname AS name, pg_get_expr(c.conbin, c.conrelid) AS expression,
           w.words
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    JOIN (VALUES
      ('instrument_type', ARRAY['STOCK', 'CALL', 'PUT', 'CRYPTO']),
      ('strategy_type', ARRAY['day_trade', 'swing_trade']),
      ('side', ARRAY['long', 'short']),
      ('status', ARRAY['open', 'closing', 'closed']),
      ('close_reason', ARRAY['stop_loss', 'take_profit', 'trailing_stop', 'scale_out', 'missing_brackets', 'day_trade_close',
                           'expiration_risk', 'max_hold_time', 'manual_close', 'account_loss_limit', 'external_close',
                           'expired', 'exercised', 'assigned', 'broker_liquidation', 'corporate_action']),
      ('exit_reason', ARRAY['stop_loss', 'take_profit', 'trailing_stop', 'scale_out', 'missing_brackets', 'day_trade_close',
                           'expiration_risk', 'max_hold_time', 'manual_close', 'account_loss_limit', 'external_close',
                           'expired', 'exercised', 'assigned', 'broker_liquidation', 'corporate_action']),
      ('event_type', ARRAY['created', 'check', 'price_update', 'exit_triggered', 'order_submitted', 'order_update',
                           'partial_fill_detected', 'guards_restored', 'order_failed', 'closed', 'adopted', 'merged',
                           'reconciled', 'frozen', 'amber', 'operator', 'monitor_error', 'alert'])
    ) w(name, words) ON w.name = a.attname
    WHERE c.contype = 'c' AND array_length(c.conkey, 1) = 1
      AND c.conrelid IN ('active_positions'::regclass, 'position_events'::regclass, 'position_history'::regclass)
  LOOP
    EXECUTE format('SELECT bool_and((%s) IS NOT FALSE) FROM unnest($1::varchar[]) AS t(%I)', rule.expression, rule.name)
      INTO allows USING rule.words;
    IF NOT allows THEN
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.relation, rule.conname);
    END IF;
  END LOOP;
END $$;
