//! The command line: what it prints, where, and its exit codes.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::files::folder;

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medaid"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn medaid_with(args: &[&str], input: &str) -> Said {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(env!("CARGO_TARGET_TMPDIR"), "TMP");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn medaid(args: &[&str]) -> Said {
    medaid_with(args, "")
}

impl Said {
    /// For snapshots: the exit code and both streams.
    fn whole(&self) -> String {
        format!("exit code {}\n--- standard output\n{}--- standard error\n{}", self.code.unwrap(), self.out, self.err)
    }
}

const SMALL: &str = "tests/it/schemes/small.toml";
const CLAIMS: &str = "id,person,service_from,bill,portions.in_scope,portions.out_of_scope\n\
                      c1,p1,2024-05-01,52000.00,50000.00,2000.00\nc2,p1,2024-06-01,1.00,1.00,\nc3,p1,2025-01-01,1.00,1.00,\nc4,p1,soon,1.00,1.00,\n";

/// A copy of a fixture with its files changed by hand.
fn scenario(name: &str, files: &[(&str, &str)]) -> String {
    let path = folder(name);
    fs::write(path.join("scheme.toml"), include_str!("schemes/small.toml")).unwrap();
    for (name, text) in files {
        fs::write(path.join(name), text).unwrap();
    }
    path.to_str().unwrap().to_owned()
}

// --- help and usage

#[test]
fn help_teaches() {
    for (args, words) in [
        (vec!["--help"], vec!["Exit codes:", "Examples:", "scheme.toml", "medaid explain fixtures/w25-anti-example"]),
        (vec!["check", "--help"], vec!["Exit codes:", "Examples:", "--deny-warnings"]),
        (vec!["run", "--help"], vec!["Exit codes:", "Examples:", "--out", "standard error", "decisions.jsonl"]),
        (vec!["explain", "--help"], vec!["Exit codes:", "Examples:"]),
        (vec!["test", "--help"], vec!["Exit codes:", "Examples:", "expect.toml"]),
        (vec!["fmt", "--help"], vec!["Exit codes:", "Examples:", "--check"]),
        (vec!["schema", "--help"], vec!["Exit codes:", "Examples:", "#:schema"]),
        (vec!["doc", "--help"], vec!["Exit codes:", "Examples:", "--person", "SVG"]),
        (vec!["scenarios", "--help"], vec!["Exit codes:", "Examples:", "--against"]),
        (vec!["diff", "--help"], vec!["Exit codes:", "Examples:", "meaning"]),
        (vec!["--help", "--lang", "zh"], vec!["退出码：", "例：", "scheme.toml", "检查规则文件"]),
        (vec!["run", "--lang=zh", "--help"], vec!["退出码：", "例：", "--out", "标准错误"]),
    ] {
        let said = medaid(&args);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{args:?}");
        for word in words {
            assert!(said.out.contains(word), "{args:?} does not say {word}:\n{}", said.out);
        }
    }
}

#[test]
fn every_line_of_chinese_help_is_chinese() {
    for args in [
        vec!["-h"],
        vec!["check", "-h"],
        vec!["run", "-h"],
        vec!["explain", "-h"],
        vec!["test", "-h"],
        vec!["schema", "-h"],
        vec!["fmt", "-h"],
        vec!["doc", "-h"],
        vec!["scenarios", "-h"],
        vec!["diff", "-h"],
    ] {
        let said = medaid(&[args.as_slice(), &["--lang", "zh"]].concat());
        for line in said.out.lines().filter(|l| l.trim_start().starts_with('-')) {
            assert!(line.chars().any(|c| c > '\u{2e80}'), "{args:?}: {line}");
        }
    }
}

