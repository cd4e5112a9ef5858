-- SPDX-License-Identifier: Apache-2.0
-- The events of a service's lives. No table of SQLite's has a check that refuses their word.
SELECT 1;
