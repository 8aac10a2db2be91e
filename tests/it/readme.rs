//! The README shows what the commands really print.

use std::process::Command;

fn stdout(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_medaid")).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_main_job() {
    let printed = stdout(&["run", "fixtures/chongqing-resident-2023-2025"]);
    assert!(include_str!("../../README.md").contains(printed.trim_end()), "{printed}");
}

#[test]
fn the_explanation() {
    let printed = stdout(&["explain", "fixtures/w1-four-layers-low-income-2023", "W1"]);
    let readme = include_str!("../../README.md");
    let start = readme.find("2. Critical-illness").unwrap();
    let excerpt = &readme[start..start + readme[start..].find("```").unwrap()];
    assert!(printed.contains(excerpt.trim_end()), "{printed}");
}

/// The four payments and what is left, as the district government printed them.
#[test]
fn the_worked_example() {
    let printed = stdout(&["run", "fixtures/w1-four-layers-low-income-2023"])
        + &stdout(&["explain", "fixtures/w1-four-layers-low-income-2023", "W1"]);
    for amount in ["125,790.00", "29,743.68", "17,126.42", "2,687.93", "24,651.97"] {
        assert!(printed.matches(amount).count() >= 2, "{amount} is missing: {printed}");
    }
}

#[test]
fn the_small_scheme() {
    let scheme = include_str!("schemes/small.toml");
    assert!(include_str!("../../README.md").contains(scheme.trim_end()));
    assert!(include_str!("../../docs/rule-language.md").contains(scheme.trim_end()));
}
