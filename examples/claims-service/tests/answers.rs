//! What is answered: statuses and codes, whatever is sent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use std::process::Command;

use common::{DAY, SCHEME, Service, ask, enrol, fresh, journals, submit, void};
use serde_json::{Value, json};

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

#[test]
fn errors_have_stable_codes_and_change_nothing() {
    let database = fresh("errors");
    let service = Service::start(&database);
    for (person, household) in [("mother", "home"), ("father", "home"), ("neighbour", "next door")] {
        assert_eq!(service.send(&enrol(person, household)).0, 200);
    }
    assert_eq!(service.send(&submit("c1", "mother", "2024-05-01", 900)).0, 200);
    let before: Vec<_> = journals(&database).iter().map(|journal| journal.digest()).collect();

    let early = json!({ "id": "early", "received": "2024-12-30", "void": { "claim": "c1" } });
    let reused = json!({ "id": "submit c1", "received": DAY, "void": { "claim": "c1" } });
    let moves = json!({ "id": "moves", "received": DAY, "enrol": { "id": "mother", "household": "next door" } });
    let alone = json!({ "id": "alone", "received": DAY, "enrol": { "id": "home" } });
    let correct = json!({ "id": "correct", "received": DAY, "correct": submit("c1", "neighbour", "2024-05-01", 5)["submit"] });
    let release = json!({ "id": "release", "received": DAY, "release": { "claim": "c1" } });
    let expire = json!({ "id": "expire", "received": DAY, "expire": { "claim": "c1" } });
    let adopt = json!({ "id": "adopt", "received": DAY, "adopt": { "scheme": "family_plan", "version": "2025" } });
    let mut again = submit("c1", "mother", "2024-05-01", 900);
    again["id"] = json!("another id");
    let refused = [
        (early, 409, "out-of-order"),
        (reused, 409, "id-reused"),
        (moves, 409, "apart"),
        (alone, 409, "person"),
        (correct, 409, "claim-elsewhere"),
        (release, 404, "no-such-reservation"),
        (expire, 409, "by-itself"),
        (adopt, 409, "no-adoption"),
        (again, 409, "duplicate-claim"),
        (void("c9"), 404, "no-such-claim"),
        (submit("c2", "nobody", "2024-05-01", 9), 404, "no-such-person"),
        (json!({ "id": "nothing", "received": DAY }), 400, "unreadable"),
        (json!([]), 400, "unreadable"),
    ];
    for (operation, status, expected) in refused {
        let (answered, answer) = service.send(&operation);
        assert_eq!((answered, code(&answer)), (status, expected), "{operation}");
    }
    let long = "x".repeat(70_000);
    let claim = submit("q", "nobody", "2024-05-01", 9)["submit"].to_string();
    let asked = [
        ("POST", "/operations", "", 400, "unreadable"),
        ("POST", "/operations", &long, 413, "too-large"),
        ("POST", "/quote", &claim, 404, "no-such-person"),
        ("GET", "/operations", "", 405, "method"),
        ("GET", "/", "", 404, "no-such-path"),
        ("GET", "/claims/c9/explanation", "", 404, "no-such-claim"),
        ("GET", "/claims/c1/explanation?lang=fr", "", 400, "unreadable"),
        ("GET", "/claims/%FF/explanation", "", 400, "unreadable"),
        ("GET", "/persons/nobody/balance?on=2024-06-30", "", 404, "no-such-person"),
        ("GET", "/persons/mother/balance", "", 400, "unreadable"),
        ("GET", "/persons/mother/balance?on=2024-02-30", "", 400, "unreadable"),
        ("GET", "/households/nowhere/journal", "", 404, "no-such-household"),
    ];
    for (method, path, body, status, expected) in asked {
        let (answered, text) = service.ask(method, path, body);
        assert_eq!((answered, code(&serde_json::from_str(&text).unwrap())), (status, expected), "{method} {path}");
    }
    let after: Vec<_> = journals(&database).iter().map(|journal| journal.digest()).collect();
    assert_eq!(before, after);
}

#[test]
fn bytes_of_any_kind_are_answered() {
    let database = fresh("bytes");
    let service = Service::start(&database);
    assert_eq!(service.send(&enrol("p", "home")).0, 200);
    let good = submit("c", "p", "2024-05-01", 900).to_string().into_bytes();
    for place in 0..good.len() {
        for byte in [0, b'"', b'9', b'{', 0xff] {
            let mut bytes = good.clone();
            bytes[place] = byte;
            let (status, text) = ask(&service.address, "POST", "/operations", &bytes).expect("an answer");
            assert!(status < 500, "{status} {text}: {}", String::from_utf8_lossy(&bytes));
        }
    }
    let deep = "[".repeat(60_000);
    assert_eq!(service.ask("POST", "/operations", &deep).0, 400);
    assert_eq!(service.ask("GET", "/health", "").0, 200);
}

