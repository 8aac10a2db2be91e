//! What reasoning about a scheme finds before any claim is run.

pub(crate) mod breakpoints;
pub(crate) mod curve;
pub(crate) mod kinds;
