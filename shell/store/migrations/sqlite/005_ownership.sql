-- SPDX-License-Identifier: Apache-2.0
-- What a position is, whatever its symbol comes to mean; splits that it counts and that it awaits; people's words other
-- than "close".
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS asset_id TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS split_applied TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS split_due TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS splits_checked TEXT;
ALTER TABLE belay_commands ADD COLUMN IF NOT EXISTS terms TEXT;
