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

/// The tutorial's pieces are those of the finished file, in its order, and its draft gets the findings that the page shows.
#[test]
fn the_tutorial_writes_the_scheme_that_it_says() {
    let page = include_str!("../../docs/tutorial.md");
    let finished = include_str!("../../fixtures/yukuaibao-2025/scheme.toml");
    let blocks = |tag: &str| -> Vec<String> {
        let open = format!("```{tag}\n");
        page.split(&open).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
    };
    let pieces = blocks("toml");
    assert_eq!(pieces.len(), 7);
    assert!(finished.trim_end().ends_with(pieces.join("\n").trim_end()), "{}", pieces.join("\n"));
    let folder = std::env::temp_dir().join(format!("medaid-tutorial-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let draft = format!("{}\n{}", pieces[..3].join("\n"), blocks("toml,draft")[0]);
    std::fs::write(folder.join("draft.toml"), draft).unwrap();
    let run = |args: &[&str], folder: &std::path::Path| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_medaid")).args(args).current_dir(folder).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let checked = run(&["check", "draft.toml"], &folder);
    std::fs::remove_dir_all(&folder).unwrap();
    let shown = blocks("console");
    assert_eq!(shown[0].trim_end(), format!("$ medaid check draft.toml\n{}", checked.trim_end()));
    let tested = run(&["test", "fixtures/yukuaibao-2025"], std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(shown[1].trim_end(), format!("$ medaid test fixtures/yukuaibao-2025\n{}", tested.trim_end()));
}

/// The README counts scenarios and values as `medaid test fixtures` does.
#[test]
fn the_readme_counts_the_fixtures() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_medaid"))
        .args(["test", "fixtures"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let total = text.lines().last().unwrap();
    let (scenarios, values) = total.strip_suffix(": 0 differ").and_then(|counts| counts.split_once(", ")).unwrap();
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("`fixtures/` holds {scenarios},")), "{total}");
    assert!(readme.contains(&format!("compares {values},")), "{total}");
}
