//! Compiled conditions.

#![allow(clippy::arithmetic_side_effects, reason = "bits and words of a set of 32-bit classes")]

use crate::engine::Fault;
use crate::plan::fact::{Facts, MISSING};

/// A set of classes of one fact: a bit for each, the first 64 without a detour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassSet {
    first: u64,
    more: Box<[u64]>,
}

impl ClassSet {
    pub(crate) fn new(classes: usize, contains: impl Fn(u32) -> bool) -> ClassSet {
        let mut set = ClassSet::empty(classes);
        (0..classes as u32).filter(|class| contains(*class)).for_each(|class| set.insert(class));
        set
    }

    #[inline]
    pub(crate) fn contains(&self, class: u32) -> bool {
        if class < 64 {
            return self.first >> class & 1 == 1;
        }
        self.more.get((class / 64 - 1) as usize).is_some_and(|word| word >> (class % 64) & 1 == 1)
    }

    /// The set of one class.
    pub(crate) fn single(classes: usize, class: u32) -> ClassSet {
        let mut set = ClassSet::empty(classes);
        set.insert(class);
        set
    }

    pub(crate) fn empty(classes: usize) -> ClassSet {
        ClassSet { first: 0, more: vec![0; classes.div_ceil(64).saturating_sub(1)].into_boxed_slice() }
    }

    fn insert(&mut self, class: u32) {
        let word = if class < 64 { Some(&mut self.first) } else { self.more.get_mut((class / 64 - 1) as usize) };
        if let Some(word) = word {
            *word |= 1 << (class % 64);
        }
    }

    /// Adds the classes of another set.
    pub(crate) fn unite(&mut self, other: &ClassSet) {
        self.first |= other.first;
        for (word, more) in self.more.iter_mut().zip(&other.more) {
            *word |= more;
        }
    }

    /// The classes of the set, in order.
    pub(crate) fn members(&self) -> impl Iterator<Item = usize> {
        let words = std::iter::once(&self.first).chain(self.more.iter());
        words
            .enumerate()
            .filter(|(_, word)| **word != 0)
            .flat_map(|(w, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| w * 64 + bit))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == 0 && self.more.iter().all(|word| *word == 0)
    }
}

/// Tests that must all hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    pub(crate) tests: Box<[Test]>,
}

#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Index into the plan's notes.
    pub(crate) note: u32,
    pub(crate) kind: TestKind,
}

#[derive(Debug, Clone)]
pub(crate) enum TestKind {
    In { fact: usize, classes: ClassSet },
    Any(Box<[Condition]>),
    Not(Condition),
}

impl Condition {
    /// The note of the first test that fails, if one does.
    #[inline]
    pub(crate) fn first_failed(&self, facts: &Facts) -> Result<Option<u32>, Fault> {
        if self.tests.is_empty() { Ok(None) } else { self.first_failed_of_some(facts) }
    }

    fn first_failed_of_some(&self, facts: &Facts) -> Result<Option<u32>, Fault> {
        for test in &self.tests {
            if !test.holds(facts)? {
                return Ok(Some(test.note));
            }
        }
        Ok(None)
    }

    #[inline]
    pub(crate) fn holds(&self, facts: &Facts) -> Result<bool, Fault> {
        Ok(self.first_failed(facts)?.is_none())
    }

    /// Visits every set of classes that the condition asks for.
    pub(crate) fn visit(&self, visit: &mut impl FnMut(usize, &ClassSet)) {
        for test in &self.tests {
            match &test.kind {
                TestKind::In { fact, classes } => visit(*fact, classes),
                TestKind::Any(conditions) => conditions.iter().for_each(|c| c.visit_dyn(visit)),
                TestKind::Not(condition) => condition.visit_dyn(visit),
            }
        }
    }

    // A recursion over a generic closure needs a pointer somewhere.
    fn visit_dyn(&self, visit: &mut dyn FnMut(usize, &ClassSet)) {
        self.visit(&mut |fact, classes| visit(fact, classes));
    }
}

impl Test {
    #[inline]
    fn holds(&self, facts: &Facts) -> Result<bool, Fault> {
        match &self.kind {
            TestKind::In { fact, classes } => {
                let class = facts.class(*fact);
                if class == MISSING {
                    return Err(Fault::Missing { fact: *fact as u32 });
                }
                Ok(classes.contains(class))
            }
            TestKind::Any(conditions) => {
                for condition in conditions {
                    if condition.holds(facts)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            TestKind::Not(condition) => Ok(!condition.holds(facts)?),
        }
    }
}
