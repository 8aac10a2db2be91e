//! The real service as a process, and what its clients say to it.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use medaid::batch::PlanBook;
use medaid::journal::{Journal, Rules};
use medaid::{Plan, Scheme};
use serde_json::{Value, json};

/// The rules of a family: deductibles and limits that its members share, claims settled in the order in which they were incurred.
pub const SCHEME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sequence-family/scheme.toml");

/// The same rules, for the test itself.
pub fn rules() -> Rules {
    let scheme = Scheme::parse("scheme.toml", &std::fs::read_to_string(SCHEME).unwrap()).unwrap();
    Rules::new(PlanBook::new([Plan::compile(&scheme).unwrap()]).unwrap())
}

/// A database file that is not there yet.
pub fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("claims.db")
}

/// The service as a process of its own. It is killed when dropped.
pub struct Service {
    process: Child,
    pub address: String,
}

impl Service {
    pub fn start(database: &Path) -> Service {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claims-service"));
        command.args(["--scheme", SCHEME, "--listen", "127.0.0.1:0", "--database"]).arg(database);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("the service starts").to_owned();
        Service { process, address }
    }

    /// SIGKILL: nothing is flushed, nothing is said goodbye to.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// What is answered, its status first.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        ask(&self.address, method, path, body.as_bytes()).expect("an answer")
    }

    pub fn send(&self, operation: &Value) -> (u16, Value) {
        let (status, text) = self.ask("POST", "/operations", &operation.to_string());
        (status, serde_json::from_str(&text).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// One request on a connection of its own; nothing unless the whole answer came.
pub fn ask(address: &str, method: &str, path: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let whole = length?.parse() == Ok(body.len());
    let status = head.split(' ').nth(1)?.parse().ok()?;
    whole.then(|| (status, body.to_owned()))
}

pub const DAY: &str = "2024-12-31";

pub fn enrol(person: &str, household: &str) -> Value {
    json!({ "id": format!("enrol {person}"), "received": DAY, "enrol": { "id": person, "household": household } })
}

pub fn submit(claim: &str, person: &str, day: &str, bill: u64) -> Value {
    let claim_of =
        json!({ "id": claim, "person": person, "service_from": day, "bill": bill.to_string(), "portions": { "cost": bill.to_string() } });
    json!({ "id": format!("submit {claim}"), "received": DAY, "submit": claim_of })
}

pub fn void(claim: &str) -> Value {
    json!({ "id": format!("void {claim}"), "received": DAY, "void": { "claim": claim } })
}

/// All journals of a database, read without the service. Reading them checks their digests.
pub fn journals(database: &Path) -> Vec<Journal> {
    let database = rusqlite::Connection::open(database).unwrap();
    let mut circles = database.prepare("SELECT circle, records, digest FROM circles").unwrap();
    let circles = circles.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, usize>(1)?, row.get::<_, String>(2)?))).unwrap();
    let journal = |(circle, count, digest): (i64, usize, String)| {
        let mut records = database.prepare("SELECT record FROM records WHERE circle = ? ORDER BY number").unwrap();
        let records: Vec<String> = records.query_map([circle], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(records.len(), count);
        let text = format!(r#"{{"format":1,"records":[{}],"digest":"{digest}"}}"#, records.join(","));
        serde_json::from_str(&text).expect("the journal fits its digests")
    };
    circles.map(|row| journal(row.unwrap())).collect()
}
