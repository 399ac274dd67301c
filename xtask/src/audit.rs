//! `cargo xtask audit`: Lighthouse on the site in `dist/`, served as a good static host serves it, on a phone with a
//! slow network.
//!
//! Accessibility, Best Practices and SEO must be 100. Performance is measured several times and printed: it depends on
//! the machine, so nothing is asserted of it. Lighthouse needs Node and npm; nothing else of the project does.
#![expect(clippy::disallowed_types, reason = "an object of tinyjson is such a map")]

mod host;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use tinyjson::JsonValue;

use crate::console::{self, Result};
use crate::json::{member, text};
use crate::path_search::program;
use crate::{chromium, tools, workspace};
use host::Host;

/// How many times the pace of a page is measured; the median counts.
const RUNS: usize = 5;
/// The categories that must be perfect.
const PERFECT: [&str; 3] = ["accessibility", "best-practices", "seo"];
/// What is printed of the pace: the id and the name of a metric.
const METRICS: [(&str, &str); 5] = [
    ("first-contentful-paint", "first paint"),
    ("largest-contentful-paint", "largest paint"),
    ("total-blocking-time", "blocked"),
    ("cumulative-layout-shift", "shift"),
    ("speed-index", "speed index"),
];
/// What Chromium is told: as in the browser tests, a container's root has no sandbox.
const FLAGS: &str = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";

