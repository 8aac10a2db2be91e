//! A small claims service: journals of [`medaid`] in one SQLite file, behind HTTP. README.md says how to run it and what it guarantees.

mod answer;
mod desk;
mod store;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use medaid::batch::PlanBook;
use medaid::journal::{Desk, Rules};
use medaid::{Digest, Plan, Scheme};
use store::{Shared, Store};
use tiny_http::Server;

const USAGE: &str = "usage: claims-service --scheme FILE... --database FILE --listen ADDRESS:PORT [--threads NUMBER]";

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Arguments {
    schemes: Vec<PathBuf>,
    database: PathBuf,
    listen: String,
    threads: u8,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
        let (mut schemes, mut database, mut listen, mut threads) = (Vec::new(), None, None, 4);
        while let Some(option) = words.next() {
            let value = words.next()?;
            match option.as_str() {
                "--scheme" => schemes.push(PathBuf::from(value)),
                "--database" => database = Some(PathBuf::from(value)),
                "--listen" => listen = Some(value),
                "--threads" => threads = value.parse().ok().filter(|number| *number > 0)?,
                _ => return None,
            }
        }
        (!schemes.is_empty()).then_some(())?;
        Some(Arguments { schemes, database: database?, listen: listen?, threads })
    }
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("claims-service: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let (rules, digest) = read_rules(&arguments.schemes)?;
    let shared = Shared::default();
    // The first one makes the file, the others open it.
    let stores = (0..arguments.threads).map(|_| Store::open(&arguments.database, &digest, &shared)).collect::<Result<Vec<_>, _>>()?;
    let server = Server::http(arguments.listen.as_str())?;
    writeln!(std::io::stdout(), "listening on {}", server.server_addr())?;
    std::thread::scope(|scope| {
        for mut store in stores {
            let (server, rules) = (&server, &rules);
            scope.spawn(move || {
                let mut desk = Desk::new(rules);
                loop {
                    match server.recv() {
                        Ok(request) => desk::attend(request, &mut desk, &mut store),
                        Err(error) => {
                            // The listener takes no more connections after that. Nothing is lost: everything that was acknowledged is on the disk.
                            eprintln!("claims-service: {error}");
                            std::process::exit(1);
                        }
                    }
                }
            });
        }
    });
    Ok(())
}

/// The rules, and the digest of all their files.
fn read_rules(files: &[PathBuf]) -> Result<(Rules, String), Failure> {
    let mut plans = Vec::new();
    let mut digests = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
        plans.push(Plan::compile(&Scheme::parse(&name, &text)?)?);
        digests.push(Digest::of(text.as_bytes()).to_string());
    }
    if let Some(plan) = plans.iter().find(|plan| plan.couples_everyone()) {
        // Journals go by household, and none of them knows the others.
        return Err(format!("scheme `{}`: all insured share a limit, which journals of households cannot keep", plan.scheme_id()).into());
    }
    digests.sort();
    Ok((Rules::new(PlanBook::new(plans)?), digests.join(" ")))
}
