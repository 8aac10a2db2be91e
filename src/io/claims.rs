//! Files of claims, and of their lines.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cell, Fault, word};
use super::error::{Error, ErrorKind, Errors};
use super::json;
use super::rows::{Row, Table};
use super::source::{Format, Source};
use crate::claim::{AttributeValue, Claim, Line, PriorPayment};
use crate::diagnostic::{Message, refused};
use crate::reject::Reject;

/// What was read from a file of claims. Every row is here: as a claim, or as a reject.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ClaimsRead {
    /// The claims, in the order of the file.
    pub claims: Vec<Claim>,
    /// What could not be read, in the order of the file.
    pub rejects: Vec<Reject>,
}

/// Reads claims from a CSV or JSON file; `lines` are the lines of claims from a CSV file.
///
/// A row that cannot be read becomes a [`Reject`] with its row and field, and the others go on. A claim of which a line cannot be read is rejected whole.
///
/// # Errors
/// If the file as a whole is wrong: empty, a column missing, unknown or there twice, not an array.
pub fn read_claims(source: &Source, lines: Option<&Source>) -> Result<ClaimsRead, Errors> {
    match (source.format(), lines) {
        (Format::Json, None) => claims_json(source),
        (Format::Json, Some(lines)) => {
            let message = refused::lines_in_json();
            Err(Error::new(ErrorKind::WrongFiles, lines.name(), message).into())
        }
        (Format::Csv, None) => claims_csv(source),
        (Format::Csv, Some(lines)) => {
            let read = claims_csv(source)?;
            with_lines(read, lines)
        }
    }
}

/// The reject of something that could not be read.
fn unreadable(claim: &str, fault: &Fault, row: usize, place: &Message) -> Reject {
    let message = match fault.field.as_str() {
        "" => refused::at_place(place, &fault.message),
        field => refused::at_field(place, field, &fault.message),
    };
    Reject::new(claim, fault.code, &fault.field, message).at_row(row as u64)
}

/// Of several faults the one that is told: by the precedence of the codes, then the first.
fn gravest(faults: Vec<Fault>) -> Option<Fault> {
    faults.into_iter().min_by_key(|f| f.code)
}

/// The text of a column, even of a row that cannot be read as a whole.
fn peek<'r, C>(columns: &[(String, C)], row: &'r Row<'_>, name: &str) -> &'r str {
    let index = columns.iter().position(|(column, _)| column == name);
    let text = index.and_then(|i| row.fields.get(i)).map_or("", Cow::as_ref);
    word(text).unwrap_or("")
}

fn claims_json(source: &Source) -> Result<ClaimsRead, Errors> {
    let mut read = ClaimsRead::default();
    for element in json::elements(source, refused::array_of_claims)? {
        let claim = element.read::<Claim>().and_then(|claim| {
            let names = [("id", &claim.id), ("person", &claim.person)];
            let fault = names.into_iter().find_map(|(field, text)| Cell { column: field, text }.needed().err());
            fault.map_or(Ok(claim), |fault| Err((fault, element.line)))
        });
        match claim {
            Ok(claim) => read.claims.push(claim),
            Err((fault, line)) => {
                let id = element.peek("id").filter(|id| word(id).is_ok()).unwrap_or_default();
                let place = refused::element(element.number, line);
                read.rejects.push(unreadable(&id, &fault, element.number, &place));
            }
        }
    }
    Ok(read)
}

const CLAIM_COLUMNS: &[&str] = &[
    "id",
    "person",
    "scheme",
    "care",
    "facility.id",
    "facility.level",
    "facility.region",
    "service_from",
    "service_to",
    "settled",
    "sequence",
    "stay",
    "days",
    "bill",
    "attributes.NAME",
    "portions.NAME",
    "prior.LAYER",
];

enum ClaimColumn {
    Id,
    Person,
    Scheme,
    Care,
    FacilityId,
    FacilityLevel,
    FacilityRegion,
    ServiceFrom,
    ServiceTo,
    Settled,
    Sequence,
    Stay,
    Days,
    Bill,
    Attribute(String),
    Portion(String),
    Prior(String),
}

