-- SPDX-License-Identifier: Apache-2.0
-- What Belay did to guard a position at the broker; seconds_unguarded has its own column since 002.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS guard_state TEXT;
