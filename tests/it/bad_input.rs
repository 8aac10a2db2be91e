//! What bad input gets: a clear error or a reject with code, place and reason. Nothing is lost and nothing panics.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::words::is_chinese;
use medaid::batch::{self, BatchError, Mode, People, PlanBook, Run};
use medaid::io::{ClaimsRead, ErrorKind, Errors, Source, read_claims, read_people};
use medaid::{Language, Plan, RejectCode, Scheme};

const SMALL: &str = include_str!("schemes/small.toml");
const HEADER: &str = "id,person,service_from,bill,portions.in_scope";

fn source(name: &str, text: &str) -> Source {
    Source::read(name, text.as_bytes()).unwrap()
}

fn claims(text: &str) -> Result<ClaimsRead, Errors> {
    read_claims(&source("claims.csv", text), None)
}

fn json_claims(text: &str) -> Result<ClaimsRead, Errors> {
    read_claims(&source("claims.json", text), None)
}

/// The one reject of a file with one bad row: code, field, row, message.
fn reject(read: Result<ClaimsRead, Errors>) -> (RejectCode, String, Option<u64>, String) {
    let read = read.unwrap();
    assert_eq!((read.claims.len(), read.rejects.len()), (0, 1), "{read:?}");
    let reject = &read.rejects[0];
    assert!(is_chinese(reject.text(Language::Zh)), "{}", reject.text(Language::Zh));
    (reject.code(), reject.field().to_owned(), reject.row(), reject.message().to_owned())
}

fn row(row: &str) -> (RejectCode, String, Option<u64>, String) {
    reject(claims(&format!("{HEADER}\n{row}\n")))
}

fn told(errors: Errors) -> String {
    for line in errors.text(Language::Zh).lines() {
        assert!(is_chinese(line), "{line}");
    }
    errors.to_string()
}

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("scheme.toml", text).unwrap()).unwrap()
}

fn book() -> PlanBook {
    PlanBook::new([plan(SMALL)]).unwrap()
}

