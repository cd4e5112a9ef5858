-- SPDX-License-Identifier: Apache-2.0
-- Parameters of the rules that go by the gain, and what the account's loss limit remembers.
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS trail_activation_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS breakeven_at_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS profit_lock_at_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS profit_lock_keep_percent numeric(20, 9);
ALTER TABLE active_positions ADD COLUMN IF NOT EXISTS rungs_taken jsonb;

ALTER TABLE belay_accounts ADD COLUMN IF NOT EXISTS loss_limit text;
ALTER TABLE belay_commands ADD COLUMN IF NOT EXISTS command text NOT NULL DEFAULT 'close';
