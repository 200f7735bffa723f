//! Test helpers: running programs under both Pythons, golden files, ledgers.
