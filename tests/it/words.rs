//! What people read, in Chinese: differences, edges, rejects, and what is wrong with files.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use medaid::diagnostic::Message;
use medaid::io::{Source, read_claims, read_people, read_scheme, scheme_files};
use medaid::{Language, Plan, boundary, coverage, difference};

pub(crate) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn plans() -> Vec<Plan> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    let files = folders.into_iter().filter_map(|folder| scheme_files(folder).ok()).flatten();
    files.map(|file| Plan::compile(&read_scheme(file).unwrap()).unwrap()).collect()
}

/// Nothing of the catalogue's English is left in the Chinese: what is in ASCII letters are ids, values and keys, single words.
fn in_chinese(message: &Message) {
    let zh = message.text(Language::Zh);
    let left: String = zh.split('`').step_by(2).collect();
    let english = ["of", "is", "the", "from", "maximum", "band", "phase", "row", "case", "holds", "billed", "figured", "otherwise"];
    for word in left.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        assert!(!english.contains(&word), "{zh} ({message})");
    }
}

#[test]
fn differences_are_told_in_chinese() {
    let plans = plans();
    let mut seen = 0;
    for pair in plans.windows(2) {
        for found in difference::compare(&pair[0], &pair[1]).differences {
            assert!(is_chinese(found.rule.text(Language::Zh)), "{}", found.rule);
            [Some(&found.rule), Some(&found.case), found.old.as_ref(), found.new.as_ref()].into_iter().flatten().for_each(in_chinese);
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn edges_and_rules_are_told_in_chinese() {
    for plan in plans() {
        for rule in coverage::rules(&plan) {
            assert!(is_chinese(rule.message().text(Language::Zh)), "{rule}");
            in_chinese(&rule.message());
        }
    }
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/schemes/small.toml");
    let plan = Plan::compile(&read_scheme(small).unwrap()).unwrap();
    let edges = boundary::boundaries(&plan).edges;
    let told: Vec<&str> = edges.iter().map(|edge| edge.rule.text(Language::Zh)).collect();
    assert!(told.contains(&"basic.inpatient：起付线 1已付足"), "{told:?}");
    edges.iter().for_each(|edge| in_chinese(&edge.rule));
}

#[test]
fn rejects_are_told_in_chinese() {
    let text = "id,person,service_from,bill,portions.in_scope\n\
                c1,p1,2024-13-01,1.00,1.00\nc2,p1,2024-05-01,1.0000001,1.00\nc3,p1,2024-05-01,\"1.00,1.00\nc4,,2024-05-01,1.00,1.00\n";
    let read = read_claims(&Source::read("claims.csv", text.as_bytes()).unwrap(), None).unwrap();
    let told: Vec<&str> = read.rejects.iter().map(|r| r.text(Language::Zh)).collect();
    assert_eq!(
        told,
        [
            "第 2 行，`service_from`：`2024-13-01` 不是 `YYYY-MM-DD` 形式的日期",
            "第 3 行，`bill`：`1.0000001` 的小数超过六位",
            "第 4 行：第 4 个字段：引号没有在本行内结束",
            "第 5 行，`person`：为空",
        ]
    );
    let text = "[{ \"id\": \"c1\", \"person\": \"p1\", \"service_from\": \"2024-05-01\", \"bill\": true },\n\
                { \"id\": \"c2\", \"person\": \"p1\", \"service_from\": \"2024-05-01\", \"bil\": 1 },\n5,\n\
                { \"id\": \"c3\", \"person\": 7, \"service_from\": \"2024-05-01\", \"bill\": 1 }]";
    let read = read_claims(&Source::read("claims.json", text.as_bytes()).unwrap(), None).unwrap();
    let told: Vec<&str> = read.rejects.iter().map(|r| r.text(Language::Zh)).collect();
    assert_eq!(
        told,
        [
            "第 1 个元素（第 1 行），`bill`：应为十进制数，写成文本，如 `\"1234.50\"`；而这里是 `true`",
            "第 2 个元素（第 2 行），`bil`：没有字段 `bil`；是不是 `bill`？",
            "第 3 个元素（第 3 行）：应为对象：`{ ... }`",
            "第 4 个元素（第 4 行），`person`：应为文本；读到的是：`invalid type: integer `7``",
        ]
    );
}

#[test]
fn errors_of_files_are_told_in_chinese() {
    let text = |name: &str, bytes: &[u8]| match Source::read(name, bytes) {
        Err(error) => error.text(Language::Zh),
        Ok(source) => read_people(&source).unwrap_err().text(Language::Zh),
    };
    assert_eq!(text("people.csv", b""), "people.csv: 文件是空的");
    assert_eq!(text("people.csv", &[0xff, 0xfe, 0x41]), "people.csv:1:1: 文本是 `UTF-16` 编码，不是 `UTF-8`：请另存为 `UTF-8`");
    assert_eq!(text("people.csv", b"id,id\np1,p1\n"), "people.csv:1: 列 `id` 出现两次");
    assert_eq!(text("people.csv", b"id,birthdate\np1,2000-01-01\n"), "people.csv:1: 这类文件没有列 `birthdate`（是不是 `birth_date`？）");
    assert_eq!(
        text("people.csv", b"id,birth_date\np1,soon\np1,2000-01-01\np2\n"),
        "people.csv:2: `birth_date`: `soon` 不是 `YYYY-MM-DD` 形式的日期\npeople.csv:4: 有 1 个字段，而表头有 2 列"
    );
    assert_eq!(text("people.json", b"{}"), "people.json:1:1: 文件应为参保人的 `JSON` 数组：`[ { ... }, ... ]`");
    assert!(text("people.json", b"[{").starts_with("people.json:1:2: 文件不是 `JSON`：文件没有写完就结束了"));
    let none = Source::open("/nowhere/at/all.csv").unwrap_err();
    assert_eq!(none.text(Language::Zh), "/nowhere/at/all.csv: 无法打开：没有这个文件或文件夹");
}
