//! Files: strict readers of persons and claims, writers of what came out. Their forms are described in [`crate::formats`].
//!
//! ```
//! use medaid::io::{Source, read_claims};
//! let text = "id,person,service_from,bill,portions.in_scope\nc1,p1,2024-05-01,52.00,52.00\nc2,p1,2024-05-32,1.00,1.00\n";
//! let read = read_claims(&Source::read("claims.csv", text.as_bytes())?, None)?;
//! assert_eq!(read.claims.len(), 1);
//! assert_eq!(read.rejects[0].message(), "row 3, `service_from`: `2024-05-32` is not a date of the form YYYY-MM-DD");
//! # Ok::<(), medaid::io::Errors>(())
//! ```

mod cells;
mod claims;
mod error;
mod json;
mod operations;
mod output;
mod people;
mod rows;
mod scenario;
mod sequence;
mod source;
mod tables;
mod witness;

pub use claims::{ClaimsRead, read_claims};
pub use error::{Error, ErrorKind, Errors};
pub use operations::{OperationsRead, read_operations};
pub use output::{OutputFile, OutputFolder};
pub use people::{read_households, read_people};
pub use scenario::{Scenario, ScenarioError, read_scheme, scheme_files};
pub use sequence::{ExpectedChanges, Sequence};
pub use source::{Format, Source};
pub use tables::{DecisionTable, write_movements, write_rejects};
pub use witness::write_witnesses;
