-- SPDX-License-Identifier: Apache-2.0
-- The events of a service's lives: a check of another service that refuses their word is dropped, as 002 does with those
-- that refused the words of then.
DO $$
DECLARE
  rule record;
  allows boolean;
BEGIN
  FOR rule IN
    SELECT c.conname, pg_get_expr(c.conbin, c.conrelid) AS expression
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'c' AND array_length(c.conkey, 1) = 1 AND a.attname = 'event_type'
      AND c.conrelid = 'position_events'::regclass
  LOOP
    EXECUTE format('SELECT (%s) IS NOT FALSE FROM (SELECT $1::varchar AS event_type) AS t', rule.expression)
      INTO allows USING 'service';
    IF NOT allows THEN
      EXECUTE format('ALTER TABLE position_events DROP CONSTRAINT %I', rule.conname);
    END IF;
  END LOOP;
END $$;