fn small(extra: &[(&str, &str)]) -> String {
    let mut text = SMALL.to_owned();
    for (from, to) in extra {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

fn run_with(book: &PlanBook, people: &People, read: ClaimsRead) -> Run {
    let came_in = read.claims.len() + read.rejects.len();
    let run = batch::run(book, people, read.claims, read.rejects, Mode::Explained).unwrap();
    assert_eq!(run.decisions.len() + run.rejects.len(), came_in, "every claim comes out once");
    assert_eq!(run.summary.claims as usize, came_in);
    run
}

/// Settles claims under the small scheme, with two persons, and gives the rejects as `claim code field: message`.
fn rejects(text: &str) -> Vec<String> {
    let people = read_people(&source("people.csv", "id,birth_date\np1,2000-02-29\np2,\n")).unwrap();
    rejects_of(&run_with(&book(), &people, claims(text).unwrap()))
}

fn rejects_of(run: &Run) -> Vec<String> {
    run.rejects.iter().for_each(|r| assert!(is_chinese(r.text(Language::Zh)), "{}", r.text(Language::Zh)));
    run.rejects.iter().map(|r| format!("{} {} {}: {}", r.claim(), r.code(), r.field(), r.message())).collect()
}

// --- files as a whole

#[test]
fn a_file_that_is_not_there() {
    let error = Source::open("no/such/claims.csv").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    assert_eq!(error.to_string(), "no/such/claims.csv: cannot be opened: there is no such file or folder");
    assert_eq!(Source::open("tests").unwrap_err().to_string(), "tests: cannot be read: it is a folder");
}

#[test]
fn empty_files() {
    for text in ["", "\u{feff}", " \r\n \n"] {
        assert_eq!(told(claims(text).unwrap_err()), "claims.csv: the file is empty");
        assert_eq!(told(json_claims(text).unwrap_err()), "claims.json: the file is empty");
        assert_eq!(told(read_people(&source("people.csv", text)).unwrap_err()), "people.csv: the file is empty");
        assert_eq!(told(read_people(&source("people.json", text)).unwrap_err()), "people.json: the file is empty");
    }
}

#[test]
fn a_header_alone_is_no_claims() {
    for read in [claims(HEADER), claims(&format!("{HEADER}\r\n\r\n")), json_claims("[]"), json_claims("\u{feff} [ ]\n")] {
        let read = read.unwrap();
        assert_eq!((read.claims.len(), read.rejects.len()), (0, 0));
        let run = run_with(&book(), &People::default(), read);
        assert_eq!(run.summary.reimbursement_basis_points, None);
    }
    assert!(read_people(&source("people.csv", "id")).unwrap().is_empty());
}

#[test]
fn text_that_is_not_utf8() {
    let error = Source::read("claims.csv", &b"id,person\nc1,\xd6\xd8"[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUtf8);
    assert_eq!(error.to_string(), "claims.csv:2:4: the text is not UTF-8 (is it GBK? save it as UTF-8)");
    let error = Source::read("claims.csv", &b"\xff\xfei\0d\0"[..]).unwrap_err();
    assert_eq!(error.to_string(), "claims.csv:1:1: the text is UTF-16, not UTF-8: save it as UTF-8");
}

#[test]
fn a_byte_order_mark_and_crlf_change_nothing() {
    let plain = claims(&format!("{HEADER}\nc1,p1,2024-05-01,52.00,52.00\n")).unwrap();
    for text in [
        format!("\u{feff}{HEADER}\r\nc1,p1,2024-05-01,52.00,52.00\r\n"),
        format!("{HEADER}\r\nc1,p1,2024-05-01,52.00,52.00"),
        format!("\n{HEADER}\n\n\"c1\",\"p1\",2024-05-01,52.00,52.00\n\n"),
    ] {
        assert_eq!(claims(&text).unwrap().claims, plain.claims);
    }
    let json = "\u{feff}[\r\n{ \"id\": \"c1\", \"person\": \"p1\", \"service_from\": \"2024-05-01\",\r\n\"bill\": 52, \"portions\": { \"in_scope\": 52.00 } }\r\n]\r\n";
    assert_eq!(json_claims(json).unwrap().claims, plain.claims);
}

#[test]
fn columns() {
    let error = claims("id,person,service_from,bill,bill,portions.,portion.in_scope,servicefrom,,x\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateColumn);
    assert_eq!(error.list()[0].line(), Some(1));
    let known = "`id`, `person`, `scheme`, `care`, `facility.id`, `facility.level`, `facility.region`, `service_from`, `service_to`, `settled`, `sequence`, \
                 `stay`, `days`, `bill`, `attributes.NAME`, `portions.NAME`, `prior.LAYER`";
    let expected = format!(
        "claims.csv:1: column `bill` is there twice\n\
         claims.csv:1: there is no column `portions.` in such files (columns are {known})\n\
         claims.csv:1: there is no column `portion.in_scope` in such files (columns are {known})\n\
         claims.csv:1: there is no column `servicefrom` in such files (did you mean `service_from`?)\n\
         claims.csv:1: a column without a name\n\
         claims.csv:1: there is no column `x` in such files (columns are {known})"
    );
    assert_eq!(told(error), expected);

    let error = claims("id,portions.in_scope\nc1,5\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingColumn);
    assert_eq!(
        told(error),
        "claims.csv:1: column `person` is missing\nclaims.csv:1: column `service_from` is missing\nclaims.csv:1: column `bill` is missing"
    );
    assert_eq!(
        told(claims("id,\"person\n").unwrap_err()),
        "claims.csv:1: the header cannot be read: field 2: a quote that is not closed on its line"
    );
    let error = read_people(&source("people.csv", "id,birthdate\n")).unwrap_err();
    assert_eq!(told(error), "people.csv:1: there is no column `birthdate` in such files (did you mean `birth_date`?)");
}

#[test]
fn json_that_is_no_array() {
    let error = json_claims("{\"id\": \"c1\"}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(told(error), "claims.json:1:1: the file must be a JSON array of claims, `[ { ... }, ... ]`");
    assert_eq!(told(json_claims("[\n{\"id\": \"c1\",\n]").unwrap_err()), "claims.json:3:1: the file is not JSON: key must be a string");
    assert_eq!(told(json_claims("[{}").unwrap_err()), "claims.json:1:3: the file is not JSON: EOF while parsing a list");
    assert_eq!(told(json_claims("[] x").unwrap_err()), "claims.json:1:4: the file is not JSON: trailing characters");
    let lines = source("lines.csv", "claim,id,amount\n");
    let error = read_claims(&source("claims.json", "[]"), Some(&lines)).unwrap_err();
    assert_eq!(told(error), "lines.csv: lines in a file of their own go with claims in CSV; in JSON they stand in their claim");
}

// --- rows

#[test]
fn rows_that_cannot_be_read() {
    let unreadable = |text: &str, field: &str, message: &str| {
        assert_eq!(row(text), (RejectCode::Unreadable, field.to_owned(), Some(2), message.to_owned()), "{text}");
    };
    unreadable("c1,p1,2024-05-01,5", "", "row 2: 4 fields, but there are 5 columns");
    unreadable("c1,p1,2024-05-01,5,5,5", "", "row 2: 6 fields, but there are 5 columns");
    unreadable("c1,\"p1,2024-05-01,5,5", "", "row 2: field 2: a quote that is not closed on its line");
    unreadable("c1,p1,2024-05-01,1\"000\",5", "", "row 2: field 4: a quote inside a field that does not begin with one");
    unreadable(",p1,2024-05-01,5,5", "id", "row 2, `id`: is empty");
    unreadable("c1,,2024-05-01,5,5", "person", "row 2, `person`: is empty");
    unreadable("c1,p1,,5,5", "service_from", "row 2, `service_from`: is empty");
    unreadable("c1,p1,2024-05-01,,5", "bill", "row 2, `bill`: is empty");
    unreadable("c1, p1,2024-05-01,5,5", "person", "row 2, `person`: ` p1` has spaces around it");
    unreadable("c1,p\u{1b}1,2024-05-01,5,5", "person", "row 2, `person`: `p\\u{1b}1` has control characters");
    for date in ["2024-5-1", "2024-02-30", "01.05.2024", "20240501", "2024-05-01T00:00"] {
        unreadable(
            &format!("c1,p1,{date},5,5"),
            "service_from",
            &format!("row 2, `service_from`: `{date}` is not a date of the form YYYY-MM-DD"),
        );
    }
    for amount in ["abc", "1e3", "5.", ".5", "+5", "NaN", "５", "0x5"] {
        let message = format!("row 2, `bill`: `{amount}` is not a plain decimal amount such as `1234.50`");
        unreadable(&format!("c1,p1,2024-05-01,{amount},5"), "bill", &message);
    }
    unreadable("c1,p1,2024-05-01,\"1,000.00\",5", "bill", "row 2, `bill`: `1,000.00` is not a plain decimal amount such as `1234.50`");
    let long = "x".repeat(1_001);
    unreadable(&format!("c1,{long},2024-05-01,5,5"), "", "row 2: field 2: longer than 1000 bytes");
}

#[test]
fn one_bad_row_is_one_reject() {
    let text = format!("{HEADER}\nc1,p1,2024-05-01,5,5\n\nc2,p1,x,5,5\n\"c3,p1,2024-05-01,5,5\nc4,p1,2024-05-01,5,5\n");
    let read = claims(&text).unwrap();
    let ids: Vec<&str> = read.claims.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["c1", "c4"]);
    let rejects: Vec<_> = read.rejects.iter().map(|r| (r.claim(), r.row())).collect();
    assert_eq!(rejects, [("c2", Some(4)), ("", Some(5))]);
}

#[test]
fn one_bad_element_is_one_reject() {
    let text = "[\n{ \"id\": \"c1\", \"person\": \"p1\", \"service_from\": \"2024-05-01\", \"bill\": 5 },\n\
                { \"id\": \"c2\", \"person\": \"p1\", \"service_from\": \"2024-05-01\", \"bil\": 5 },\n 7,\n\
                { \"id\": \"c4\", \"person\": \"p1\",\n \"service_from\": \"2024-05-01\", \"bill\": 5,\n \"portions\": { \"in_scope\": 5, \"in_scope\": 5 } },\n\
                { \"id\": \"\", \"person\": \"p1\", \"service_from\": \"2024-05-01\", \"bill\": 5 }\n]";
    let read = json_claims(text).unwrap();
    assert_eq!(read.claims.len(), 1);
    let rejects: Vec<_> = read.rejects.iter().map(|r| (r.claim(), r.row(), r.message())).collect();
    assert_eq!(
        rejects,
        [
            ("c2", Some(2), "element 2 (line 3), `bil`: there is no field `bil`; did you mean `bill`?"),
            ("", Some(3), "element 3 (line 4): it must be an object, `{ ... }`"),
            ("c4", Some(4), "element 4 (line 7), `portions.in_scope`: `in_scope` is given twice"),
            ("", Some(5), "element 5 (line 8), `id`: is empty"),
        ]
    );
}

/// Numbers that look like chance, the same each time.
fn chance(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

#[test]
fn a_hundred_thousand_lines_of_garbage() {
    let mut next = chance(1);
    let mut text = format!("{HEADER}\n");
    for _ in 0..100_000 {
        for _ in 0..1 + next() % 40 {
            let c = match next() % 8 {
                0 => ',',
                1 => '"',
                2 => '甲',
                _ => char::from_u32(1 + (next() % 126) as u32).filter(|c| !matches!(c, '\n' | '\r')).unwrap_or(';'),
            };
            text.push(c);
        }
        text.push('\n');
    }
    let read = claims(&text).unwrap();
    assert_eq!((read.claims.len(), read.rejects.len()), (0, 100_000));
    assert!(read.rejects.iter().all(|r| r.code() == RejectCode::Unreadable && r.row().is_some() && r.message().len() < 2_000));
    let run = run_with(&book(), &People::default(), read);
    assert_eq!(run.summary.rejects[&RejectCode::Unreadable], 100_000);

    // The same as people: an error that lists the first of them.
    let error =
        read_people(&source("people.csv", &text.replacen(HEADER, "id,household,birth_date,attributes.a,attributes.b", 1))).unwrap_err();
    assert_eq!((error.list().len(), error.more() >= 99_000), (100, true));
    assert!(told(error).lines().last().unwrap().ends_with(" more problems"));
    // And as one JSON file: an error at once.
    assert!(json_claims(&format!("[{text}")).is_err());
    assert_eq!(json_claims(&format!("[{}", "[".repeat(100_000))).unwrap_err().kind(), ErrorKind::Malformed);
}

/// A file of any bytes, or one that was right before some bytes were changed.
fn spoilt(file: &str, next: &mut impl FnMut() -> u64) -> Vec<u8> {
    if next().is_multiple_of(5) {
        return (0..next() % 200).map(|_| next() as u8).collect();
    }
    let mut bytes = file.as_bytes().to_vec();
    for _ in 0..next() % 6 {
        let (at, byte) = (next() as usize % bytes.len(), next() as u8);
        match next() % 3 {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let mut next = chance(7);
    let book = book();
    for _ in 0..3_000 {
        let mut file = |name: &str, text: &str| Source::read(name, spoilt(text, &mut next).as_slice()).ok();
        let csv =
            file("claims.csv", "id,person,service_from,bill,portions.in_scope\nc1,p1,2024-05-01,52.00,52.00\n\"c2\",p1,2024-05-02,1.00,\n");
        let json =
            r#"[{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": 52.00, "prior": { "basic": { "amount": 1 } } }]"#;
        let (json, stdin, json_people) = (file("claims.json", json), file("standard input", json), file("people.json", json));
        let lines = file("lines.csv", "claim,id,amount\nc1,1,52.00\n");
        let people = file("people.csv", "id,birth_date,attributes.identity\np1,1960-05-01,low_income@2023-01-01..;none\n");
        for source in [csv, json, stdin].into_iter().flatten() {
            for lines in [None, lines.as_ref()] {
                let Ok(claims) = read_claims(&source, lines) else { continue };
                let people = People::of_claims(&claims.claims);
                run_with(&book, &people, claims);
            }
        }
        for source in [people, json_people].into_iter().flatten() {
            if let Err(errors) = read_people(&source) {
                assert!(!errors.to_string().is_empty());
            }
        }
    }
}

// --- persons

#[test]
fn persons_that_cannot_be_read_are_all_told() {
    let text = "id,household,birth_date,attributes.identity\np1,,1960-13-01,\np1,h1,,\n,h1,,\np2,h1,,low_income@2023-01-01\np2,h1,,a@2024-01-01..2023-01-01\np3\np2,,,\n";
    let error = read_people(&source("people.csv", text)).unwrap_err();
    assert_eq!(
        told(error),
        "people.csv:2: `birth_date`: `1960-13-01` is not a date of the form YYYY-MM-DD\n\
         people.csv:4: `id`: is empty\n\
         people.csv:5: `attributes.identity`: `2023-01-01` is not a time such as `2023-01-01..2024-01-01`, `2023-01-01..` or `..2024-01-01`\n\
         people.csv:6: `attributes.identity`: `a` ends on 2023-01-01, not after it begins on 2024-01-01\n\
         people.csv:7: 1 fields, but there are 4 columns\n\
         people.csv:8: `id`: person `p2` is given twice, first in line 6"
    );
    let text = "[{ \"id\": \"p1\", \"birth_date\": \"1960-5-1\" },\n{ \"id\": \"\" },\n{ \"id\": \"p2\", \"attributes\": { \"a\": 1.5 } },\n{ \"name\": \"x\" }]";
    let error = read_people(&source("people.json", text)).unwrap_err();
    assert_eq!(
        told(error),
        "people.json:1: `birth_date`: `1960-5-1` is not a date of the form YYYY-MM-DD\n\
         people.json:2: `id`: is empty\n\
         people.json:3: `attributes.a`: a binary float is not exact; write the number as text, such as \"1234.50\"\n\
         people.json:4: `name`: there is no field `name`; fields are `id`, `household`, `birth_date`, `attributes`, `opening`"
    );
    let error = read_people(&source("people.csv", "id,household\np1,\np2,p1\n")).unwrap_err();
    assert_eq!(
        told(error),
        "people.csv: person `p1` has no household, but others have the household `p1`: say which household the person belongs to"
    );
}

#[test]
fn attributes_that_no_scheme_declares() {
    let people = read_people(&source("people.csv", "id,attributes.identty,attributes.x\np1,low_income,\np2,,1\n")).unwrap();
    let error = batch::run(&book(), &people, Vec::new(), Vec::new(), Mode::Plain).unwrap_err();
    assert_eq!(
        error.to_string(),
        "person `p1`: no scheme declares an attribute `identty` of persons (did you mean `identity`?)\n\
         person `p2`: no scheme declares an attribute `x` of persons"
    );
    assert!(matches!(error, BatchError::UnknownAttributes(_)));
}

// --- claims that can be read

#[test]
fn unknown_ids() {
    let text = "id,person,scheme,service_from,bill,portions.in_scope,portions.in_scop,prior.basics,attributes.referral\n\
                c1,p9,,2024-05-01,5,5,,,\nc2,p1,village_cove,2024-05-01,5,5,,,\nc3,p1,,2024-05-01,5,,5,,\nc4,p1,,2024-05-01,5,5,,1,\nc5,p1,,2024-05-01,5,5,,,true\n";
    assert_eq!(
        rejects(text),
        [
            "c1 unknown-person person: there is no person `p9`",
            "c2 unknown-scheme scheme: there is no scheme `village_cove`; did you mean `village_cover`?",
            "c3 unknown-portion portions.in_scop: the scheme has no portion `in_scop`",
            "c4 unknown-layer prior.basics: the scheme has no layer `basics`",
            "c5 unknown-attribute attributes.referral: the scheme declares no attribute `referral` of claims",
        ]
    );
}

#[test]
fn amounts() {
    let text = "id,person,service_from,bill,portions.in_scope,portions.out_of_scope,prior.basic\n\
                c1,p1,2024-05-01,-5,-5,,\n\
                c2,p1,2024-05-01,5.001,5.001,,\n\
                c3,p1,2024-05-01,5,4,,\n\
                c4,p1,2024-05-01,5,5,,5.01\n\
                c5,p1,2024-05-01,5.1234567,5,,\n\
                c6,p1,2024-05-01,99999999999999,5,,\n\
                c7,p1,2024-05-01,9223372036854.77,9223372036854.77,9223372036854.77,\n\
                c8,p1,2024-05-01,5,,,\n";
    assert_eq!(
        rejects(text),
        [
            "c1 negative-amount bill: -5 is below zero",
            "c2 over-precise-amount bill: 5.001 is no whole multiple of the scheme's unit 0.01",
            "c3 portions-do-not-add-up portions: portions add up to 4.00, the bill is 5.00",
            "c4 prior-above-residual prior.basic: `basic` is given as paying 5.01, which is more than is left for it",
            "c5 over-precise-amount bill: row 6, `bill`: `5.1234567` has more than six decimal places",
            "c6 amount-overflow bill: row 7, `bill`: `99999999999999` is out of range",
            "c7 amount-overflow portions: the amounts are too large to be figured with",
            "c8 portions-do-not-add-up portions: the bill comes with neither portions nor lines",
        ]
    );
}

#[test]
fn the_largest_amounts_are_settled_or_rejected() {
    let text =
        format!("{HEADER}\nc1,p1,2024-05-01,9223372036854.77,9223372036854.77\nc2,p1,2024-05-02,9223372036854.77,9223372036854.77\n");
    let people = People::of_claims(&claims(&text).unwrap().claims);
    let run = run_with(&book(), &people, claims(&text).unwrap());
    for reject in &run.rejects {
        assert_eq!(reject.code(), RejectCode::AmountOverflow);
    }
    for decision in &run.decisions {
        let sum = decision.paid.checked_add(decision.out_of_pocket).unwrap();
        assert_eq!(sum.to_string(), decision.bill.to_string());
    }
}

#[test]
fn dates() {
    let text = "id,person,service_from,service_to,settled,bill,portions.in_scope\n\
                c1,p1,2000-02-28,,,5,5\nc2,p1,2023-12-31,,,5,5\nc3,p1,2025-01-01,,,5,5\nc4,p1,2024-05-02,2024-05-01,,5,5\nc5,p1,2024-05-02,,2024-05-01,5,5\n";
    assert_eq!(
        rejects(text),
        [
            "c1 before-birth service_from: service on 2000-02-28, before the birth on 2000-02-29",
            "c2 no-scheme-in-force service_from: scheme `village_cover` version 2024.1 does not hold on 2023-12-31",
            "c3 no-scheme-in-force service_from: scheme `village_cover` version 2024.1 does not hold on 2025-01-01",
            "c4 dates-out-of-order service_to: the service ends before it begins on 2024-05-02",
            "c5 dates-out-of-order settled: settled before the service begins on 2024-05-02",
        ]
    );
}

#[test]
fn of_duplicates_the_first_counts_whatever_the_order_of_rows() {
    let rows = ["c1,p1,2024-05-01,7.00,7.00", "c1,p1,2024-05-01,8.00,8.00", "c1,p1,2024-04-30,9.00,9.00", "c1,p9,2024-06-01,1.00,1.00"];
    let mut seen = std::collections::BTreeSet::new();
    for turn in 0..rows.len() {
        let mut rows = rows.to_vec();
        rows.rotate_left(turn);
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        let run = run_with(&book(), &People::of_claims(&claims(&text).unwrap().claims), claims(&text).unwrap());
        assert_eq!(run.decisions[0].bill.to_string(), "9.00");
        let duplicate = "c1 duplicate-claim id: another claim has the id `c1`";
        assert_eq!(rejects_of(&run), [duplicate, duplicate, duplicate]);
        seen.insert(serde_json::to_string(&run.decisions).unwrap());
    }
    assert_eq!(seen.len(), 1);
}

// --- lines

const CLASSIFY: (&str, &str) = ("[[layer]]\nid = \"basic\"", "[[classify]]\nwhen = {}\ninto = \"in_scope\"\n\n[[layer]]\nid = \"basic\"");

#[test]
fn lines_in_a_file_of_their_own() {
    let claims_text = "id,person,service_from,bill\nc1,p1,2024-05-01,8\nc2,p1,2024-05-01,5\nc3,p1,2024-05-x,5\nc4,p1,2024-05-01,5\n";
    let lines = "claim,id,amount,quantity\nc1,10,3,\nc1,9,5,\nc2,1,x,\nc3,1,x,\nc9,1,5,\nc4,1,4,\nc4,1,1,0\n,1,5,\n";
    let read = read_claims(&source("claims.csv", claims_text), Some(&source("in/lines.csv", lines))).unwrap();
    let run = batch::run(
        &PlanBook::new([plan(&small(&[CLASSIFY]))]).unwrap(),
        &People::of_claims(&read.claims),
        read.claims,
        read.rejects,
        Mode::Explained,
    )
    .unwrap();
    assert_eq!(
        rejects_of(&run),
        [
            " unreadable claim: lines.csv row 9, `claim`: is empty",
            "c2 unreadable amount: lines.csv row 4, `amount`: `x` is not a plain decimal amount such as `1234.50`",
            "c3 unreadable service_from: row 4, `service_from`: `2024-05-x` is not a date of the form YYYY-MM-DD",
            "c4 negative-amount lines.1.quantity: the quantity 0 is not above zero",
            "c9 unreadable claim: lines.csv row 6, `claim`: there is no claim `c9`",
        ]
    );
    let lines: Vec<&str> = run.decisions[0].lines.iter().map(|l| l.line.as_str()).collect();
    assert_eq!(lines, ["9", "10"]);
    let error = read_claims(&source("claims.csv", claims_text), Some(&source("lines.csv", "claim,id\n"))).unwrap_err();
    assert_eq!(told(error), "lines.csv:1: column `amount` is missing");
}

// --- several schemes and editions

#[test]
fn a_claim_among_several_schemes_names_its_own() {
    let book = PlanBook::new([plan(SMALL), plan(&small(&[("\"village_cover\"", "\"town_cover\"")]))]).unwrap();
    let text = "id,person,scheme,service_from,bill,portions.in_scope\nc1,p1,,2024-05-01,5,5\nc2,p1,town_cover,2024-05-01,5,5\nc3,p1,city,2024-05-01,5,5\n";
    let read = claims(text).unwrap();
    let run = run_with(&book, &People::of_claims(&read.claims), read);
    assert_eq!(
        rejects_of(&run),
        [
            "c1 unknown-scheme scheme: the claim names no scheme, and there are several: `town_cover`, `village_cover`",
            "c3 unknown-scheme scheme: there is no scheme `city`",
        ]
    );
}

#[test]
fn editions() {
    let until_july = small(&[("until = 2025-01-01", "until = 2024-07-01")]);
    let next = small(&[("\"2024.1\"", "\"2024.2\""), ("from = 2024-01-01", "from = 2024-07-01"), ("\"70%\"", "\"80%\"")]);
    let book = PlanBook::new([plan(&next), plan(&until_july)]).unwrap();
    let text = format!("{HEADER}\nc1,p1,2024-06-30,1300,1300\nc2,p1,2024-07-01,1300,1300\nc3,p1,2025-01-01,5,5\n");
    let read = claims(&text).unwrap();
    let run = run_with(&book, &People::of_claims(&read.claims), read);
    let paid: Vec<_> = run.decisions.iter().map(|d| (d.scheme.version.as_str(), d.paid.to_string())).collect();
    assert_eq!(paid, [("2024.1", "700.00".to_owned()), ("2024.2", "800.00".to_owned())]);
    assert_eq!(rejects_of(&run), ["c3 no-scheme-in-force service_from: no edition of scheme `village_cover` holds on 2025-01-01"]);

    let error = |plans: [Plan; 2]| PlanBook::new(plans).unwrap_err().to_string();
    assert_eq!(error([plan(SMALL), plan(&next)]), "scheme `village_cover`: versions 2024.1 and 2024.2 both hold on 2024-07-01");
    let by_discharge = next.replacen("\"admission\"", "\"discharge\"", 1);
    assert_eq!(
        error([plan(&until_july), plan(&by_discharge)]),
        "scheme `village_cover`: versions 2024.1 and 2024.2 differ in `rule_date`, which editions of one scheme must share"
    );
    let as_incurred = next.replacen("\"as-received\"", "\"as-incurred\"", 1);
    assert_eq!(
        error([plan(&until_july), plan(&as_incurred)]),
        "scheme `village_cover`: versions 2024.1 and 2024.2 differ in `order`, which editions of one scheme must share"
    );
    let dollars = small(&[("\"village_cover\"", "\"town_cover\""), ("\"CNY\"", "\"USD\"")]);
    assert_eq!(error([plan(SMALL), plan(&dollars)]), "the schemes are in USD and in CNY; amounts of different currencies cannot be summed");
    assert_eq!(PlanBook::new([]).unwrap_err().to_string(), "there is no scheme");
}

/// Lines of a stream that are no operations are told in both languages, with the field.
#[test]
fn lines_of_a_stream() {
    let told = |line: &str, en: &str, zh: &str| {
        let text = format!("{{\"id\":\"o1\",\"received\":\"2024-01-02\",\"void\":{{\"claim\":\"c1\"}}}}\n{line}\n");
        let read = medaid::io::read_operations(&Source::read("operations.jsonl", text.as_bytes()).unwrap());
        assert_eq!((read.operations.len(), read.unreadable.len()), (1, 1), "{line}");
        let (number, message) = &read.unreadable[0];
        let found = [Language::En, Language::Zh].map(|language| message.text(language));
        assert_eq!((*number, found), (2, [en, zh]), "{line}");
    };
    told("void c1", "it must be an object, `{ ... }`", "应为对象：`{ ... }`");
    told("[]", "it must be an object, `{ ... }`", "应为对象：`{ ... }`");
    told(
        r#"{"id":"o2" "received":"2024-01-03"}"#,
        "not JSON: expected `,` or `}` (column 12)",
        "不是 `JSON`：第 12 列（`expected `,` or `}``）",
    );
    told(
        r#"{"id":"o2","received":"2024-01-03","void":{"claim":"c1"}"#,
        "not JSON: EOF while parsing an object (column 56)",
        "不是 `JSON`：第 56 列（`EOF while parsing an object`）",
    );
    told(
        r#"{"id":"o2","received":"2024-01-03","voidd":{"claim":"c1"}}"#,
        "`voidd`: there is no field `voidd`; did you mean `void`?",
        "`voidd`：没有字段 `voidd`；是不是 `void`？",
    );
    told(
        r#"{"id":"o2","received":"2024-01-03","void":{"claim":"c1","because":"x"}}"#,
        "`void.because`: there is no field `because`; fields are `claim`",
        "`void.because`：没有字段 `because`；可用的字段有 `claim`",
    );
    told(r#"{"id":"o2","void":{"claim":"c1"}}"#, "`received`: is missing", "`received`：缺少");
    told(
        r#"{"id":"o2","received":"soon","void":{"claim":"c1"}}"#,
        "`received`: `soon` is not a date of the form YYYY-MM-DD",
        "`received`：`soon` 不是 `YYYY-MM-DD` 形式的日期",
    );
    told(r#"{"id":"","received":"2024-01-03","void":{"claim":"c1"}}"#, "`id`: is empty", "`id`：为空");
    let acts = "`enrol`, `submit`, `void`, `correct`, `payment`, `reserve`, `release`, `adopt`";
    let (en, zh) = (format!("an operation does one of: {acts}"), format!("一个操作做且只做一件事：{acts}"));
    told(r#"{"id":"o2","received":"2024-01-03"}"#, &en, &zh);
    told(r#"{"id":"o2","received":"2024-01-03","void":{"claim":"c1"},"release":{"claim":"c1"}}"#, &en, &zh);
    told(
        r#"{"id":"o2","received":"2024-01-03","void":{"claim":"c1"},"uses":"c2"}"#,
        "`uses` belongs to `submit`",
        "`uses` 只能与 `submit` 一起用",
    );
    told(
        r#"{"id":"o2","received":"2024-01-03","submit":{"id":"c1","person":"p1","service_from":"2024-05-01","bill":1.2345678,"portions":{}}}"#,
        "`submit.bill`: `1.2345678` has more than six decimal places",
        "`submit.bill`：`1.2345678` 的小数超过六位",
    );
}
