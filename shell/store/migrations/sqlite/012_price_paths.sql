-- SPDX-License-Identifier: Apache-2.0
-- The price path of a closed position is written after its row of history; until then it is due. What it is put
-- together from is kept until then and no longer.
ALTER TABLE position_history ADD COLUMN IF NOT EXISTS price_path_due INTEGER;
CREATE INDEX IF NOT EXISTS belay_position_history_due ON position_history(id) WHERE price_path_due;
DELETE FROM belay_price_paths WHERE position_id IN (SELECT position_id FROM position_history WHERE price_path IS NOT NULL);
