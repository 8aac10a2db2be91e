//! What an operation changed.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use super::outcome::{Booking, Outcome};
use crate::decision::{Decision, Language};
use crate::diagnostic::{Message, refused};
use crate::money::{Amount, Money};
use crate::reject::Reject;

/// What came of an operation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Receipt {
    pub(super) number: usize,
    pub(super) repeated: bool,
    pub(super) decision: Option<Box<Decision>>,
    pub(super) changes: Vec<Change>,
    pub(super) expired: Vec<Change>,
}

impl Receipt {
    /// The number of its record in the journal, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether the same message had been carried out before: nothing was done this time.
    pub fn is_repeated(&self) -> bool {
        self.repeated
    }

    /// The decision on the claim that the operation brought, with every step, if the desk explains.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_deref()
    }

    /// What the operation changed: first its own claim, then all others, in the order in which they were settled anew.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What changed beforehand, because reservations had run out by the day of the operation.
    pub fn expired(&self) -> &[Change] {
        &self.expired
    }
}

/// What would come of a claim that is not submitted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Quote {
    pub(super) outcome: Result<Box<Decision>, Reject>,
    pub(super) changes: Vec<Change>,
}

impl Quote {
    /// The decision that the claim would get.
    ///
    /// # Errors
    /// The reject that it would get.
    pub fn decision(&self) -> Result<&Decision, &Reject> {
        self.outcome.as_deref()
    }

    /// What would change: first the claim itself, then all others.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// Why the outcome of a claim changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The operation is about this claim.
    Itself,
    /// What was accumulated before it is another: these positions moved. None where a limit was used up before as well as after.
    Accumulated(Vec<Moved>),
    /// Its person is another.
    Person,
    /// The rules are others.
    Rules,
}

/// The position of an accumulator before a claim, as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// The accumulator.
    pub accumulator: String,
    /// Its position before the claim, as it was.
    pub was: Amount,
    /// As it is.
    pub now: Amount,
}

/// How the outcome of one claim changed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    pub(super) claim: String,
    pub(super) person: String,
    pub(super) reserved: bool,
    pub(super) why: Why,
    pub(super) was: Option<Arc<Outcome>>,
    pub(super) now: Option<Arc<Outcome>>,
}

/// What one layer pays, as it was and as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerChange<'a> {
    /// The layer.
    pub layer: &'a str,
    /// What it paid.
    pub was: Amount,
    /// What it pays.
    pub now: Amount,
    /// To be paid in addition, or, below zero, to be paid back.
    pub change: Amount,
}

impl Change {
    /// The claim, or the reservation.
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// Whose it is.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// Whether it is a reservation: nothing is paid, only held.
    pub fn is_reserved(&self) -> bool {
        self.reserved
    }

    /// Why it changed.
    pub fn why(&self) -> &Why {
        &self.why
    }

    /// The outcome before; nothing if there was no such claim.
    pub fn was(&self) -> Option<&Outcome> {
        self.was.as_deref()
    }

    /// The outcome now; nothing if the claim is gone.
    pub fn now(&self) -> Option<&Outcome> {
        self.now.as_deref()
    }

    fn bookings(&self) -> [Option<&Booking>; 2] {
        [self.was().and_then(Outcome::booking), self.now().and_then(Outcome::booking)]
    }

    fn places(&self) -> u8 {
        self.bookings().into_iter().flatten().map(|b| b.names.places).max().unwrap_or(2)
    }

    fn difference(&self, [was, now]: [Option<Amount>; 2]) -> [Amount; 3] {
        let money = |amount: Option<Amount>| amount.and_then(Amount::money).unwrap_or(Money::ZERO);
        let (was, now) = (money(was), money(now));
        // Amounts of claims that fit are far from the ends of the range.
        let change = now.checked_sub(was).unwrap_or(Money::ZERO);
        [was, now, change].map(|money| Amount::new(money, self.places()))
    }

    /// What all layers pay of the bill now, less what they paid: to be paid in addition, or, below zero, to be paid back.
    pub fn change(&self) -> Amount {
        let [.., change] = self.difference(self.bookings().map(|b| b.map(Booking::paid)));
        change
    }

    /// What the patient bears: as it was, as it is, and the difference.
    pub fn out_of_pocket(&self) -> [Amount; 3] {
        self.difference(self.bookings().map(|b| b.map(Booking::out_of_pocket)))
    }

    /// Layer by layer what changed, payments beside the bill included; layers that pay what they paid are left out.
    pub fn layers(&self) -> Vec<LayerChange<'_>> {
        let [was, now] = self.bookings();
        let mut ids: Vec<&str> = Vec::new();
        for booking in [now, was].into_iter().flatten() {
            for (layer, _) in booking.layers() {
                if !ids.contains(&layer) {
                    ids.push(layer);
                }
            }
        }
        let paid = |booking: Option<&Booking>, id: &str| {
            let booking = booking?;
            let all = booking.layers().chain(booking.beside()).filter(|(layer, _)| *layer == id);
            all.map(|(_, amount)| amount).reduce(|a, b| a.checked_add(b).unwrap_or(a))
        };
        let change = |layer| {
            let [was, now, change] = self.difference([paid(was, layer), paid(now, layer)]);
            LayerChange { layer, was, now, change }
        };
        ids.into_iter().map(change).filter(|one| one.was != one.now).collect()
    }
}

