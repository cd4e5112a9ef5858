-- SPDX-License-Identifier: Apache-2.0
-- Only where no such table is: the upstream's table in the plan's shape, so that an embedded database is complete.
CREATE TABLE dispatch_executions (
  id serial PRIMARY KEY,
  account_name varchar(50),
  ticker varchar(32) NOT NULL,
  instrument_type varchar(20) NOT NULL DEFAULT 'STOCK',
  strategy_type varchar(20),
  side varchar(10) NOT NULL DEFAULT 'long',
  quantity numeric(20, 9) NOT NULL,
  entry_price numeric(20, 9) NOT NULL,
  entry_time timestamptz NOT NULL,
  strike_price numeric(20, 9),
  expiration_date date,
  option_symbol varchar(32),
  stop_loss numeric(20, 9),
  take_profit numeric(20, 9),
  max_hold_minutes integer,
  bracket_order_accepted boolean DEFAULT false,
  broker_order_id varchar(100),
  stop_order_id varchar(100),
  target_order_id varchar(100),
  status varchar(20) NOT NULL DEFAULT 'PENDING',
  created_at timestamptz DEFAULT now()
);
