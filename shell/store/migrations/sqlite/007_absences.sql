-- SPDX-License-Identifier: Apache-2.0
-- What the lots had more than the broker when it was last read, by symbol.
ALTER TABLE belay_accounts ADD COLUMN IF NOT EXISTS absences TEXT;