fn claim_column(name: &str) -> Option<ClaimColumn> {
    use ClaimColumn::*;
    Some(match name {
        "id" => Id,
        "person" => Person,
        "scheme" => Scheme,
        "care" => Care,
        "facility.id" => FacilityId,
        "facility.level" => FacilityLevel,
        "facility.region" => FacilityRegion,
        "service_from" => ServiceFrom,
        "service_to" => ServiceTo,
        "settled" => Settled,
        "sequence" => Sequence,
        "stay" => Stay,
        "days" => Days,
        "bill" => Bill,
        _ => {
            let (kind, name) = name.split_once('.').filter(|(_, name)| !name.is_empty())?;
            match kind {
                "attributes" => Attribute(name.to_owned()),
                "portions" => Portion(name.to_owned()),
                "prior" => Prior(name.to_owned()),
                _ => return None,
            }
        }
    })
}

fn claims_csv(source: &Source) -> Result<ClaimsRead, Errors> {
    let mut table = Table::open(source, CLAIM_COLUMNS, &["id", "person", "service_from", "bill"], claim_column)?;
    let mut read = ClaimsRead::default();
    while let Some(row) = table.next_row() {
        let mut faults = Vec::new();
        let mut claim = Claim::default();
        match &row.fault {
            Some((_, message)) => faults.push(Fault::new("", message.clone())),
            None => {
                for ((name, column), text) in table.columns.iter().zip(&row.fields) {
                    faults.extend(fill_claim(&mut claim, column, Cell { column: name, text }).err());
                }
            }
        }
        match gravest(faults) {
            None => read.claims.push(claim),
            Some(fault) => {
                let id = peek(&table.columns, &row, "id");
                read.rejects.push(unreadable(id, &fault, row.line, &refused::row(row.line)));
            }
        }
    }
    Ok(read)
}

fn fill_claim(claim: &mut Claim, column: &ClaimColumn, cell: Cell<'_>) -> Result<(), Fault> {
    let empty = || Fault::new(cell.column, refused::is_empty());
    match column {
        ClaimColumn::Id => claim.id = cell.needed()?.to_owned(),
        ClaimColumn::Person => claim.person = cell.needed()?.to_owned(),
        ClaimColumn::Scheme => claim.scheme = cell.text()?,
        ClaimColumn::Care => claim.care = cell.text()?,
        ClaimColumn::FacilityId => claim.facility.id = cell.text()?,
        ClaimColumn::FacilityLevel => claim.facility.level = cell.text()?,
        ClaimColumn::FacilityRegion => claim.facility.region = cell.text()?,
        ClaimColumn::ServiceFrom => claim.service_from = cell.date()?.ok_or_else(empty)?,
        ClaimColumn::ServiceTo => claim.service_to = cell.date()?,
        ClaimColumn::Settled => claim.settled = cell.date()?,
        ClaimColumn::Sequence => claim.sequence = cell.whole()?.unwrap_or(0),
        ClaimColumn::Stay => claim.stay = cell.text()?,
        ClaimColumn::Days => claim.days = cell.whole()?,
        ClaimColumn::Bill => claim.bill = cell.money()?.ok_or_else(empty)?,
        ClaimColumn::Attribute(name) => {
            if let Some(value) = cell.given()? {
                claim.attributes.insert(name.clone(), AttributeValue::from(value));
            }
        }
        ClaimColumn::Portion(name) => {
            if let Some(amount) = cell.money()? {
                claim.portions.insert(name.clone(), amount);
            }
        }
        ClaimColumn::Prior(name) => {
            if let Some(amount) = cell.money()? {
                claim.prior.insert(name.clone(), PriorPayment::from(amount));
            }
        }
    }
    Ok(())
}

const LINE_COLUMNS: &[&str] = &["claim", "id", "code", "class", "date", "quantity", "amount", "attributes.NAME"];

enum LineColumn {
    Claim,
    Id,
    Code,
    Class,
    Date,
    Quantity,
    Amount,
    Attribute(String),
}

fn line_column(name: &str) -> Option<LineColumn> {
    use LineColumn::*;
    Some(match name {
        "claim" => Claim,
        "id" => Id,
        "code" => Code,
        "class" => Class,
        "date" => Date,
        "quantity" => Quantity,
        "amount" => Amount,
        _ => match name.strip_prefix("attributes.") {
            Some(name) if !name.is_empty() => Attribute(name.to_owned()),
            _ => return None,
        },
    })
}

