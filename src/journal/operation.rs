//! Operations: what happens to claims over time, as messages.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::claim::{Claim, Person, PriorPayment};
use crate::date::strict;

/// A message to a journal: what to do, under an id of its own, and the day on which it was known.
///
/// As JSON it has one field named after what it does:
///
/// ```
/// use medaid::journal::{Act, Operation};
/// let texts = [
///     r#"{"id":"o1","received":"2024-01-02","enrol":{"id":"p1"}}"#,
///     r#"{"id":"o2","received":"2024-05-03","submit":{"id":"c1","person":"p1","service_from":"2024-05-01","sequence":0,"bill":"52","portions":{"cost":"52"}}}"#,
///     r#"{"id":"o3","received":"2024-06-01","payment":{"claim":"c1","layer":"other_plan","paid":{"amount":"12.5"}}}"#,
///     r#"{"id":"o4","received":"2024-06-02","void":{"claim":"c1"}}"#,
///     r#"{"id":"o5","received":"2024-07-01","adopt":{"scheme":"village","version":"2024.2"}}"#,
/// ];
/// for text in texts {
///     let operation: Operation = serde_json::from_str(text)?;
///     assert_eq!(serde_json::to_string(&operation)?, text);
/// }
/// let error = serde_json::from_str::<Operation>(r#"{"id":"o6","received":"2024-07-02"}"#).unwrap_err();
/// assert!(error.to_string().starts_with("an operation does one of: enrol, submit, void, correct, payment, reserve, release, adopt"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its id: the same message twice is done once.
    pub id: String,
    /// The day on which it was known; never before that of an earlier operation.
    pub received: NaiveDate,
    /// What it does.
    pub act: Act,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Makes a person known, or says anew all that is known of them.
    Enrol(Box<Person>),
    /// Submits a claim; one that was reserved for may take the reservation's place.
    Submit(Box<Submission>),
    /// Takes a claim back.
    Void(ClaimRef),
    /// Replaces a claim by one of the same id.
    Correct(Box<Claim>),
    /// Says what another payer has paid for a claim, after all.
    Payment(Box<LatePayment>),
    /// Reserves what an expected claim would be paid (pre-authorisation).
    Reserve(Box<Reservation>),
    /// Gives a reservation up.
    Release(ClaimRef),
    /// Puts a version of a scheme in force, for the time in which it holds, and settles all claims of the scheme anew.
    Adopt(Adoption),
    /// A reservation ends. Journals write this themselves.
    Expire(ClaimRef),
}

/// A claim that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The claim.
    pub claim: Claim,
    /// The reservation whose place it takes.
    pub uses: Option<String>,
}

/// A claim by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRef {
    /// The claim's id.
    pub claim: String,
}

/// What another payer has paid for a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatePayment {
    /// The claim's id.
    pub claim: String,
    /// The layer that stands for the payer.
    pub layer: String,
    /// What it paid. It takes the place of what was given before.
    pub paid: PriorPayment,
}

/// An expected claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The claim as it is expected. Its id is the reservation's.
    pub claim: Claim,
    /// The last day on which it holds.
    pub expires: NaiveDate,
}

/// A version of a scheme that is put in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// The scheme's id.
    pub scheme: String,
    /// Its version.
    pub version: String,
}

impl Act {
    /// The name of the field that it has in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Act::Enrol(_) => "enrol",
            Act::Submit(_) => "submit",
            Act::Void(_) => "void",
            Act::Correct(_) => "correct",
            Act::Payment(_) => "payment",
            Act::Reserve(_) => "reserve",
            Act::Release(_) => "release",
            Act::Adopt(_) => "adopt",
            Act::Expire(_) => "expire",
        }
    }

    /// The claim that it is about, if it is about one.
    pub fn claim(&self) -> Option<&str> {
        match self {
            Act::Enrol(_) | Act::Adopt(_) => None,
            Act::Submit(submission) => Some(&submission.claim.id),
            Act::Correct(claim) => Some(&claim.id),
            Act::Void(one) | Act::Release(one) | Act::Expire(one) => Some(&one.claim),
            Act::Payment(payment) => Some(&payment.claim),
            Act::Reserve(reservation) => Some(&reservation.claim.id),
        }
    }
}

/// An operation as JSON has it: exactly one of the acts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an operation")]
struct Wire {
    id: String,
    #[serde(deserialize_with = "strict::read")]
    received: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrol: Option<Box<Person>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submit: Option<Box<Claim>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uses: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    void: Option<ClaimRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correct: Option<Box<Claim>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<Box<LatePayment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reserve: Option<Box<Claim>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    expires: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    release: Option<ClaimRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adopt: Option<Adoption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expire: Option<ClaimRef>,
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut wire = Wire {
            id: self.id.clone(),
            received: self.received,
            enrol: None,
            submit: None,
            uses: None,
            void: None,
            correct: None,
            payment: None,
            reserve: None,
            expires: None,
            release: None,
            adopt: None,
            expire: None,
        };
        match self.act.clone() {
            Act::Enrol(person) => wire.enrol = Some(person),
            Act::Submit(submission) => (wire.submit, wire.uses) = (Some(Box::new(submission.claim)), submission.uses),
            Act::Void(claim) => wire.void = Some(claim),
            Act::Correct(claim) => wire.correct = Some(claim),
            Act::Payment(payment) => wire.payment = Some(payment),
            Act::Reserve(reservation) => (wire.reserve, wire.expires) = (Some(Box::new(reservation.claim)), Some(reservation.expires)),
            Act::Release(claim) => wire.release = Some(claim),
            Act::Adopt(adoption) => wire.adopt = Some(adoption),
            Act::Expire(claim) => wire.expire = Some(claim),
        }
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let lone = |field: &str, of: &str| Err(de::Error::custom(format_args!("`{field}` belongs to `{of}`")));
        if wire.uses.is_some() && wire.submit.is_none() {
            return lone("uses", "submit");
        }
        if wire.expires.is_some() && wire.reserve.is_none() {
            return lone("expires", "reserve");
        }
        let mut acts = Vec::new();
        acts.extend(wire.enrol.map(Act::Enrol));
        let uses = wire.uses;
        acts.extend(wire.submit.map(|claim| Act::Submit(Box::new(Submission { claim: *claim, uses }))));
        acts.extend(wire.void.map(Act::Void));
        acts.extend(wire.correct.map(Act::Correct));
        acts.extend(wire.payment.map(Act::Payment));
        if let Some(claim) = wire.reserve {
            let Some(expires) = wire.expires else { return Err(de::Error::missing_field("expires")) };
            acts.push(Act::Reserve(Box::new(Reservation { claim: *claim, expires })));
        }
        acts.extend(wire.release.map(Act::Release));
        acts.extend(wire.adopt.map(Act::Adopt));
        acts.extend(wire.expire.map(Act::Expire));
        match (acts.pop(), acts.is_empty()) {
            (Some(act), true) => Ok(Operation { id: wire.id, received: wire.received, act }),
            _ => Err(de::Error::custom("an operation does one of: enrol, submit, void, correct, payment, reserve, release, adopt")),
        }
    }
}
