//! The command line when the world does not play along: full disks, closed pipes, names that are taken, kills.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FIXTURE: &str = "fixtures/w1-four-layers-low-income-2023";
const STREAM: &str = "fixtures/sequence-family";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medaid"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// Exit code and what was said on standard error.
fn said(args: &[&str]) -> (Option<i32>, String) {
    let output = command(args).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_standard_output() {
    let scheme = format!("{FIXTURE}/scheme.toml");
    let all: [&[&str]; 12] = [
        &["run", FIXTURE],
        &["run", STREAM],
        &["explain", FIXTURE, "W1"],
        &["check", &scheme],
        &["doc", &scheme],
        &["journal", STREAM],
        &["replay", STREAM],
        &["test", FIXTURE],
        &["schema"],
        &["check", "--explain", "W104"],
        &["--help"],
        &["--version"],
    ];
    for args in all {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(args).stdout(full).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains("No space left on device"), "{args:?}: {message}");
    }
}

/// Who closes the pipe has seen enough: no message, no failure.
#[test]
fn a_closed_pipe() {
    let scheme = format!("{FIXTURE}/scheme.toml");
    let all: [&[&str]; 5] = [&["run", FIXTURE], &["doc", &scheme], &["journal", STREAM], &["schema"], &["--help"]];
    for args in all {
        let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), message.as_str()), (Some(0), ""), "{args:?}");
    }
}

/// A folder that has the name of a result is told before anything is replaced.
#[test]
fn a_name_that_is_taken() {
    for (args, name) in [(["run", FIXTURE], "summary.json"), (["run", STREAM], "summary.json"), (["run", FIXTURE], "rejects.csv")] {
        let path = folder("faults_taken");
        fs::create_dir(path.join(name)).unwrap();
        fs::write(path.join("decisions.csv"), "old\n").unwrap();
        let out = path.to_str().unwrap();
        let (code, message) = said(&[args[0], args[1], "--out", out, "--force"]);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(&format!("{name}: cannot be written")), "{message}");
        assert_eq!(fs::read_to_string(path.join("decisions.csv")).unwrap(), "old\n");
        assert_eq!(names_in(&path), {
            let mut names = vec!["decisions.csv".to_owned(), name.to_owned()];
            names.sort();
            names
        });
    }
}

#[test]
fn a_folder_that_is_not_empty() {
    for input in [FIXTURE, STREAM] {
        let path = folder("faults_not_empty");
        fs::write(path.join("mine.txt"), "mine").unwrap();
        let (code, message) = said(&["run", input, "--out", path.to_str().unwrap()]);
        assert_eq!(code, Some(2));
        assert!(message.ends_with("the output folder is not empty; --force replaces the result files in it\n"), "{message}");
        assert_eq!(names_in(&path), ["mine.txt"]);
    }
}

#[test]
fn what_cannot_be_read() {
    let path = folder("faults_unreadable");
    for name in ["scheme.toml", "people.csv"] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURE).join(name), path.join(name)).unwrap();
    }
    // A folder in the place of a file cannot be read, whoever asks.
    fs::create_dir(path.join("claims.csv")).unwrap();
    let out = folder("faults_unreadable_out");
    let (code, message) = said(&["run", path.to_str().unwrap(), "--out", out.join("results").to_str().unwrap()]);
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("claims.csv"), "{message}");
    assert!(!out.join("results/summary.json").exists());
}

/// Killed while it writes, it leaves no file with the name of a result; the next run needs no `--force`.
#[test]
fn a_kill_in_the_middle() {
    let path = folder("faults_kill");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/schemes/small.toml"), path.join("scheme.toml")).unwrap();
    let mut claims = String::from("id,person,service_from,bill,portions.in_scope,portions.out_of_scope\n");
    for number in 0..60_000 {
        claims += &format!("c{number},p{number},2024-05-01,52000.00,50000.00,2000.00\n");
    }
    fs::write(path.join("claims.csv"), claims).unwrap();
    let out = folder("faults_kill_out");
    let args = ["run", path.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let mut child = command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = |name: &String| name.starts_with('.') && name.ends_with(".part");
    while !names_in(&out).iter().any(begun) {
        assert!(
            child.try_wait().unwrap().is_none() || names_in(&out).iter().any(|name| name == "summary.json"),
            "it ended without results"
        );
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = names_in(&out);
    assert!(left.iter().all(begun) || left.iter().any(|name| name == "summary.json"), "{left:?}");
    if left.iter().all(begun) {
        let (code, message) = said(&args);
        assert_eq!(code, Some(0), "{message}");
    }
    let whole = fs::read_to_string(out.join("decisions.csv")).unwrap();
    assert_eq!(whole.lines().count(), 60_001);
}

/// What of a stream cannot be read is told in the language asked for, and a scheme that settles periods is not passed over in silence.
#[test]
fn streams_that_cannot_be_carried_out() {
    let path = folder("faults_stream");
    for name in ["scheme.toml", "people.json", "people.csv"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(STREAM).join(name);
        if from.exists() {
            fs::copy(from, path.join(name)).unwrap();
        }
    }
    let lines = "{\"id\":\"o1\"\n{\"id\":\"o2\",\"received\":\"2024-01-02\",\"vold\":{}}\n{\"id\":\"\",\"received\":\"2024-01-02\",\"void\":{\"claim\":\"x\"}}\n";
    fs::write(path.join("operations.jsonl"), lines).unwrap();
    let (code, message) = said(&["run", path.to_str().unwrap(), "--lang", "zh"]);
    assert_eq!(code, Some(0), "{message}");
    for words in ["不是 `JSON`", "没有字段 `vold`", "`id`：为空"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let other = "format = 1\n[scheme]\nid = \"refunds\"\nversion = \"1\"\neffective = { from = 2024-01-01 }\nmoney = { currency = \"CNY\", unit = \"0.01\" }\n\
         settles = { scheme = \"family_plan\", per = \"month\", owner = \"person\" }\n[[portion]]\nid = \"p\"\n[[layer]]\nid = \"l\"\n[[layer.benefit]]\nid = \"b\"\n\
         covers = [\"p\"]\nratio = \"50%\"\n";
    fs::write(path.join("scheme-refunds.toml"), other).unwrap();
    let (code, message) = said(&["run", path.to_str().unwrap()]);
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("a stream of operations does not do so yet"), "{message}");
}