#[test]
fn answers_tell_what_changed_and_outlive_the_process() {
    let database = fresh("year");
    let mut service = Service::start(&database);
    assert_eq!(service.send(&enrol("妈妈", "home")).0, 200);
    let (_, may) = service.send(&submit("may", "妈妈", "2024-05-01", 1000));
    // 500 of deductible, then 60 %; charity pays half of what is left.
    assert_eq!(may["decision"]["out_of_pocket"], "350.00");
    let quoted = service.ask("POST", "/quote", &submit("march", "妈妈", "2024-03-01", 700)["submit"].to_string());
    let quoted: Value = serde_json::from_str(&quoted.1).unwrap();
    // A claim of March comes late: it takes the deductible, and May is paid 60 % of everything.
    let (_, march) = service.send(&submit("march", "妈妈", "2024-03-01", 700));
    assert_eq!(march["changes"], quoted["changes"]);
    assert_eq!(march["changes"][1]["claim"], "may");
    assert_eq!(march["changes"][1]["why"], "accumulated");
    assert_eq!(march["changes"][1]["figures"][0], json!({ "figure": "plan", "was": "300.00", "now": "600.00", "change": "300.00" }));
    // A child is born into the household, a reservation runs out by the day of the next operation.
    assert_eq!(service.send(&enrol("child", "home")).0, 200);
    let expected = submit("r", "child", "2024-12-01", 100)["submit"].clone();
    assert_eq!(service.send(&json!({ "id": "reserve", "received": DAY, "reserve": expected, "expires": DAY })).0, 200);
    let mut next = void("march");
    next["received"] = json!("2025-01-05");
    let (_, voided) = service.send(&next);
    assert_eq!(voided["expired"][0]["claim"], "r");

    let asked = ["/claims/may/explanation?lang=en", "/persons/%E5%A6%88%E5%A6%88/balance?on=2024-06-30", "/households/home/journal"];
    let told: Vec<_> = asked.iter().map(|path| service.ask("GET", path, "")).collect();
    assert!(told[0].1.contains("out of pocket    350.00"), "{}", told[0].1);
    assert!(told.iter().all(|(status, _)| *status == 200));
    service.kill();
    let service = Service::start(&database);
    assert_eq!(told, asked.iter().map(|path| service.ask("GET", path, "")).collect::<Vec<_>>());
    assert_eq!(service.send(&next), (200, json!({ "number": 6, "repeated": true, "changes": [], "expired": [], "decision": null })));
}

#[test]
fn a_damaged_journal_is_refused_and_the_others_go_on() {
    let database = fresh("damage");
    let mut service = Service::start(&database);
    for home in ["a", "b"] {
        assert_eq!(service.send(&enrol(&format!("p{home}"), home)).0, 200);
        assert_eq!(service.send(&submit(&format!("c{home}"), &format!("p{home}"), "2024-05-01", 900)).0, 200);
    }
    service.kill();
    let connection = rusqlite::Connection::open(&database).unwrap();
    let changed = connection.execute(r#"UPDATE records SET record = replace(record, '"bill":"900"', '"bill":"901"') WHERE circle = 1"#, []);
    assert_eq!(changed, Ok(2));
    drop(connection);
    let service = Service::start(&database);
    let (status, answer) = service.send(&void("ca"));
    assert_eq!((status, code(&answer)), (500, "damaged"));
    assert_eq!(service.send(&void("cb")).0, 200);
}

#[test]
fn a_database_belongs_to_its_rules() {
    let database = fresh("rules");
    Service::start(&database).kill();
    let other = database.with_file_name("other.toml");
    std::fs::write(&other, std::fs::read_to_string(SCHEME).unwrap().replace("ratio = \"50%\"", "ratio = \"40%\"")).unwrap();
    let start = |scheme: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claims-service"));
        command.args(["--listen", "127.0.0.1:0", "--scheme", scheme, "--database"]).arg(&database).output().unwrap()
    };
    let output = start(other.to_str().unwrap());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other rules"));
    assert_eq!(start("missing.toml").status.code(), Some(1));
}