#[test]
fn wrong_usage_is_2() {
    for args in [
        &[] as &[&str],
        &["run"],
        &["run", "--scheme", SMALL],
        &["run", "fixtures/w8-huirongbao-2022", "--claims", "x.csv"],
        &["run", "fixtures/w8-huirongbao-2022", "--force"],
        &["run", "no/such/folder"],
        &["run", "tests"],
        &["check"],
        &["check", "no/such/file.toml"],
        &["check", "tests"],
        &["explain", "fixtures/w8-huirongbao-2022"],
        &["test", "tests"],
        &["test", "no/such/folder"],
        &["fly"],
        &["run", "--lang", "fr"],
        &["run", "--scheme", SMALL, "--claims", "no/such/claims.csv"],
    ] {
        let said = medaid(args);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(!said.err.is_empty(), "{args:?}");
    }
    assert_eq!(medaid(&["run"]).err, "error: give a scenario folder, or --scheme and --claims\n");
    assert_eq!(medaid(&["run", "--lang", "zh"]).err, "错误: 请给出场景文件夹，或 --scheme 与 --claims\n");
    assert_eq!(medaid(&["test", "tests"]).err, "error: there is no scenario (a folder with expect.toml) in or below tests\n");
}

// --- check

#[test]
fn check_shows_excerpts() {
    let path = folder("check");
    let text = include_str!("schemes/small.toml")
        .replace("{ identity = \"low_income\" }, then = \"65%\"", "{ identty = \"low_incom\" }, then = \"65%\"")
        .replace("covers = [\"in_scope\"]\n  deductible = { amount = 300", "covers = [\"inscope\"]\n  deductible = { amount = -300");
    fs::write(path.join("bad.toml"), text).unwrap();
    let said = medaid(&["check", path.join("bad.toml").to_str().unwrap(), SMALL]);
    insta::assert_snapshot!("check_table", said.whole());
    let said = medaid(&["check", path.join("bad.toml").to_str().unwrap(), "--format", "csv", "--lang", "zh"]);
    insta::assert_snapshot!("check_csv", said.whole());
    let said = medaid(&["check", path.join("bad.toml").to_str().unwrap(), SMALL, "--lang", "zh"]);
    insta::assert_snapshot!("check_table_zh", said.whole());
    let said = medaid(&["check", SMALL, "--format", "json"]);
    insta::assert_snapshot!("check_json", said.whole());
}

#[test]
fn check_explains_codes() {
    insta::assert_snapshot!("explain_code", medaid(&["check", "--explain", "e010"]).whole());
    insta::assert_snapshot!("explain_code_zh", medaid(&["check", "--explain", "table-gap", "--lang", "zh"]).whole());
    insta::assert_snapshot!("explain_codes_zh", medaid(&["check", "--explain", "--lang", "zh"]).whole());
    let said = medaid(&["check", "--explain", "tabel-gap"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert_eq!(said.err, "error: there is no code `tabel-gap`; did you mean `table-gap`?\n");
    let said = medaid(&["check", "--explain", "E999", "--lang", "zh"]);
    assert_eq!((said.code, said.err.as_str()), (Some(2), "错误: 没有代码 `E999`；`medaid check --explain` 列出全部代码\n"));
    let csv = medaid(&["check", "--explain", "W101", "--format", "csv"]);
    assert_eq!(csv.out, "code,name,severity,title\nW101,unused,warning,Something declared that nothing uses\n");
    let json = medaid(&["check", "--explain", "W101", "--format", "json"]).out;
    assert!(json.contains("\"wrong\": \"[[layer]]\\nid = "), "{json}");
}

#[test]
fn fmt_lays_out_in_place() {
    let path = folder("fmt");
    let (messy, broken) = (path.join("messy.toml"), path.join("broken.toml"));
    let (messy, broken) = (messy.to_str().unwrap(), broken.to_str().unwrap());
    let text = include_str!("schemes/messy.toml");
    fs::write(messy, text).unwrap();
    fs::write(broken, "a = [\n").unwrap();
    // Checked only: nothing is written.
    let said = medaid(&["fmt", "--check", messy, SMALL]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(1), "would lay out TMP/fmt/messy.toml\n", ""));
    assert_eq!(fs::read_to_string(messy).unwrap(), text);
    // A file that is not TOML stays as it is; the others are laid out all the same.
    let said = medaid(&["fmt", broken, messy, SMALL]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), "laid out TMP/fmt/messy.toml\n"));
    assert!(said.err.starts_with("error[E001]: unclosed array"), "{}", said.err);
    assert_eq!(fs::read_to_string(broken).unwrap(), "a = [\n");
    let laid_out = fs::read_to_string(messy).unwrap();
    assert_eq!(laid_out, medaid::lay_out("messy.toml", text).unwrap());
    assert_eq!(fs::read_dir(&path).unwrap().count(), 2, "nothing is left behind");
    let said = medaid(&["fmt", "--check", messy]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", ""));
    // Standard input.
    let said = medaid_with(&["fmt", "-"], text);
    assert_eq!((said.code, said.out == laid_out, said.err.as_str()), (Some(0), true, ""));
    assert_eq!(medaid_with(&["fmt", "-", "--check", "--lang", "zh"], text).out, "需要整理 standard input\n");
    assert_eq!(medaid(&["fmt", messy, "no/such.toml"]).code, Some(2));
    assert_eq!(medaid(&["fmt"]).code, Some(2));
}