/// One figure of a claim, as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FigureChange {
    /// The layer's id, `out_of_pocket`, `charged` or `rejected`.
    pub figure: String,
    /// What it was: an amount, or the code of a reject; nothing if there was no such figure.
    pub was: Option<String>,
    /// What it is.
    pub now: Option<String>,
    /// The difference of amounts.
    pub change: Option<Amount>,
}

impl Change {
    /// Every figure that changed: layers in order, what the patient bears, what is charged on top of the bill, and whether the claim is rejected.
    pub fn figures(&self) -> Vec<FigureChange> {
        let [was, now] = self.bookings();
        let mut figures = Vec::new();
        let mut put = |figure: &str, [before, after, change]: [Amount; 3]| {
            if before != after {
                let was = was.map(|_| before.to_string());
                let now = now.map(|_| after.to_string());
                figures.push(FigureChange { figure: figure.to_owned(), was, now, change: Some(change) });
            }
        };
        for layer in self.layers() {
            put(layer.layer, [layer.was, layer.now, layer.change]);
        }
        put("out_of_pocket", self.out_of_pocket());
        put("charged", self.difference([was, now].map(|b| b.map(Booking::charged))));
        let [was, now] = [self.was(), self.now()].map(|o| o.and_then(Outcome::reject).map(|reject| reject.code().to_string()));
        if was != now {
            figures.push(FigureChange { figure: "rejected".to_owned(), was, now, change: None });
        }
        figures
    }
}

/// Why an operation was not carried out. The journal is as before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Another operation has the id.
    IdReused(String),
    /// It was known on an earlier day than the last operation.
    OutOfOrder {
        /// The operation.
        id: String,
        /// The day it states.
        received: NaiveDate,
        /// The day of the last operation.
        last: NaiveDate,
    },
    /// There is no such claim.
    NoSuchClaim {
        /// The operation.
        id: String,
        /// The claim.
        claim: String,
    },
    /// There is no such reservation.
    NoSuchReservation {
        /// The operation.
        id: String,
        /// The reservation.
        claim: String,
    },
    /// What is named is a reservation, which is released or used, not voided, corrected or paid for.
    IsReservation {
        /// The operation.
        id: String,
        /// The reservation.
        claim: String,
    },
    /// A reservation that would have run out already.
    ExpiresBefore {
        /// The operation.
        id: String,
        /// The last day.
        expires: NaiveDate,
        /// The day of the operation.
        received: NaiveDate,
    },
    /// A claim of that id stands.
    DuplicateClaim {
        /// The operation.
        id: String,
        /// The claim.
        claim: String,
    },
    /// The claim cannot even be put in its place.
    Rejected {
        /// The operation.
        id: String,
        /// Why.
        reject: Reject,
    },
    /// The person cannot be enrolled.
    Person {
        /// The operation.
        id: String,
        /// Why.
        message: Message,
    },
    /// Claims of the journal are settled under a scheme that the rules do not have.
    NoSuchScheme {
        /// The operation.
        id: String,
        /// The scheme.
        scheme: String,
    },
    /// There is no such version.
    NoSuchVersion {
        /// The operation.
        id: String,
        /// The scheme.
        scheme: String,
        /// The version.
        version: String,
    },
    /// Only a journal itself lets reservations expire.
    ByItself(String),
    /// Something that cannot be; a defect of this crate.
    Internal(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The reason in a sentence.
    pub fn text(&self, language: Language) -> String {
        let (id, why) = match self {
            Refusal::IdReused(id) => (id, refused::id_reused()),
            Refusal::OutOfOrder { id, received, last } => (id, refused::out_of_order(*received, *last)),
            Refusal::NoSuchClaim { id, claim } => (id, refused::claim_is_not_there(claim)),
            Refusal::NoSuchReservation { id, claim } => (id, refused::no_such_reservation(claim)),
            Refusal::IsReservation { id, claim } => (id, refused::is_reservation(claim)),
            Refusal::ExpiresBefore { id, expires, received } => (id, refused::expires_before(*expires, *received)),
            Refusal::DuplicateClaim { id, claim } => (id, refused::claim_stands(claim)),
            Refusal::Rejected { id, reject } => {
                let why = Message::new(reject.text(Language::Zh).to_owned(), reject.text(Language::En).to_owned());
                (id, refused::claim_is_rejected(reject.claim(), reject.code().as_str(), &why))
            }
            Refusal::Person { id, message } => (id, message.clone()),
            Refusal::NoSuchScheme { id, scheme } => (id, refused::scheme_is_gone(scheme)),
            Refusal::NoSuchVersion { id, scheme, version } => (id, refused::no_such_version(scheme, version)),
            Refusal::ByItself(id) => (id, refused::by_itself()),
            Refusal::Internal(id) => (id, refused::internal_of_operation()),
        };
        refused::operation(id, &why).text(language).to_owned()
    }

    /// The reason in a word, stable.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::IdReused(_) => "id-reused",
            Refusal::OutOfOrder { .. } => "out-of-order",
            Refusal::NoSuchClaim { .. } => "no-such-claim",
            Refusal::NoSuchReservation { .. } => "no-such-reservation",
            Refusal::IsReservation { .. } => "is-reservation",
            Refusal::ExpiresBefore { .. } => "expires-before",
            Refusal::DuplicateClaim { .. } => "duplicate-claim",
            Refusal::Rejected { reject, .. } => reject.code().as_str(),
            Refusal::Person { .. } => "person",
            Refusal::NoSuchScheme { .. } => "no-such-scheme",
            Refusal::NoSuchVersion { .. } => "no-such-version",
            Refusal::ByItself(_) => "by-itself",
            Refusal::Internal(_) => "internal",
        }
    }
}
