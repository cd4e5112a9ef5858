-- SPDX-License-Identifier: Apache-2.0
-- What a position is, whatever its symbol comes to mean; splits that it counts and that it awaits; people's words other
-- than "close".
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS asset_id text;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS split_applied date;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS split_due date;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS splits_checked date;
ALTER TABLE belay_commands ADD COLUMN IF NOT EXISTS terms text;
