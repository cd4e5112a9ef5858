-- SPDX-License-Identifier: Apache-2.0
-- What a lot remembers of its underlying's price, where its levels are stated in it; and how long it has had no price.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_price TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_priced_at TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_suspect TEXT;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS amber_since TEXT;
