-- SPDX-License-Identifier: Apache-2.0
-- The price path of a closed position is written after its row of history; until then it is due. What it is put
-- together from is kept until then and no longer.
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_path_due boolean;
CREATE INDEX IF NOT EXISTS belay_position_history_due ON position_history(id) WHERE price_path_due;
DELETE FROM belay_price_paths WHERE position_id IN (SELECT position_id FROM position_history WHERE price_path IS NOT NULL);

-- The data of an event as JSON, whatever type the column has. In a table of another service it may be a text with
-- anything in it: what is no JSON is NULL, and no statement fails for it.
CREATE OR REPLACE FUNCTION belay_json(data jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT data';
CREATE OR REPLACE FUNCTION belay_json(data text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CAST(data AS jsonb);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION belay_json(data json) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CAST(data AS jsonb);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END $$;
