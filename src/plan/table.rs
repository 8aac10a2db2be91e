//! Laying decision tables out densely; on the way every gap and every overlap shows.

use std::collections::BTreeMap;

use crate::engine::Fault;
use crate::plan::condition::{ClassSet, Condition};
use crate::plan::fact::{Fact, Facts};
use crate::plan::value::{Axis, Value};

/// The most cells of one table.
pub(crate) const CELL_LIMIT: usize = 1 << 20;

/// The facts of a table with their classes in groups that the table does not tell apart.
pub(crate) struct Grid {
    pub(crate) axes: Vec<Axis>,
    /// A class of each group of each axis.
    samples: Vec<Vec<u32>>,
    pub(crate) cells: usize,
}

impl Grid {
    /// Groups the classes of each fact by a signature; `None` if there would be too many cells.
    fn build(signatures: BTreeMap<usize, Vec<Vec<u32>>>) -> Option<Grid> {
        let mut grid = Grid { axes: Vec::new(), samples: Vec::new(), cells: 1 };
        for (fact, by_class) in signatures {
            let mut groups: BTreeMap<&[u32], u32> = BTreeMap::new();
            let mut samples = Vec::new();
            let mut group_of = Vec::with_capacity(by_class.len());
            for (class, signature) in by_class.iter().enumerate() {
                let next = groups.len() as u32;
                let group = *groups.entry(signature).or_insert(next);
                if group == next {
                    samples.push(class as u32);
                }
                group_of.push(group);
            }
            let stride = grid.cells;
            grid.cells = grid.cells.checked_mul(groups.len())?;
            if grid.cells > CELL_LIMIT {
                return None;
            }
            let offsets = group_of.iter().map(|g| (*g as usize * stride) as u32).collect();
            grid.axes.push(Axis { fact, offsets, groups: groups.len() });
            grid.samples.push(samples);
        }
        Some(grid)
    }

    /// The grid of a table's conditions.
    pub(crate) fn of_conditions<'c>(conditions: impl IntoIterator<Item = &'c Condition>, facts: &[Fact]) -> Option<Grid> {
        let mut signatures: BTreeMap<usize, Vec<Vec<u32>>> = BTreeMap::new();
        for condition in conditions {
            condition.visit(&mut |fact: usize, set: &ClassSet| {
                let classes = facts.get(fact).map_or(0, |f| f.domain.classes());
                let by_class = signatures.entry(fact).or_insert_with(|| vec![Vec::new(); classes]);
                for (class, signature) in by_class.iter_mut().enumerate() {
                    signature.push(u32::from(set.contains(class as u32)));
                }
            });
        }
        Grid::build(signatures)
    }

    /// The grid of all tables inside a value.
    pub(crate) fn of_value(value: &Value) -> Option<Grid> {
        let mut signatures: BTreeMap<usize, Vec<Vec<u32>>> = BTreeMap::new();
        value.visit_axes(&mut |axis| {
            let by_class = signatures.entry(axis.fact).or_insert_with(|| vec![Vec::new(); axis.offsets.len()]);
            for (signature, offset) in by_class.iter_mut().zip(axis.offsets.iter()) {
                signature.push(*offset);
            }
        });
        Grid::build(signatures)
    }

    /// Calls `visit` for every cell with facts that lie in it; `possible` says whether the case can arise.
    pub(crate) fn for_each(
        &self,
        facts: &[Fact],
        effective: (i64, i64),
        mut visit: impl FnMut(usize, &Facts, bool) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut case = Facts::default();
        case.reset(facts.len());
        for cell in 0..self.cells {
            let mut rest = cell;
            let mut possible = true;
            for (axis, samples) in self.axes.iter().zip(&self.samples) {
                let group = rest.checked_rem(axis.groups).unwrap_or(0);
                rest = rest.checked_div(axis.groups).unwrap_or(0);
                let class = samples.get(group).copied().unwrap_or(0);
                if let Some(fact) = facts.get(axis.fact) {
                    if let (Some(c), Some(v)) = (case.classes.get_mut(axis.fact), case.values.get_mut(axis.fact)) {
                        *c = class;
                        *v = fact.domain.sample(class);
                    }
                    // Possible if any class of the group is.
                    let offset = axis.offsets.get(class as usize);
                    possible &= axis
                        .offsets
                        .iter()
                        .enumerate()
                        .any(|(other, o)| Some(o) == offset && fact.domain.possible(other as u32, effective));
                }
            }
            visit(cell, &case, possible)?;
        }
        Ok(())
    }

    /// The case of a cell in words.
    pub(crate) fn describe(&self, facts: &[Fact], case: &Facts, effective: (i64, i64)) -> String {
        let mut words = Vec::new();
        for axis in &self.axes {
            let Some(fact) = facts.get(axis.fact) else { continue };
            let class = case.class(axis.fact);
            let offset = axis.offsets.get(class as usize);
            let shown = axis
                .offsets
                .iter()
                .enumerate()
                .filter(|(_, o)| Some(*o) == offset)
                .map(|(other, _)| other as u32)
                .find(|other| fact.domain.possible(*other, effective))
                .unwrap_or(class);
            let mut sample = fact.domain.sample(shown);
            if matches!(fact.domain, crate::plan::fact::Domain::Date { .. }) {
                sample = sample.max(effective.0);
            }
            words.push(format!("{} = {}", fact.name, fact.domain.show(sample)));
        }
        if words.is_empty() { "any claim".to_owned() } else { words.join(", ") }
    }
}
