//! `cargo xtask sizes`: what the site weighs, file by file, raw and compressed as a host would send it.

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::console::Result;
use crate::workspace;

/// What the whole site may weigh with brotli, in bytes (DESIGN, section 9).
const BUDGET: usize = 350_000;

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
        rows.push((file.display().to_string(), weigh(&content)?));
    }
    let total = rows.iter().fold(Weight::default(), |sum, (_, weight)| sum.plus(*weight));
    print!("{}", table(&rows, total));
    Ok(if total.brotli <= BUDGET { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
    let width = rows.iter().map(|(name, _)| name.len()).chain([16]).max().unwrap_or_default();
    let line = |name: &str, raw: &str, gzip: &str, brotli: &str| {
        format!("{name:<width$} {raw:>12} {gzip:>12} {brotli:>12}\n")
    };
    let weights = |name: &str, weight: Weight| {
        line(name, &weight.raw.to_string(), &weight.gzip.to_string(), &weight.brotli.to_string())
    };
    let head = line("file (bytes)", "raw", "gzip 9", "brotli 11");
    let body: String = rows.iter().map(|(name, weight)| weights(name, *weight)).collect();
    format!("{head}{body}{}{}\n", weights("total", total), verdict(total.brotli))
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
        assert_eq!(lines[2], ["total", "60", "40", "20"]);
    }
}
