//! Balances.