#[test]
fn schema_is_the_checked_in_copy() {
    let said = medaid(&["schema"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out == fs::read_to_string("docs/scheme.schema.json").unwrap());
}

#[test]
fn warnings_are_fine_unless_denied() {
    assert_eq!(medaid(&["check", SMALL]).code, Some(0));
    assert_eq!(medaid(&["check", SMALL, "--deny-warnings"]).code, Some(1));
    assert_eq!(medaid(&["check", "fixtures/w8-huirongbao-2022", "--deny-warnings"]).code, Some(0));
}

#[test]
fn check_reasons_unless_quick() {
    let path = "fixtures/order-and-rounding/scheme-jumps.toml";
    insta::assert_snapshot!("check_reasons_table", medaid(&["check", path]).whole());
    insta::assert_snapshot!("check_reasons_table_zh", medaid(&["check", path, "--lang", "zh"]).whole());
    insta::assert_snapshot!("check_reasons_json", medaid(&["check", path, "--format", "json"]).whole());
    let missing = folder("check_case").join("gap.toml");
    fs::write(&missing, include_str!("schemes/small.toml").replace("    { otherwise = \"60%\" },\n", "")).unwrap();
    let said = medaid(&["check", missing.to_str().unwrap(), "--format", "json"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("\"witness\": {") && said.out.contains("\"identity\": \"none\""), "{}", said.out);
    let quick = medaid(&["check", path, "--quick"]);
    assert_eq!((quick.code, quick.out.as_str()), (Some(0), "1 rule file: 0 errors, 0 warnings\n"));
}

#[test]
fn witnesses_are_scenarios_that_show_the_findings() {
    let path = folder("witnesses");
    let into = path.join("shown");
    let into = into.to_str().unwrap();
    let scheme = "fixtures/chongqing-resident-2023-2025/scheme.toml";
    let said = medaid(&["check", scheme, "--witness", into]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("scenarios that show findings, written to TMP/witnesses/shown: "), "{}", said.err);
    let tested = medaid(&["test", into]);
    assert_eq!((tested.code, tested.err.as_str()), (Some(0), ""), "{}", tested.out);
    assert!(tested.out.contains("W109-falling-payment: "), "{}", tested.out);
    // The claim with more money is paid less.
    let falling = fs::read_dir(path.join("shown/chongqing_resident")).unwrap().map(|e| e.unwrap().path());
    let falling = falling.into_iter().find(|p| p.to_str().unwrap().ends_with("W109-falling-payment")).unwrap();
    let run = medaid(&["run", falling.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let note = fs::read_to_string(falling.join("NOTE.md")).unwrap();
    assert!(note.starts_with("# W109 falling-payment\n") && note.contains("lowers what is paid"), "{note}");
    // Written whole or not at all: what is there is not touched.
    let again = medaid(&["check", scheme, "--witness", into]);
    assert_eq!(again.code, Some(2));
    assert_eq!(again.err, "error: TMP/witnesses/shown: the output folder is not empty\n");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
}

#[test]
fn check_goes_on_after_a_file_that_cannot_be_read() {
    let said = medaid(&["check", "no/such.toml", SMALL]);
    assert_eq!(said.code, Some(2));
    assert!(said.out.ends_with("1 rule file: 0 errors, 1 warning\n"), "{}", said.out);
    assert_eq!(said.err, "error: no/such.toml: cannot be opened: there is no such file or folder\n");
}

#[test]
fn check_of_a_folder_looks_at_editions_together() {
    let path = scenario("editions", &[("scheme-2.toml", &include_str!("schemes/small.toml").replace("2024.1", "2024.2"))]);
    let said = medaid(&["check", &path]);
    assert_eq!(said.code, Some(1));
    let last: Vec<&str> = said.out.lines().rev().take(3).collect();
    assert_eq!(
        last,
        [
            "2 rule files: 1 error, 2 warnings",
            "",
            "TMP/editions: scheme `village_cover`: versions 2024.1 and 2024.2 both hold on 2024-01-01"
        ]
    );
}

// --- run

#[test]
fn run_prints_a_summary() {
    insta::assert_snapshot!("run_table", medaid(&["run", "fixtures/chongqing-resident-2023-2025"]).whole());
    insta::assert_snapshot!("run_table_zh", medaid(&["run", "fixtures/w23-payers-and-a-hospital-waiver", "--lang", "zh"]).whole());
    let path = scenario("run_formats", &[("claims.csv", CLAIMS)]);
    insta::assert_snapshot!("run_json", medaid(&["run", &path, "--format", "json"]).whole());
    insta::assert_snapshot!("run_csv", medaid(&["run", &path, "--format", "csv", "--lang", "zh"]).whole());
}

#[test]
fn rejects_are_told_and_may_be_denied() {
    let path = scenario("rejects", &[("claims.csv", CLAIMS)]);
    let said = medaid(&["run", &path]);
    assert_eq!(said.code, Some(0));
    assert_eq!(
        said.err,
        "2 claims are rejected:\n\
         \x20 `c3` no-scheme-in-force: scheme `village_cover` version 2024.1 does not hold on 2025-01-01\n\
         \x20 `c4` unreadable: row 5, `service_from`: `soon` is not a date of the form YYYY-MM-DD\n"
    );
    assert_eq!(medaid(&["run", &path, "--deny-rejects"]).code, Some(1));
}

#[test]
fn standard_input_in_either_form() {
    let csv = medaid_with(&["run", "--scheme", SMALL, "--claims", "-"], CLAIMS);
    assert_eq!(csv.code, Some(0));
    let json = r#"[{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": 52000, "portions": { "in_scope": 50000, "out_of_scope": 2000 } },
        { "id": "c2", "person": "p1", "service_from": "2024-06-01", "bill": 1, "portions": { "in_scope": 1 } },
        { "id": "c3", "person": "p1", "service_from": "2025-01-01", "bill": 1, "portions": { "in_scope": 1 } },
        { "id": "c4", "person": "p1", "service_from": "soon", "bill": 1, "portions": { "in_scope": 1 } }]"#;
    assert_eq!(medaid_with(&["run", "--scheme", SMALL, "--claims", "-"], json).out, csv.out);
    let said = medaid_with(&["run", "--scheme", SMALL, "--claims", "-"], "");
    assert_eq!((said.code, said.err.as_str()), (Some(2), "error: standard input: the file is empty\n"));
    let said = medaid_with(&["run", "--scheme", SMALL, "--claims", "-"], "id,person\n");
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(2), "error: standard input:1: column `service_from` is missing\nerror: standard input:1: column `bill` is missing\n")
    );
}

#[test]
fn a_scheme_with_errors_cannot_be_run() {
    let path = scenario("bad_scheme", &[("claims.csv", CLAIMS), ("scheme.toml", "format = 1\nx = 2")]);
    let said = medaid(&["run", &path]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("error[E002]: a rule file has no key `x`"), "{}", said.err);
}

#[test]
fn results_in_a_folder() {
    let path = scenario("results_in", &[("claims.csv", CLAIMS)]);
    let out = folder("results_out");
    let to = out.to_str().unwrap();
    let said = medaid(&["run", &path, "--out", to]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.ends_with("results written to TMP/results_out\n"), "{}", said.err);
    let mut names: Vec<String> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["decisions.csv", "decisions.jsonl", "movements.csv", "rejects.csv", "summary.json"]);
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    insta::assert_snapshot!("decisions_csv", read("decisions.csv"));
    insta::assert_snapshot!("rejects_csv", read("rejects.csv"));
    assert_eq!(read("summary.json"), medaid(&["run", &path, "--format", "json"]).out);
    let decisions: Vec<medaid::Decision> = read("decisions.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(decisions.iter().map(|d| d.claim.as_str()).collect::<Vec<_>>(), ["c1", "c2"]);

    let said = medaid(&["run", &path, "--out", to]);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (Some(2), "", "error: TMP/results_out: the output folder is not empty; --force replaces the result files in it\n")
    );
    fs::write(out.join("decisions.csv"), "old").unwrap();
    fs::write(out.join("kept"), "kept").unwrap();
    assert_eq!(medaid(&["run", &path, "--out", to, "--force"]).code, Some(0));
    assert!(read("decisions.csv").starts_with("claim,person,"));
    assert_eq!(read("kept"), "kept");

    // The same claims in another order: the same bytes.
    let lines: Vec<&str> = CLAIMS.lines().collect();
    let turned = [lines[0], lines[3], lines[2], lines[1]].join("\n");
    let first = scenario("results_in", &[("claims.csv", &[lines[0], lines[1], lines[2], lines[3]].join("\n"))]);
    assert_eq!(medaid(&["run", &first, "--out", to, "--force"]).code, Some(0));
    let before = ["decisions.jsonl", "decisions.csv", "rejects.csv", "summary.json"].map(read);
    let second = scenario("results_in", &[("claims.csv", &turned)]);
    assert_eq!(medaid(&["run", &second, "--out", to, "--force"]).code, Some(0));
    assert_eq!(["decisions.jsonl", "decisions.csv", "rejects.csv", "summary.json"].map(read), before);
}

