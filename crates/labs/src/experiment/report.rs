//! What a study says, as a value, a table, JSON and comma-separated values.

use serde_json::{Map, Value, json};

use super::estimate::{Estimate, Sample, Statistic, estimate};
use super::{Experiment, Line, Measure, Study, Told};
use crate::words::{Lang, Text};

/// What a source says of a statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// The figure, in the line's measure.
    pub value: f64,
    /// Who says so: a formula, or a place in a paper.
    pub by: Text,
}

/// Where the source's figure stands beside the measured one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Within the interval of what was measured.
    Within,
    /// Below it: more was measured than the source says.
    Below,
    /// Above it: less was measured than the source says.
    Above,
}

/// What a study says.
pub struct Report {
    /// The experiment.
    pub experiment: &'static Experiment,
    /// Its settings, as words.
    pub settings: Vec<(&'static str, String)>,
    /// The seed of all trials.
    pub seed: u64,
    /// Its lines, in order.
    pub lines: Vec<LineReport>,
}

/// What a study says of one line.
pub struct LineReport {
    /// Its name.
    pub name: String,
    /// In what it is measured.
    pub measure: Measure,
    /// How many trials came to the point.
    pub trials: u64,
    /// How many of them were broken off before they ended.
    pub unended: u64,
    /// What is told, with the estimate.
    pub told: Vec<(Told, Option<Estimate>)>,
    /// The samples, least first: the least that each is.
    pub sorted: Vec<f64>,
}

impl Report {
    pub(super) fn new(study: &Study, samples: &[Sample]) -> Self {
        let of_line = |line: usize| {
            let first = (line as u64 * study.trials) as usize;
            let last = first.saturating_add(study.trials as usize).min(samples.len());
            &samples[first.min(last)..last]
        };
        Self {
            experiment: study.experiment,
            settings: settings_words(study),
            seed: study.seed,
            lines: (study.lines().iter().enumerate())
                .map(|(place, line)| LineReport::new(line, of_line(place)))
                .collect(),
        }
    }

    /// The report as a table in plain text.
    pub fn table(&self, lang: Lang) -> String {
        let facts = |text: Text, value: &str| format!("{}{value}\n", text.get(lang));
        let mut told = format!("{}: {}\n", self.experiment.id, self.experiment.title.get(lang));
        told += &facts(Text::new("asked:    ", "问题："), self.experiment.question.get(lang));
        told += &facts(Text::new("a trial:  ", "每次试验："), self.experiment.method.get(lang));
        told += &facts(Text::new("source:   ", "来源："), self.experiment.source.get(lang));
        let settings: Vec<String> =
            self.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        told += &facts(Text::new("settings: ", "设置："), &settings.join(" "));
        told += &facts(Text::new("seed:     ", "种子："), &self.seed.to_string());
        told.push('\n');
        told + &aligned(&self.rows(lang))
    }

    /// The heads of the table and its rows, as words.
    pub fn rows(&self, lang: Lang) -> Vec<[String; 6]> {
        let heads = [
            Text::new("line", "行"),
            Text::new("trials", "试验"),
            Text::new("measured", "测得"),
            Text::new("95 % interval", "95 % 置信区间"),
            Text::new("source says", "来源数值"),
            Text::new("so", "比较"),
        ];
        let mut rows = vec![heads.map(|head| head.get(lang).to_owned())];
        for line in &self.lines {
            rows.extend(line.told.iter().map(|(told, estimate)| line.row(told, estimate.as_ref(), lang)));
        }
        rows
    }

    /// The report as JSON. Times are in microseconds, shares are parts of one.
    pub fn json(&self) -> Value {
        let settings: Map<String, Value> =
            self.settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        json!({
            "experiment": self.experiment.id,
            "source": self.experiment.source.get(Lang::En),
            "settings": settings,
            "seed": self.seed,
            "lines": self.lines.iter().map(LineReport::json).collect::<Vec<_>>(),
        })
    }

    /// The report as comma-separated values, one row a statistic.
    pub fn csv(&self) -> String {
        let mut told = "line,unit,trials,unended,statistic,measured,low,high,said,by\n".to_owned();
        for line in &self.lines {
            for (one, estimate) in &line.told {
                let numbers = estimate
                    .map_or([const { String::new() }; 3], |Estimate { value, low, high }| {
                        [value, low, high].map(|number| number.to_string())
                    });
                let said = one.said.map_or_else(String::new, |said| said.value.to_string());
                let by = one.said.map_or("", |said| said.by.get(Lang::En));
                told += &format!(
                    "{},{},{},{},{},{},{said},{}\n",
                    quoted(&line.name),
                    line.measure.key(),
                    line.trials,
                    line.unended,
                    one.statistic.key(),
                    numbers.join(","),
                    quoted(by),
                );
            }
        }
        told
    }
}

impl LineReport {
    fn new(line: &Line, samples: &[Sample]) -> Self {
        let mut sorted: Vec<f64> = samples.iter().filter_map(|sample| sample.least()).collect();
        sorted.sort_by(f64::total_cmp);
        let is_yes_or_no =
            line.measure == Measure::Share && sorted.iter().all(|&sample| sample == 0.0 || sample == 1.0);
        let told = line.told.iter().map(|told| {
            let estimate = estimate(told.statistic, &sorted, is_yes_or_no);
            (told.clone(), estimate)
        });
        Self {
            name: line.name.clone(),
            measure: line.measure,
            trials: sorted.len() as u64,
            unended: samples.iter().filter(|sample| matches!(sample, Sample::Beyond(_))).count() as u64,
            told: told.collect(),
            sorted,
        }
    }

