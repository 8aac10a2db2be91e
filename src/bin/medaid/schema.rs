//! `medaid schema`.

use std::io::Write;

use crate::Verdict;
use crate::screen::{Failure, Screen};

#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    write!(screen.out(), "{}", medaid::schema())?;
    Ok(Verdict::Fine)
}