/// Gives claims their lines. They are put in the order of their ids, numbers by value, so that the order of rows means nothing.
fn with_lines(read: ClaimsRead, source: &Source) -> Result<ClaimsRead, Errors> {
    let ClaimsRead { mut claims, mut rejects } = read;
    let mut table = Table::open(source, LINE_COLUMNS, &["claim", "id", "amount"], line_column)?;
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    // By claim, what is wrong with its lines. A claim that cannot be read itself is rejected already.
    let mut faults: BTreeMap<String, (usize, Fault)> = BTreeMap::new();
    let known: BTreeSet<&str> = claims.iter().map(|c| c.id.as_str()).collect();
    let unread: BTreeSet<String> = rejects.iter().map(|r| r.claim().to_owned()).filter(|id| !id.is_empty()).collect();
    while let Some(row) = table.next_row() {
        let mut line = Line {
            id: String::new(),
            code: None,
            class: None,
            date: None,
            quantity: crate::claim::one(),
            amount: Default::default(),
            attributes: BTreeMap::new(),
        };
        let mut row_faults = Vec::new();
        match &row.fault {
            Some((_, message)) => row_faults.push(Fault::new("", message.clone())),
            None => {
                for ((name, column), text) in table.columns.iter().zip(&row.fields) {
                    row_faults.extend(fill_line(&mut line, column, Cell { column: name, text }).err());
                }
            }
        }
        let claim = peek(&table.columns, &row, "claim");
        match gravest(row_faults) {
            _ if unread.contains(claim) => {}
            Some(fault) if known.contains(claim) => {
                faults.entry(claim.to_owned()).or_insert((row.line, fault));
            }
            Some(fault) => rejects.push(unreadable(claim, &fault, row.line, &place(source, row.line))),
            None if known.contains(claim) => lines.entry(claim.to_owned()).or_default().push(line),
            None => {
                let fault = Fault::new("claim", refused::no_such_claim(claim));
                rejects.push(unreadable(claim, &fault, row.line, &place(source, row.line)));
            }
        }
    }
    for lines in lines.values_mut() {
        lines.sort_by_cached_key(|line| (natural(&line.id), serde_json::to_string(line).unwrap_or_default()));
    }
    claims.retain_mut(|claim| match faults.get(&claim.id) {
        Some((row, fault)) => {
            rejects.push(unreadable(&claim.id, fault, *row, &place(source, *row)));
            false
        }
        None => {
            if let Some(lines) = lines.get(&claim.id) {
                claim.lines.clone_from(lines);
            }
            true
        }
    });
    Ok(ClaimsRead { claims, rejects })
}

fn place(source: &Source, line: usize) -> Message {
    let name = source.name();
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    refused::row_of(file, line)
}

fn fill_line(line: &mut Line, column: &LineColumn, cell: Cell<'_>) -> Result<(), Fault> {
    match column {
        LineColumn::Claim => {
            cell.needed()?;
        }
        LineColumn::Id => line.id = cell.needed()?.to_owned(),
        LineColumn::Code => line.code = cell.text()?,
        LineColumn::Class => line.class = cell.text()?,
        LineColumn::Date => line.date = cell.date()?,
        LineColumn::Quantity => line.quantity = cell.money()?.unwrap_or_else(crate::claim::one),
        LineColumn::Amount => line.amount = cell.money()?.ok_or_else(|| Fault::new(cell.column, refused::is_empty()))?,
        LineColumn::Attribute(name) => {
            if let Some(value) = cell.given()? {
                line.attributes.insert(name.clone(), AttributeValue::from(value));
            }
        }
    }
    Ok(())
}

/// An id in parts that sort as people count: `2` before `10`, `a2` before `a10`.
fn natural(id: &str) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    let mut in_digits = None;
    for c in id.chars() {
        let digit = c.is_ascii_digit();
        if in_digits != Some(digit) {
            parts.push((0, String::new()));
            in_digits = Some(digit);
        }
        if let Some((length, part)) = parts.last_mut() {
            // The length of a number without leading zeros goes first; of words it says nothing.
            if digit && !(c == '0' && *length == 0) {
                *length = length.saturating_add(1);
            } else if !digit {
                *length = usize::MAX;
            }
            if !(digit && c == '0' && *length == 0) {
                part.push(c);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reject::RejectCode;

    #[test]
    fn ids_sort_as_people_count() {
        let mut ids = ["b", "10", "a10", "2", "a2", "1", "a", "02b"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["1", "2", "02b", "10", "a", "a2", "a10", "b"]);
    }

    #[test]
    fn the_gravest_fault_is_told() {
        let fault = |code| Fault { code, field: String::new(), message: Message::default() };
        let told = gravest(vec![fault(RejectCode::OverPreciseAmount), fault(RejectCode::Unreadable)]);
        assert_eq!(told.map(|f| f.code), Some(RejectCode::Unreadable));
    }
}