    fn row(&self, told: &Told, estimate: Option<&Estimate>, lang: Lang) -> [String; 6] {
        let with_unit = |value: f64| {
            let unit = self.measure.unit();
            let gap = if unit.is_empty() { "" } else { " " };
            format!("{}{gap}{unit}", self.measure.shown(value))
        };
        let statistic = told.statistic.name().get(lang);
        [
            self.name.clone(),
            self.trials_words(lang),
            estimate.map_or_else(|| "–".to_owned(), |one| format!("{statistic} {}", with_unit(one.value))),
            match estimate {
                Some(Estimate { low, high, .. }) if told.statistic != Statistic::Most => {
                    format!("{} – {}", self.measure.shown(*low), self.measure.shown(*high))
                }
                _ => String::new(),
            },
            told.said.map_or_else(String::new, |said| {
                format!("{} ({})", with_unit(said.value), said.by.get(lang))
            }),
            match (told.said, estimate) {
                (Some(said), Some(estimate)) => so(told.statistic, said.value, estimate, lang),
                _ => String::new(),
            },
        ]
    }

    fn trials_words(&self, lang: Lang) -> String {
        let all = self.trials.to_string();
        if self.unended == 0 {
            return all;
        }
        let text = Text::new("{all}, {unended} unended", "{all}（{unended} 次未结束）");
        text.fill(lang, &[("all", &all), ("unended", &self.unended.to_string())])
    }

    fn json(&self) -> Value {
        let told = self.told.iter().map(|(told, estimate)| {
            json!({
                "statistic": told.statistic.key(),
                "measured": estimate.map(|one| one.value),
                "low": estimate.map(|one| one.low),
                "high": estimate.map(|one| one.high),
                "said": told.said.map(|said| said.value),
                "by": told.said.map(|said| said.by.get(Lang::En)),
            })
        });
        json!({
            "line": self.name,
            "unit": self.measure.key(),
            "trials": self.trials,
            "unended": self.unended,
            "least": self.sorted.first(),
            "most": self.sorted.last(),
            "told": told.collect::<Vec<_>>(),
        })
    }
}

impl Measure {
    const fn key(self) -> &'static str {
        match self {
            Self::Time => "us",
            Self::Count => "count",
            Self::Share => "share",
        }
    }
}

impl Place {
    /// Where `said` stands beside an estimate. The last digits of a sum do not count.
    pub fn of(said: f64, estimate: &Estimate) -> Self {
        let hair = estimate.value.abs() * 1e-9;
        match said {
            said if said < estimate.low - hair => Self::Below,
            said if said > estimate.high + hair => Self::Above,
            _ => Self::Within,
        }
    }
}

/// Where the source's figure stands, in words.
fn so(statistic: Statistic, said: f64, estimate: &Estimate, lang: Lang) -> String {
    let apart = if said == 0.0 { 0.0 } else { (estimate.value / said - 1.0).abs() * 100.0 };
    let apart = format!("{apart:.1}");
    let text = match Place::of(said, estimate) {
        Place::Within if estimate.low == estimate.high => Text::new("equal", "相等"),
        Place::Within => Text::new("within the interval", "在区间内"),
        Place::Below if statistic == Statistic::Most => {
            Text::new("measured {apart} % more", "测得高 {apart} %")
        }
        Place::Above if statistic == Statistic::Most => {
            Text::new("measured {apart} % less", "测得低 {apart} %")
        }
        Place::Below => Text::new("outside: measured {apart} % more", "区间外：测得高 {apart} %"),
        Place::Above => Text::new("outside: measured {apart} % less", "区间外：测得低 {apart} %"),
    };
    text.fill(lang, &[("apart", &apart)])
}

fn settings_words(study: &Study) -> Vec<(&'static str, String)> {
    let schema = (study.experiment.settings)();
    let value = |key| study.settings.get(key).map(|value| value.to_string()).unwrap_or_default();
    schema.iter().map(|setting| (setting.key, value(setting.key))).collect()
}

/// Rows in columns, in a typeface where Chinese letters are twice as wide as others.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let line = |row: &[String; N]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - columns(cell))));
        let line: Vec<String> = cells.collect();
        format!("{}\n", line.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// How many columns of a terminal a text takes.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| if letter >= '\u{2e80}' { 2 } else { 1 }).sum()
}

/// A text as one field of comma-separated values (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_within_the_interval_agrees_and_others_do_not() {
        let estimate = Estimate { value: 10.0, low: 9.0, high: 11.0 };
        assert_eq!(Place::of(9.5, &estimate), Place::Within);
        assert_eq!(Place::of(8.0, &estimate), Place::Below);
        assert_eq!(Place::of(12.0, &estimate), Place::Above);
        assert!(so(Statistic::Mean, 8.0, &estimate, Lang::En).contains("measured 25.0 % more"));
    }

    #[test]
    fn fields_with_commas_are_quoted_and_columns_align() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        let rows = [["中位数".to_owned(), "1".to_owned()], ["mean".to_owned(), "2".to_owned()]];
        assert_eq!(aligned(&rows), "中位数  1\nmean    2\n");
    }
}
