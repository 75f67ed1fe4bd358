//! Nothing but tests; see `scenarios/`.