#[test]
fn garbage_is_rejected_row_by_row() {
    let mut text = "id,person,service_from,bill\n".to_owned();
    for i in 0..100_000u32 {
        text.push_str(&format!("\u{1b}[31m{},\"{:x}\n", i, i.wrapping_mul(2_654_435_761)));
    }
    let said = medaid_with(&["run", "--scheme", SMALL, "--claims", "-", "--format", "csv"], &text);
    assert_eq!(said.code, Some(0));
    assert!(said.out.contains("rejected.unreadable,,,100000\n"));
    assert_eq!(said.err.lines().count(), 22);
    assert!(!said.err.contains('\u{1b}'), "no control character of a file reaches the terminal");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for args in [
        &["run", "fixtures/w8-huirongbao-2022"] as &[&str],
        &["test", "fixtures"],
        &["explain", "fixtures/w8-huirongbao-2022", "W8"],
        &["check", SMALL],
    ] {
        let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn colour_only_when_wanted() {
    assert!(!medaid(&["check", SMALL]).out.contains('\u{1b}'));
    assert!(medaid(&["check", SMALL, "--color", "always"]).out.contains("\u{1b}["));
    assert!(!medaid(&["check", SMALL, "--color", "never"]).out.contains('\u{1b}'));
}

// --- explain

#[test]
fn explain_a_claim() {
    let path = scenario("explain", &[("claims.csv", CLAIMS)]);
    let said = medaid(&["explain", &path, "c1"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.contains("34,790.00"), "{}", said.out);
    assert!(medaid(&["explain", &path, "c1", "--lang", "zh"]).out.contains("基本医保"));
    let decision: medaid::Decision = serde_json::from_str(&medaid(&["explain", &path, "c1", "--format", "json"]).out).unwrap();
    assert_eq!(decision.claim, "c1");
    assert!(medaid(&["explain", &path, "c1", "--format", "csv"]).out.contains("\nbasic.inpatient.deductible,300.00\n"));

    let said = medaid(&["explain", &path, "c4"]);
    assert_eq!(said.code, Some(0));
    assert!(said.out.contains("unreadable") && said.out.contains("`soon` is not a date of the form YYYY-MM-DD"), "{}", said.out);
    assert_eq!(medaid(&["explain", &path, "c4", "--format", "csv"]).out, "path,value\nrejected,unreadable\n");

    let said = medaid(&["explain", &path, "c5"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(2), "", "error: there is no claim `c5`; did you mean `c1`?\n"));
    let said = medaid(&["explain", &path, "other", "--lang", "zh"]);
    assert_eq!((said.code, said.err.as_str()), (Some(2), "错误: 没有理赔申请 `other`\n"));
}

// --- test

#[test]
fn test_says_what_differs_and_where() {
    let expect = "[claim.c1]\nbasic.paid = \"34790.0\"\nbasic.inpatient.ratio = \"71%\"\nbasic.inpatient.deductble = \"300\"\n\n[claim.c2]\nrejected = \"unknown-person\"\n\n[claim.c9]\npaid = \"0\"\n";
    let path = scenario("test_differs", &[("claims.csv", CLAIMS), ("expect.toml", expect)]);
    insta::assert_snapshot!("test_table", medaid(&["test", &path]).whole());
    insta::assert_snapshot!("test_table_zh", medaid(&["test", &path, "--lang", "zh"]).whole());
    insta::assert_snapshot!("test_csv", medaid(&["test", &path, "--format", "csv"]).whole());
    insta::assert_snapshot!("test_json", medaid(&["test", &path, "--format", "json"]).whole());
}

#[test]
fn test_goes_on_after_a_scenario_that_cannot_be_read() {
    let path = folder("test_unreadable");
    for (name, claims) in [("a", ""), ("b/c", CLAIMS)] {
        let inner = path.join(name);
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("scheme.toml"), include_str!("schemes/small.toml")).unwrap();
        fs::write(inner.join("claims.csv"), claims).unwrap();
        fs::write(inner.join("expect.toml"), "[claim.c1]\nbasic.paid = \"34790.00\"\n").unwrap();
    }
    let said = medaid(&["test", path.to_str().unwrap()]);
    assert_eq!(
        said.whole(),
        "exit code 2\n--- standard output\nTMP/test_unreadable/a: error\nTMP/test_unreadable/b/c: ok, 1 value\n\
         2 scenarios, 1 value: 0 differ, 1 cannot be read\n--- standard error\nerror: TMP/test_unreadable/a/claims.csv: the file is empty\n"
    );
}

#[test]
fn every_fixture_comes_out_as_expected() {
    let said = medaid(&["test", "fixtures"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
}

// --- doc

#[test]
fn a_document_is_written_with_its_charts() {
    let path = folder("doc");
    let out = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let said = medaid(&["doc", SMALL, "--out", &out("a b.md"), "--lang", "zh"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{}", said.err);
    assert!(said.err.ends_with("a b.md，及 2 张图\n"), "{}", said.err);
    let text = fs::read_to_string(path.join("a b.md")).unwrap();
    assert!(text.contains("](a%20b-1.svg)") && text.contains("乡村医疗保障"), "{text}");
    assert!(fs::read_to_string(path.join("a b-2.svg")).unwrap().starts_with("<svg "));
    let said = medaid(&["doc", SMALL, "--out", &out("b.html")]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let page = fs::read_to_string(path.join("b.html")).unwrap();
    assert_eq!(medaid(&["doc", SMALL, "--format", "html"]).out, page);
    assert!(page.starts_with("<!DOCTYPE html>") && page.matches("http").count() == page.matches("http://www.w3.org/2000/svg").count());
    assert!(!medaid(&["doc", SMALL]).out.contains("!["), "a picture without a file");
}

#[test]
fn documents_of_known_persons() {
    let path = folder("doc-people");
    let people = path.join("people.csv").to_str().unwrap().to_owned();
    fs::write(&people, "id,attributes.identity\nann,low_income\nbob,\n").unwrap();
    let said = medaid(&["doc", SMALL, "--people", &people, "--person", "ann"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("#### ann\n"), "{}", said.out);
    let said = medaid(&["doc", SMALL, "--people", &people, "--person", "anne"]);
    assert_eq!((said.code, said.err.as_str()), (Some(2), "error: there is no person `anne` in the file; did you mean `ann`?\n"));
    assert_eq!(medaid(&["run", "fixtures/w8-huirongbao-2022", "--format", "md"]).code, Some(2));
    assert_eq!(medaid(&["doc", SMALL, "--format", "csv"]).code, Some(2));
    assert_eq!(medaid(&["doc", SMALL, "--with", "nothing"]).code, Some(2));
}

// --- scenarios

#[test]
fn boundary_scenarios_hold_and_cover() {
    let path = folder("boundaries");
    let out = path.join("new").to_str().unwrap().to_owned();
    let said = medaid(&["scenarios", SMALL, "--out", &out]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    // What was written is a scenario, and nothing in it is expected wrongly.
    let tested = medaid(&["test", &out]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.out, tested.err);
    let covered = medaid(&["scenarios", SMALL, "--against", &out]);
    insta::assert_snapshot!("scenarios_against", covered.whole());
    assert_eq!(medaid(&["scenarios", SMALL, "--out", &out]).code, Some(2), "a folder that is not empty");
    insta::assert_snapshot!("scenarios_table", medaid(&["scenarios", SMALL]).whole());
}

// --- diff

#[test]
fn a_diff_names_what_changed_and_shows_it() {
    let path = folder("diff");
    let file = |name: &str, text: &str| {
        fs::write(path.join(name), text).unwrap();
        path.join(name).to_str().unwrap().to_owned()
    };
    let text = include_str!("schemes/small.toml");
    let changed = file(
        "changed.toml",
        &text.replace("amount = 300,", "amount = 400,").replace("17833", "18000").replace("2025-01-01 }", "2026-01-01 }"),
    );
    let alike = file(
        "alike.toml",
        &format!("# the same\n{}", text.replace("\"70%\"", "\"70.0%\"").replace("then = \"threshold / 2\"", "then = \"17833 / 2\"")),
    );
    let said = medaid(&["diff", SMALL, &alike]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "no difference in meaning\n"), "{}", said.err);
    insta::assert_snapshot!("diff_en", medaid(&["diff", SMALL, &changed]).whole());
    insta::assert_snapshot!("diff_zh", medaid(&["diff", SMALL, &changed, "--lang", "zh"]).whole());
    insta::assert_snapshot!("diff_json", medaid(&["diff", SMALL, &changed, "--format", "json"]).whole());
    assert_eq!(medaid(&["diff", SMALL, "no/such/file.toml"]).code, Some(2));
}

// --- claims over time

const FAMILY: &str = "fixtures/sequence-family";

#[test]
fn a_stream_of_operations_is_carried_out() {
    insta::assert_snapshot!("stream_table", medaid(&["run", FAMILY]).whole());
    insta::assert_snapshot!("stream_table_zh", medaid(&["run", FAMILY, "--lang", "zh"]).whole());
    insta::assert_snapshot!("stream_json", medaid(&["run", FAMILY, "--format", "json"]).whole());
    insta::assert_snapshot!("journal_table", medaid(&["journal", FAMILY, "--claim", "m1"]).whole());
    insta::assert_snapshot!("journal_table_zh", medaid(&["journal", FAMILY, "--claim", "r1", "--lang", "zh"]).whole());
    insta::assert_snapshot!("journal_csv", medaid(&["journal", FAMILY, "--person", "child", "--format", "csv"]).whole());
    insta::assert_snapshot!(
        "balance_table",
        medaid(&["balance", FAMILY, "--person", "mother", "--on", "2024-06-30", "--postings"]).whole()
    );
    insta::assert_snapshot!(
        "balance_table_zh",
        medaid(&["balance", FAMILY, "--person", "father", "--on", "2024-06-30", "--as-of", "2024-03-31", "--lang", "zh"]).whole()
    );
    insta::assert_snapshot!("replay_table", medaid(&["replay", FAMILY, "--as-of", "2024-06-09"]).whole());
    insta::assert_snapshot!("orders_table", medaid(&["replay", FAMILY, "--compare-orders"]).whole());
}

#[test]
fn a_stored_journal_is_replayed_and_a_changed_one_refused() {
    let out = folder("stored-journal");
    let path = out.to_str().unwrap();
    assert_eq!(medaid(&["run", FAMILY, "--out", path]).code, Some(0));
    let journal = out.join("journal.json");
    let stored = fs::read_to_string(&journal).unwrap();
    let replay = || medaid(&["replay", FAMILY, "--journal", journal.to_str().unwrap()]);
    assert_eq!(replay().code, Some(0));
    fs::write(&journal, stored.replace("\"3660\"", "\"3661\"")).unwrap();
    let refused = replay();
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("does not fit its digest"), "{}", refused.err);
    // Under other rules it comes out otherwise, and that is told.
    fs::write(&journal, &stored).unwrap();
    let changed = folder("stored-journal-changed");
    for name in ["people.json", "operations.jsonl"] {
        fs::copy(format!("{FAMILY}/{name}"), changed.join(name)).unwrap();
    }
    let scheme = fs::read_to_string(format!("{FAMILY}/scheme.toml")).unwrap();
    fs::write(changed.join("scheme.toml"), scheme.replace("amount = 500", "amount = 501")).unwrap();
    let otherwise = medaid(&["replay", changed.to_str().unwrap(), "--journal", journal.to_str().unwrap()]);
    assert_eq!(otherwise.code, Some(1));
    assert!(otherwise.err.contains("carried out anew the journal is another"), "{}", otherwise.err);
}

/// What cannot be read or done is told with its line, and the rest is done.
#[test]
fn bad_operations_cost_only_themselves() {
    let lines = [
        r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p1"}}"#,
        r#"{"id":"2","received":"2024-01-32","void":{"claim":"c1"}}"#,
        r#"{"id":"3","received":"2024-06-01","submit":{"id":"c1","person":"p1","service_from":"2024-05-01","bill":50000,"portions":{"in_scope":50000}}}"#,
        r#"{"id":"3","received":"2024-06-01","submit":{"id":"c1","person":"p1","service_from":"2024-05-01","bill":50000,"portions":{"in_scope":50000}}}"#,
        r#"{"id":"4","received":"2024-06-02","void":{"claim":"c2"}}"#,
        r#"{"id":"5","received":"2024-05-31","void":{"claim":"c1"}}"#,
        r#"{"id":"6","received":"2024-06-02","submit":{},"void":{"claim":"c1"}}"#,
        "null",
        "",
        r#"{"id":"7","received":"2024-06-02","submit":{"id":"c3","person":"p2","service_from":"2024-05-01","bill":1.5,"portions":{"in_scope":1}}}"#,
    ];
    let said = medaid_with(&["run", "--scheme", SMALL, "--operations", "-"], &lines.join("\n"));
    insta::assert_snapshot!("stream_refused", said.whole());
    let said = medaid_with(&["run", "--scheme", SMALL, "--operations", "-", "--lang", "zh"], &lines.join("\n"));
    insta::assert_snapshot!("stream_refused_zh", said.whole());
    let denied = medaid_with(&["run", "--scheme", SMALL, "--operations", "-", "--deny-rejects"], &lines.join("\n"));
    assert_eq!(denied.code, Some(1));
}

/// What the author of the wrong example on a code's page sees, in both languages: a code without a snapshot fails.
#[test]
fn every_code_as_its_author_sees_it() {
    let path = folder("codes_seen");
    for code in medaid::Code::ALL {
        let file = path.join("wrong.toml");
        fs::write(&file, code.page(medaid::Language::En).wrong_scheme()).unwrap();
        let file = file.to_str().unwrap();
        let seen = ["en", "zh"].map(|lang| medaid(&["check", file, "--lang", lang]).whole());
        // Where other codes are seen beside it, only the paragraphs of this one are kept.
        let shown = seen.map(|said| {
            let paragraphs: Vec<&str> = said.split("\n\n").filter(|p| p.contains(&format!("[{code}]"))).collect();
            assert!(!paragraphs.is_empty(), "{code}: {said}");
            paragraphs.join("\n\n")
        });
        insta::assert_snapshot!(format!("seen_{code}"), shown.join("\n\n"));
    }
}
