-- SPDX-License-Identifier: Apache-2.0
-- What a lot remembers of its underlying's price, where its levels are stated in it; and how long it has had no price.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_price numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_priced_at timestamptz;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS level_suspect jsonb;
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS amber_since timestamptz;
