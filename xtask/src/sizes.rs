//! `cargo xtask sizes`: what the site weighs, file by file, raw and compressed as a host would send it; and what a page
//! that embeds a run loads before a click. The page as one file holds the same once more, so it is shown but not added.

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::console::Result;
use crate::dist::single;
use crate::workspace;

/// What the whole site may weigh with brotli, in bytes (DESIGN, section 9).
const BUDGET: usize = 350_000;

/// What the script of `<fault-scope>` and a poster may weigh together with brotli, in bytes.
const EMBED_BUDGET: usize = 10_000;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The site.
    Site,
    /// The script that other people's pages load.
    EmbedScript,
    /// A picture for such a page.
    Poster,
    /// The same page again.
    OneFile,
}

impl Part {
    fn of(name: &str) -> Self {
        match name {
            "fault-scope.js" => Self::EmbedScript,
            single::NAME => Self::OneFile,
            poster if poster.starts_with("posters/") => Self::Poster,
            _ => Self::Site,
        }
    }
}

/// Brotli's highest quality and largest ordinary window.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW_BITS: u32 = 22;
const BUFFER: usize = 1 << 16;

/// Sizes of one file, or of all, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the table; fails when the site is over its budget.
pub(crate) fn run() -> Result<ExitCode> {
    let dist = workspace::dist();
    if !dist.join("index.html").is_file() {
        return Err("dist/index.html is missing: run `cargo xtask dist` first".into());
    }
    let mut rows = Vec::new();
    for file in workspace::files_below(&dist)? {
        let path = dist.join(&file);
        let content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        rows.push((file.to_string_lossy().replace('\\', "/"), weigh(&content)?));
    }
    let of = |part: Part| rows.iter().filter(move |(name, _)| Part::of(name) == part);
    let total = of(Part::Site).fold(Weight::default(), |sum, (_, weight)| sum.plus(*weight));
    let script: usize = of(Part::EmbedScript).map(|(_, weight)| weight.brotli).sum();
    let poster = of(Part::Poster).map(|(_, weight)| weight.brotli).max().unwrap_or_default();
    let shown: Vec<_> = rows.iter().filter(|(name, _)| Part::of(name) != Part::Poster).cloned().collect();
    print!("{}", table(&shown, total));
    println!("{}", embed_verdict(script, poster));
    let is_within = total.brotli <= BUDGET && script + poster <= EMBED_BUDGET;
    Ok(if is_within { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn embed_verdict(script: usize, poster: usize) -> String {
    let both = script + poster;
    let verdict = if both <= EMBED_BUDGET { "within" } else { "OVER" };
    format!(
        "an embed before a click: script {script} + largest poster {poster} = {both}, {verdict} its budget of {EMBED_BUDGET}"
    )
}

fn weigh(content: &[u8]) -> Result<Weight> {
    let failed = |error: std::io::Error| format!("compression failed: {error}");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content).map_err(failed)?;
    let gzip = gzip.finish().map_err(failed)?.len();
    let mut brotli = brotli::CompressorWriter::new(Vec::new(), BUFFER, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    brotli.write_all(content).map_err(failed)?;
    let brotli = brotli.into_inner().len();
    Ok(Weight { raw: content.len(), gzip, brotli })
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }
}

fn table(rows: &[(String, Weight)], total: Weight) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).chain([17]).max().unwrap_or_default();
    let line = |name: &str, raw: &str, gzip: &str, brotli: &str| {
        format!("{name:<width$} {raw:>12} {gzip:>12} {brotli:>12}\n")
    };
    let weights = |name: &str, weight: Weight| {
        line(name, &weight.raw.to_string(), &weight.gzip.to_string(), &weight.brotli.to_string())
    };
    let head = line("file (bytes)", "raw", "gzip 9", "brotli 11");
    let body: String = rows.iter().map(|(name, weight)| weights(name, *weight)).collect();
    format!("{head}{body}{}{}\n", weights("total of the site", total), verdict(total.brotli))
}

fn verdict(brotli: usize) -> String {
    match BUDGET.checked_sub(brotli) {
        Some(left) => format!("within the budget of {BUDGET} bytes of brotli: {left} left"),
        None => format!("OVER the budget of {BUDGET} bytes of brotli by {}", brotli - BUDGET),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_measured() {
        let weight = weigh("the same words ".repeat(1000).as_bytes()).unwrap();
        assert_eq!(weight.raw, 15_000);
        assert!((20..200).contains(&weight.gzip), "{weight:?}");
        assert!((10..weight.gzip).contains(&weight.brotli), "{weight:?}");
    }

    #[test]
    fn an_embed_has_a_budget_of_its_own() {
        assert!(embed_verdict(4_000, 6_000).contains("within"));
        assert!(embed_verdict(4_000, 6_001).contains("OVER"));
        let parts = ["index.html", "fault-scope.js", "posters/a.dark.svg", "faultscope.html"].map(Part::of);
        assert_eq!(parts, [Part::Site, Part::EmbedScript, Part::Poster, Part::OneFile]);
    }

    #[test]
    fn the_budget_is_a_bound() {
        assert_eq!(verdict(350_000), "within the budget of 350000 bytes of brotli: 0 left");
        assert_eq!(verdict(350_001), "OVER the budget of 350000 bytes of brotli by 1");
    }

    #[test]
    fn the_table_ends_with_the_total() {
        let weight = Weight { raw: 30, gzip: 20, brotli: 10 };
        let text = table(&[("a.js".into(), weight)], weight.plus(weight));
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<_> = text.lines().map(words).collect();
        assert_eq!(lines[1], ["a.js", "30", "20", "10"]);
        assert_eq!(lines[2], ["total", "of", "the", "site", "60", "40", "20"]);
    }
}
