//! What a layer costs a person.

use chrono::NaiveDate;

use crate::claim::Person;
use crate::engine::Fault;
use crate::engine::prepare::person_fact;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::fact::Facts;

impl Plan {
    /// The premium of a layer for a person, as of a day: nothing if the layer states none or the person is not insured by it; a fault if a fact
    /// that it goes by is not known.
    pub(crate) fn premium(&self, layer: usize, person: &Person, on: NaiveDate) -> Result<Option<Money>, Fault> {
        let Some((amount, condition)) = self.layers.get(layer).and_then(|l| l.premium.as_ref()) else { return Ok(None) };
        let mut facts = Facts::default();
        facts.reset(self.facts.len());
        for (index, fact) in self.facts.iter().enumerate().filter(|(_, fact)| fact.kind.of_person()) {
            if let Some(value) = person_fact(self, fact, person, on) {
                facts.set(index, fact, value);
            }
        }
        match condition.first_failed(&facts)? {
            Some(_) => Ok(None),
            None => amount.money(&facts).map(Some),
        }
    }
}
