//! Prints the medians of one run as ratios to a yardstick of the same run.

use std::path::PathBuf;

use criterion::Criterion;

fn median(group: &str, bench: &str) -> Option<f64> {
    let home = std::env::var_os("CRITERION_HOME").map(PathBuf::from);
    let target = || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from).join("criterion");
    let file = home.unwrap_or_else(target).join(group).join(bench).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

/// Prints how many times as long as the yardstick each bench of a group took.
#[allow(clippy::float_arithmetic, reason = "times are no money")]
pub(crate) fn print(group: &str, yardstick: &str, benches: &[&str]) {
    let Some(base) = median(group, yardstick) else { return };
    for bench in benches {
        if let Some(time) = median(group, bench) {
            println!("{group}: {bench} takes {:.1}x the time of {yardstick}", time / base);
        }
    }
}

/// Ends a run as criterion's own `main` does.
pub(crate) fn finish() {
    Criterion::default().configure_from_args().final_summary();
}
