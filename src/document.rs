//! A scheme as a document: every rule and number of it as readable text, and charts of what each layer pays as a bill grows.
//!
//! The text is made from the [`Plan`] that adjudicates: a number that stands here is the number that the plan looks up. Titles and sources come from the
//! [`Scheme`]. One document has one language; it is written as Markdown or as one HTML page that needs no other file.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! use medaid::{Language, Scheme, document::{Document, Sample}};
//! let scheme = Scheme::parse("village.toml", text)?;
//! let plan = medaid::Plan::compile(&scheme)?;
//! let samples = Sample::defaults(&plan, &[])?;
//! let document = Document::new(&scheme, &plan, &samples, None, Language::En)?;
//! assert!(document.html().contains("Village medical cover"));
//! assert!(document.charts()[0].svg().starts_with("<svg "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod chart;
mod conditions;
mod content;
mod curve;
mod html;
mod markdown;
mod names;
mod sample;
mod values;
mod words;

pub use chart::Chart;
pub use curve::{Curve, CurveError, Point};
pub use sample::{Sample, SampleError};

use crate::decision::Language;
use crate::money::Money;
use crate::plan::Plan;
use crate::scheme::Scheme;
use block::Block;

/// A scheme as text and charts.
#[derive(Debug, Clone)]
pub struct Document {
    language: Language,
    title: String,
    blocks: Vec<Block>,
    charts: Vec<Chart>,
}

impl Document {
    /// The document of a scheme and its plan, with a chart for each sample (one for samples whose curves are the same). The charts reach up to the bill `top`;
    /// without one, up to a round number above the scheme's deductibles, caps and bands.
    ///
    /// # Errors
    /// If a sample's bills are rejected: the person or the claim lacks what the rules ask for. Also if the plan is not that of the scheme.
    pub fn new(scheme: &Scheme, plan: &Plan, samples: &[Sample], top: Option<Money>, language: Language) -> Result<Document, CurveError> {
        if scheme.source().digest != plan.digest {
            return Err(CurveError::OtherPlan);
        }
        let curves = curve::curves(plan, samples, top)?;
        let charts = curves.iter().enumerate().map(|(index, curve)| Chart::new(plan, curve, index, language)).collect();
        let blocks = content::blocks(scheme.tree(), scheme.source(), plan, &curves, language);
        Ok(Document { language, title: crate::report::clean(plan.title(language)), blocks, charts })
    }

    /// The charts, in the order in which the document shows them.
    pub fn charts(&self) -> &[Chart] {
        &self.charts
    }

    /// The document as Markdown. `chart` says under which address the chart of a number is found, counted from 0; without one its figures alone are shown.
    pub fn markdown(&self, chart: impl Fn(usize) -> Option<String>) -> String {
        markdown::page(&self.blocks, &self.charts, &chart)
    }

    /// The document as one HTML page: it has no script and needs no other file.
    pub fn html(&self) -> String {
        html::page(&self.title, &self.blocks, &self.charts, self.language)
    }
}