/// Audits the home page and a lab.
pub(crate) fn run() -> Result<ExitCode> {
    let dist = workspace::dist();
    let index = dist.join("index.html");
    if !index.is_file() {
        return Err("dist/index.html is missing: run `cargo xtask dist` first".into());
    }
    let lab = first_lab(&workspace::read_text(&index)?)?;
    let chromium = chromium::ready()?;
    let lighthouse = lighthouse()?;
    let host = Host::of(dist).map_err(|error| format!("the site cannot be served: {error}"))?;
    let mut faults = Vec::new();
    for place in ["".to_owned(), lab] {
        let url = format!("{}{place}", host.url());
        let mut reports = Vec::new();
        for round in 1..=RUNS {
            let what = format!("reading {} ({round} of {RUNS})", shown(&place));
            reports.push(console::long_step(&what, "20 s", || report(&lighthouse, &chromium, &url))?);
        }
        print!("{}", told(&place, &reports)?);
        faults.extend(reports.iter().flat_map(|report| imperfect(report, &place)));
    }
    faults.sort();
    faults.dedup();
    for fault in &faults {
        println!("{fault}");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn shown(place: &str) -> &str {
    if place.is_empty() { "the home page" } else { place }
}

/// The first lab to which the static page leads.
fn first_lab(page: &str) -> Result<String> {
    let mut links =
        page.split("href=\"#").skip(1).filter_map(|behind| behind.split_once('"')).map(|(link, _)| link);
    links
        .find(|link| link.contains(':'))
        .map(|lab| format!("#{lab}"))
        .ok_or_else(|| "dist/index.html: it leads to no lab".to_owned())
}

/// Lighthouse at the pinned versions of `xtask/audit/package-lock.json`, installed where it is missing.
fn lighthouse() -> Result<PathBuf> {
    let pins = workspace::root().join("xtask").join("audit");
    let home = tools::folder()?.join("audit");
    let entry = home.join("node_modules").join("lighthouse").join("cli").join("index.js");
    let lock = "package-lock.json";
    let is_pinned = fs::read(home.join(lock)).ok() == fs::read(pins.join(lock)).ok();
    if is_pinned && entry.is_file() {
        return Ok(entry);
    }
    if program(Path::new("npm")).is_none() || program(Path::new("node")).is_none() {
        return Err("Lighthouse needs Node and npm in PATH".into());
    }
    let at = |error: std::io::Error| format!("{}: {error}", home.display());
    console::long_step(&format!("installing Lighthouse into {}", home.display()), "1 min, once", || {
        fs::create_dir_all(&home).map_err(at)?;
        for file in ["package.json", lock] {
            fs::copy(pins.join(file), home.join(file)).map_err(at)?;
        }
        console::run(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&home),
        )
    })?;
    Ok(entry)
}

/// One report of a page.
fn report(lighthouse: &Path, chromium: &Path, url: &str) -> Result<JsonValue> {
    let mut command = Command::new("node");
    command
        .arg(lighthouse)
        .arg(url)
        .args(["--output=json", "--quiet", "--form-factor=mobile"])
        .args(["--only-categories=performance,accessibility,best-practices,seo"])
        .arg(format!("--chrome-flags={FLAGS}"))
        .env("CHROME_PATH", chromium);
    let told = console::read(&mut command)?;
    let report: JsonValue = told.parse().map_err(|error| format!("Lighthouse wrote no JSON: {error}"))?;
    match text(&report, "runtimeError").or_else(|| text(member(&report, "runtimeError")?, "message")) {
        Some(trouble) => Err(format!("{url}: {trouble}")),
        None => Ok(report),
    }
}

/// A category's score, 0 to 100.
fn score(report: &JsonValue, category: &str) -> Result<f64> {
    member(report, "categories")
        .and_then(|categories| member(member(categories, category)?, "score")?.get::<f64>())
        .map(|score| (score * 100.0).round())
        .ok_or_else(|| format!("Lighthouse gives no score for {category}"))
}

/// The scores, and the pace of the run in the middle.
fn told(place: &str, reports: &[JsonValue]) -> Result<String> {
    let mut by_pace = Vec::new();
    for report in reports {
        by_pace.push((score(report, "performance")?, report));
    }
    by_pace.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (median, middle) = by_pace[by_pace.len() / 2];
    let all: Vec<String> = by_pace.iter().map(|(score, _)| score.to_string()).collect();
    let mut lines = format!("\n{}\n  performance {median} (median of {})\n", shown(place), all.join(", "));
    for (id, name) in METRICS {
        let value = audits(middle).get(id).and_then(|audit| text(audit, "displayValue"));
        lines += &format!("    {name:<14} {}\n", value.as_deref().unwrap_or("-"));
    }
    for category in PERFECT {
        lines += &format!("  {category} {}\n", score(&reports[0], category)?);
    }
    Ok(lines)
}

fn audits(report: &JsonValue) -> HashMap<String, JsonValue> {
    member(report, "audits").and_then(|audits| audits.get()).cloned().unwrap_or_default()
}

/// What keeps a category that must be perfect from being so.
fn imperfect(report: &JsonValue, place: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let audits = audits(report);
    for category in PERFECT {
        match score(report, category) {
            Ok(100.0) => continue,
            Ok(score) => faults.push(format!("{}: {category} is {score} instead of 100", shown(place))),
            Err(trouble) => faults.push(trouble),
        }
        let refs = member(report, "categories").and_then(|all| member(all, category));
        let refs = refs.and_then(|category| member(category, "auditRefs")?.get::<Vec<JsonValue>>());
        for id in refs.into_iter().flatten().filter_map(|audit| text(audit, "id")) {
            let Some(audit) = audits.get(&id) else { continue };
            if member(audit, "score").and_then(|score| score.get::<f64>()).is_some_and(|score| *score < 1.0) {
                let title = text(audit, "title").unwrap_or_default();
                faults.push(format!("{}: {category}: {id}: {title}", shown(place)));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(performance: f64, seo: f64) -> JsonValue {
        format!(
            r#"{{ "categories": {{
                "performance": {{ "score": {performance}, "auditRefs": [] }},
                "accessibility": {{ "score": 1, "auditRefs": [] }},
                "best-practices": {{ "score": 1, "auditRefs": [] }},
                "seo": {{ "score": {seo}, "auditRefs": [{{ "id": "title" }}, {{ "id": "other" }}] }} }},
               "audits": {{
                "title": {{ "score": 0, "title": "There is no title" }},
                "other": {{ "score": 1, "title": "All is well" }},
                "speed-index": {{ "score": 1, "displayValue": "{performance} s" }} }} }}"#
        )
        .parse()
        .unwrap()
    }

    #[test]
    fn what_is_not_perfect_is_named() {
        assert_eq!(imperfect(&report(0.5, 1.0), ""), [""; 0]);
        let faults = imperfect(&report(1.0, 0.92), "");
        let wanted =
            ["the home page: seo is 92 instead of 100", "the home page: seo: title: There is no title"];
        assert_eq!(faults, wanted);
    }

    #[test]
    fn the_run_in_the_middle_is_told() {
        let text = told("#a:b", &[0.9, 0.3, 0.7].map(|pace| report(pace, 1.0))).unwrap();
        assert!(text.starts_with("\n#a:b\n  performance 70 (median of 30, 70, 90)\n"), "{text}");
        assert!(text.contains("speed index    0.7 s\n"), "{text}");
        assert!(text.ends_with("  seo 100\n"), "{text}");
    }

    #[test]
    fn the_first_lab_is_found() {
        assert_eq!(first_lab(r##"<a href="#">home</a>"##).ok(), None);
        let page = r##"<a href="#">home</a><a href="#a:b;r1">lab</a><a href="#c:d">other</a>"##;
        assert_eq!(first_lab(page).unwrap(), "#a:b;r1");
    }
}
