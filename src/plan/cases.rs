//! The cases of a dense table, put together into as few rows as they make.

use std::collections::BTreeMap;

use crate::diagnostic::{Message, rules as say};
use crate::plan::Plan;
use crate::plan::fact::{Facts, effective_days};
use crate::plan::value::Axis;

/// The most cells that are looked at case by case.
const CELL_LIMIT: usize = 20_000;

/// A row of a table: for each fact the classes in which it holds (all of them, if nothing is said), and which number or row of the value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) classes: Vec<Option<Vec<u32>>>,
    pub(crate) cell: i64,
}

/// The cases of a table, as few rows as come of putting alike cases together; nothing where there are too many.
pub(crate) fn rows(plan: &Plan, axes: &[Axis], cells: &[i64]) -> Option<Vec<Row>> {
    if cells.len() > CELL_LIMIT {
        return None;
    }
    let effective = effective_days(plan.effective);
    // Of each axis: its groups that can come up, with their classes.
    let mut stride = 1usize;
    let mut axes_groups: Vec<Vec<(usize, Vec<u32>)>> = Vec::new();
    for axis in axes {
        let fact = plan.facts.get(axis.fact)?;
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (class, offset) in (0u32..).zip(&axis.offsets) {
            if fact.possible(class, effective) {
                groups.entry(*offset).or_default().push(class);
            }
        }
        axes_groups.push(groups.into_iter().map(|(offset, classes)| (offset as usize, classes)).collect());
        stride = stride.checked_mul(axis.groups)?;
    }
    let mut cases: Vec<(Vec<Vec<usize>>, i64)> = vec![(Vec::new(), 0)];
    for groups in &axes_groups {
        cases = cases
            .into_iter()
            .flat_map(|(chosen, offset)| {
                groups.iter().enumerate().map(move |(number, (add, _))| {
                    let mut chosen = chosen.clone();
                    chosen.push(vec![number]);
                    (chosen, offset.saturating_add(i64::try_from(*add).unwrap_or(i64::MAX)))
                })
            })
            .collect();
    }
    for (_, cell) in &mut cases {
        *cell = *usize::try_from(*cell).ok().and_then(|index| cells.get(index))?;
    }
    // Alike cases are put together one fact at a time, the last first: the cases stay apart from each other and lose none.
    for axis in (0..axes.len()).rev() {
        let mut merged: BTreeMap<(Vec<Vec<usize>>, i64), Vec<usize>> = BTreeMap::new();
        for (mut chosen, cell) in cases {
            let groups = chosen.get_mut(axis).map(std::mem::take).unwrap_or_default();
            merged.entry((chosen, cell)).or_default().extend(groups);
        }
        cases = merged
            .into_iter()
            .map(|((mut chosen, cell), mut groups)| {
                groups.sort_unstable();
                if let Some(slot) = chosen.get_mut(axis) {
                    *slot = groups;
                }
                (chosen, cell)
            })
            .collect();
    }
    cases.sort();
    let classes_of = |(chosen, cell): (Vec<Vec<usize>>, i64)| {
        let classes = chosen.into_iter().zip(&axes_groups).map(|(chosen, groups)| {
            if chosen.len() == groups.len() {
                return None;
            }
            let mut classes: Vec<u32> = chosen.iter().filter_map(|n| groups.get(*n)).flat_map(|(_, c)| c.iter().copied()).collect();
            classes.sort_unstable();
            Some(classes)
        });
        Row { classes: classes.collect(), cell }
    };
    Some(cases.into_iter().map(classes_of).collect())
}

impl Row {
    /// Whether a case lies in the row; nothing if a fact that decides about it is not known.
    pub(crate) fn holds(&self, axes: &[Axis], facts: &Facts) -> Option<bool> {
        let mut holds = true;
        for (classes, axis) in self.classes.iter().zip(axes) {
            if let Some(classes) = classes {
                facts.value(axis.fact)?;
                holds &= classes.contains(&facts.class(axis.fact));
            }
        }
        Some(holds)
    }

    /// The case in the words of the rule file.
    pub(crate) fn describe(&self, plan: &Plan, axes: &[Axis]) -> Message {
        let mut words = Vec::new();
        for (classes, axis) in self.classes.iter().zip(axes) {
            if let (Some(classes), Some(fact)) = (classes, plan.facts.get(axis.fact)) {
                let (first, _) = effective_days(plan.effective);
                let shown = classes.iter().map(|class| {
                    let sample = fact.domain.sample(*class);
                    match fact.domain {
                        crate::plan::fact::Domain::Date { .. } => say::from(&fact.domain.show(sample.max(first))),
                        crate::plan::fact::Domain::Number { .. } => say::from(&fact.domain.show(sample)),
                        _ => fact.domain.show(sample).into(),
                    }
                });
                let mut shown = shown.collect::<Vec<Message>>().into_iter();
                let first = Message::from(format!("{} = ", fact.name)).and(&shown.next().unwrap_or_default());
                words.push(shown.fold(first, |text, one| text.and(&Message::from("|")).and(&one)));
            }
        }
        Message::list(words)
    }
}
