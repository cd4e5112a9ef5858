-- SPDX-License-Identifier: Apache-2.0
-- The plan's tables and view, or those of another service brought to the same shape: missing columns are added, types
-- that would lose are widened, rows stay. What a view of somebody else's keeps from being widened stays as it is.

-- A foreign key where the upstream's table has an integer id, and only on a table that is made here.
DO $$
DECLARE
  fresh boolean := to_regclass('active_positions') IS NULL;
BEGIN
  CREATE TABLE IF NOT EXISTS active_positions (
    id serial PRIMARY KEY,
    execution_id integer,
    ticker varchar(32) NOT NULL,
    instrument_type varchar(20) NOT NULL,
    strategy_type varchar(20) NOT NULL,
    side varchar(10) NOT NULL,
    quantity numeric(20, 9) NOT NULL,
    entry_price numeric(20, 9) NOT NULL,
    entry_time timestamptz NOT NULL,
    strike_price numeric(20, 9),
    expiration_date date,
    stop_loss numeric(20, 9),
    take_profit numeric(20, 9),
    max_hold_minutes integer,
    bracket_order_accepted boolean DEFAULT false,
    stop_order_id varchar(100),
    target_order_id varchar(100),
    current_price numeric(20, 9),
    current_pnl_dollars numeric(20, 9),
    current_pnl_percent numeric(20, 9),
    last_checked_at timestamptz,
    check_count integer DEFAULT 0,
    status varchar(20) DEFAULT 'open',
    close_reason varchar(50),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    closed_at timestamptz
  );
  IF fresh AND EXISTS (
    SELECT 1 FROM pg_attribute
    WHERE attrelid = to_regclass('dispatch_executions') AND attname = 'id' AND NOT attisdropped
      AND atttypid IN ('integer'::regtype, 'bigint'::regtype)
  ) THEN
    BEGIN
      ALTER TABLE active_positions ADD CONSTRAINT active_positions_execution_id_fkey
        FOREIGN KEY (execution_id) REFERENCES dispatch_executions(id) ON DELETE SET NULL;
    EXCEPTION WHEN invalid_foreign_key OR insufficient_privilege OR wrong_object_type THEN
      NULL;  -- a view, no unique id, or not ours to refer to: the number is kept without the constraint
    END;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS position_events (
  id serial PRIMARY KEY,
  position_id integer REFERENCES active_positions(id),
  event_type varchar(50) NOT NULL,
  event_data jsonb,
  created_at timestamptz DEFAULT now()
);

-- The view is made anew below; whoever was granted something on it keeps that.
CREATE TEMPORARY TABLE belay_kept_grants ON COMMIT DROP AS
  SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee, g.privilege_type AS privilege
  FROM pg_class c, aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
  WHERE c.oid = to_regclass('v_open_positions_summary') AND g.grantee <> c.relowner
    AND (g.grantee = 0 OR r.rolname IS NOT NULL);
DO $$
BEGIN
  DROP VIEW IF EXISTS v_open_positions_summary;
EXCEPTION WHEN dependent_objects_still_exist THEN
  NULL;  -- replaced in place below
END $$;

ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS execution_id integer;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS strike_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS expiration_date date;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS stop_loss numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS take_profit numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS max_hold_minutes integer;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS bracket_order_accepted boolean DEFAULT false;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS stop_order_id varchar(100);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS target_order_id varchar(100);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_pnl_dollars numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS current_pnl_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS last_checked_at timestamptz;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS check_count integer DEFAULT 0;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS status varchar(20) DEFAULT 'open';
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS close_reason varchar(50);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS closed_at timestamptz;
ALTER TABLE position_events ADD COLUMN IF NOT EXISTS event_data jsonb;
ALTER TABLE position_events ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now();

-- Types that would lose: decimals to nine places, times with a zone (without one they are UTC), longer tickers.
DO $$
DECLARE
  narrow record;
  wider text;
BEGIN
  FOR narrow IN
    SELECT t.relation, a.attname AS name, a.atttypid AS type
    FROM (VALUES ('active_positions'), ('position_events'), ('position_history')) t(relation)
    JOIN pg_attribute a ON a.attrelid = to_regclass(t.relation) AND a.attnum > 0 AND NOT a.attisdropped
    WHERE (a.attname IN ('quantity', 'entry_price', 'strike_price', 'stop_loss', 'take_profit', 'current_price',
                         'current_pnl_dollars', 'current_pnl_percent', 'original_quantity', 'peak_price',
                         'entry_underlying_price', 'exit_price', 'pnl_dollars', 'pnl_pct')
           AND (a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'real'::regtype,
                               'double precision'::regtype)
                OR (a.atttypid = 'numeric'::regtype AND a.atttypmod >= 4
                    AND (((a.atttypmod - 4) & 2047) < 9
                         OR (((a.atttypmod - 4) >> 16) & 65535) - ((a.atttypmod - 4) & 2047) < 11))))
       OR (a.attname IN ('entry_time', 'last_checked_at', 'created_at', 'updated_at', 'closed_at', 'exit_time')
           AND a.atttypid = 'timestamp'::regtype)
       OR (a.attname = 'ticker' AND a.atttypid = 'varchar'::regtype AND a.atttypmod BETWEEN 4 AND 35)
  LOOP
    wider := CASE WHEN narrow.type = 'timestamp'::regtype
                    THEN format('timestamptz USING %I AT TIME ZONE ''UTC''', narrow.name)
                  WHEN narrow.type = 'varchar'::regtype THEN 'varchar(32)'
                  ELSE 'numeric(20, 9)' END;
    BEGIN
      EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE %s', narrow.relation, narrow.name, wider);
    EXCEPTION WHEN feature_not_supported OR numeric_value_out_of_range OR datatype_mismatch THEN
      NULL;  -- somebody's view reads it, or its values are wider elsewhere: what does not fit is kept in exact_values
    END;
  END LOOP;
END $$;

CREATE INDEX IF NOT EXISTS idx_active_positions_status ON active_positions(status);
CREATE INDEX IF NOT EXISTS idx_active_positions_ticker ON active_positions(ticker);
CREATE INDEX IF NOT EXISTS idx_active_positions_expiration ON active_positions(expiration_date)
  WHERE expiration_date IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_position_events_position ON position_events(position_id);
CREATE INDEX IF NOT EXISTS idx_position_events_type ON position_events(event_type);

-- Seconds since 1970 on both sides: right for times with a zone and for those without, which are UTC, whatever zone the
-- reading session has.
CREATE OR REPLACE VIEW v_open_positions_summary AS
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
  (extract(epoch FROM now()) - extract(epoch FROM ap.entry_time)) / 60 AS hold_minutes,
  ap.max_hold_minutes,
  (extract(epoch FROM ap.expiration_date) - extract(epoch FROM now())) / 3600 AS hours_to_expiration,
  ap.bracket_order_accepted,
  ap.last_checked_at,
  ap.check_count
FROM active_positions ap
WHERE ap.status = 'open'
ORDER BY ap.entry_time DESC;

DO $$
DECLARE
  kept record;
BEGIN
  FOR kept IN SELECT * FROM belay_kept_grants LOOP
    EXECUTE format('GRANT %s ON v_open_positions_summary TO %s', kept.privilege, kept.grantee);
  END LOOP;
END $$;
DROP TABLE belay_kept_grants;
