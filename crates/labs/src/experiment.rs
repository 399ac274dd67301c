//! Experiments: a figure of a paper or a formula, measured again over many runs.
//!
//! An experiment has lines, such as one for each range of timeouts. A trial of a line is one function of its seed, and
//! gives one number: whoever calls decides about threads. What the source says stands beside what was measured, with a
//! confidence interval; where both disagree, that is the result.

mod chart;
mod estimate;
mod report;

use std::fmt::{self, Display};

use faultscope_sim::{Action, Draw, Pin, Pinned, Run};

use crate::lab::{Lab, Variant};
use crate::schema::{Setting, Settings};
use crate::session::plan_of;
use crate::words::{Lang, Text, unknown};

pub use chart::chart;
pub use estimate::{Estimate, Sample, Statistic};
pub use report::{LineReport, Place, Report, Said};

/// The most trials of a line.
pub const TRIALS_MAX: u64 = 1_000_000;

/// An experiment of a lab.
pub struct Experiment {
    /// Its word on the command line, such as `raft-downtime`.
    pub id: &'static str,
    /// Its name.
    pub title: Text,
    /// What is asked.
    pub question: Text,
    /// What one trial does, and what is measured in it.
    pub method: Text,
    /// Where the figures beside the measured ones come from.
    pub source: Text,
    /// How many trials a line has if nothing else is said.
    pub trials: u64,
    /// Its settings.
    pub settings: fn() -> Vec<Setting>,
    /// Its lines under these settings, or why there are none.
    pub lines: fn(&Settings) -> Result<Vec<Line>, Text>,
}

/// One line: many trials of one kind.
pub struct Line {
    /// Its name, in terms that every language has: `150–155 ms`, `n = 5`.
    pub name: String,
    /// In what its samples are measured.
    pub measure: Measure,
    /// What is told of the samples, each beside what the source says of it, if it says anything.
    pub told: Vec<Told>,
    /// The trial with this seed.
    pub trial: Box<dyn Fn(u64) -> Sample + Send + Sync>,
}

/// One statistic of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which.
    pub statistic: Statistic,
    /// What the source says.
    pub said: Option<Said>,
}

impl Told {
    /// A statistic of which the source says nothing.
    pub const fn alone(statistic: Statistic) -> Self {
        Self { statistic, said: None }
    }

    /// A statistic with the figure that a source prints.
    pub const fn printed(statistic: Statistic, value: f64, by: Text) -> Self {
        Self { statistic, said: Some(Said { value, by }) }
    }
}

/// In what samples are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Microseconds of virtual time; shown in milliseconds.
    Time,
    /// A count, of messages for instance.
    Count,
    /// A share of one; shown in per cent. A trial may say 1 or 0, for yes and no.
    Share,
}

impl Measure {
    /// A value as people read it, without its unit: milliseconds, a count, per cent.
    pub fn shown(self, value: f64) -> String {
        let (value, digits) = match self {
            Self::Time => (value / 1_000.0, 1),
            Self::Count => (value, if value.fract() == 0.0 { 0 } else { 2 }),
            Self::Share => (value * 100.0, 2),
        };
        format!("{value:.digits$}")
    }

    /// The unit behind a shown value.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Time => "ms",
            Self::Count => "",
            Self::Share => "%",
        }
    }
}

/// An experiment that was set up: its lines, the number of trials, and the seed of all draws.
pub struct Study {
    /// The experiment.
    pub experiment: &'static Experiment,
    /// Its settings.
    pub settings: Settings,
    /// The seed of all trials.
    pub seed: u64,
    /// How many trials each line has.
    pub trials: u64,
    lines: Vec<Line>,
}

/// Why a study cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudyError {
    /// No experiment has this name.
    Unknown {
        /// What was asked for.
        word: String,
    },
    /// No setting has this name.
    Setting {
        /// What was asked for.
        key: String,
        /// The settings that there are.
        known: Vec<&'static str>,
    },
    /// A setting cannot have this value.
    Value {
        /// The setting.
        key: String,
        /// What was asked for.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// The settings do not fit together.
    Settings(Text),
    /// The number of trials is out of range.
    Trials,
}

impl StudyError {
    /// What is wrong, in one line.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Unknown { word } => {
                let known: Vec<&str> = experiments().map(|(_, experiment)| experiment.id).collect();
                let text = Text::new("no experiment is called “{word}”", "没有名为“{word}”的实验");
                unknown(text, word, &known, lang)
            }
            Self::Setting { key, known } => {
                let text = Text::new("no setting is called “{word}”", "没有名为“{word}”的设置");
                unknown(text, key, known, lang)
            }
            Self::Value { key, value, expected } => {
                let text =
                    Text::new("{key} cannot be “{value}”: {expected}", "{key} 不能是“{value}”：{expected}");
                text.fill(lang, &[("key", key), ("value", value), ("expected", expected)])
            }
            Self::Settings(text) => text.get(lang).to_owned(),
            Self::Trials => {
                let text = Text::new("trials: from 2 to {most}", "试验次数：2 到 {most}");
                text.fill(lang, &[("most", &TRIALS_MAX.to_string())])
            }
        }
    }
}

impl Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

/// Settings of a variant for a trial: the key, and the value as in a run's text.
pub(crate) type Set = Vec<(&'static str, String)>;

/// A run of a variant for a trial: its default settings with some in place of others, without properties.
///
/// # Panics
/// If a setting or its value is none of the variant's: a mistake in the experiment, found by the tests.
pub(crate) fn run_of(variant: &dyn Variant, set: &Set, seed: u64, actions: Vec<Pinned>) -> Run {
    let settings = read_settings(&variant.settings(), set.iter().map(|(key, value)| (*key, value.as_str())));
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    let mut plan = plan_of(variant, &settings, seed, false);
    plan.properties.clear();
    Run::new(plan.into(), actions)
}

/// An action right after all nodes have booted, at 0.
pub(crate) fn after_boots(servers: u64, place: u32, action: Action) -> Pinned {
    Pinned { pin: Pin { at_us: 0, after_steps: servers as u32 + place }, action }
}

/// Every experiment, with its lab, in the order of the catalogue.
pub fn experiments() -> impl Iterator<Item = (&'static Lab, &'static Experiment)> {
    crate::LABS.iter().flat_map(|lab| lab.experiments.iter().map(move |experiment| (*lab, *experiment)))
}

/// An experiment by its id.
pub fn experiment(id: &str) -> Option<&'static Experiment> {
    experiments().map(|(_, experiment)| experiment).find(|experiment| experiment.id == id)
}

impl Study {
    /// Sets up an experiment. `pairs` are settings as words; what they leave out has its default.
    ///
    /// # Errors
    /// [`StudyError`] where a word is unknown or does not fit.
    pub fn open(
        id: &str,
        pairs: &[(String, String)],
        trials: Option<u64>,
        seed: u64,
    ) -> Result<Self, StudyError> {
        let experiment = experiment(id).ok_or_else(|| StudyError::Unknown { word: id.to_owned() })?;
        let pairs = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let settings = read_settings(&(experiment.settings)(), pairs)?;
        let trials = trials.unwrap_or(experiment.trials);
        if !(2..=TRIALS_MAX).contains(&trials) {
            return Err(StudyError::Trials);
        }
        let lines = (experiment.lines)(&settings).map_err(StudyError::Settings)?;
        Ok(Self { experiment, settings, seed, trials, lines })
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many trials all lines have together.
    pub fn trials_in_all(&self) -> u64 {
        self.lines.len() as u64 * self.trials
    }

    /// One trial of all: `number` counts through the lines, then through the trials of each.
    pub fn trial(&self, number: u64) -> Sample {
        let (line, trial) = (number / self.trials, number % self.trials);
        match self.lines.get(line as usize) {
            Some(one) => (one.trial)(Draw::new(self.seed, self.experiment.id, line, trial).bits()),
            None => Sample::Nothing,
        }
    }

    /// What the samples say; they stand in the order of their numbers. Trials at the end may be missing.
    pub fn report(&self, samples: &[Sample]) -> Report {
        Report::new(self, samples)
    }
}

fn read_settings<'a>(
    schema: &[Setting],
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Settings, StudyError> {
    let mut settings = Settings::defaults(schema);
    for (key, value) in pairs {
        let setting =
            schema.iter().find(|setting| setting.key == key).ok_or_else(|| StudyError::Setting {
                key: key.to_owned(),
                known: schema.iter().map(|setting| setting.key).collect(),
            })?;
        let read = setting.read(value).ok_or_else(|| StudyError::Value {
            key: key.to_owned(),
            value: value.to_owned(),
            expected: setting.expected(),
        })?;
        settings.set(setting.key, read);
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart_and_words_are_there() {
        let mut ids: Vec<&str> = experiments().map(|(_, experiment)| experiment.id).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert!(all > 0 && ids.len() == all, "{ids:?}");
        for (_, experiment) in experiments() {
            for lang in Lang::ALL {
                let words = [experiment.title, experiment.question, experiment.method, experiment.source];
                assert!(words.iter().all(|text| !text.get(lang).is_empty()), "{}", experiment.id);
            }
        }
    }

    #[test]
    fn every_experiment_plays_and_is_told() {
        for (_, experiment) in experiments() {
            let study = Study::open(experiment.id, &[], Some(2), 1).unwrap();
            let samples: Vec<Sample> = (0..study.trials_in_all()).map(|number| study.trial(number)).collect();
            assert!(!study.lines().is_empty(), "{}", experiment.id);
            assert!(samples.iter().all(|sample| *sample != Sample::Nothing), "{}", experiment.id);
            assert_eq!(samples[0], study.trial(0), "{}: a trial is a function of its seed", experiment.id);
            let report = study.report(&samples);
            for lang in Lang::ALL {
                let table = report.table(lang);
                assert!(study.lines().iter().all(|line| table.contains(&line.name)), "{table}");
                let picture = chart(&report, lang, 720.0);
                let off = (faultscope_scene::overlaps(&picture), faultscope_scene::out_of_view(&picture));
                assert!(off.0.is_empty() && off.1.is_empty(), "{}: {off:?}", experiment.id);
            }
            let json = report.json();
            assert_eq!(json["lines"].as_array().map(Vec::len), Some(study.lines().len()));
            assert!(report.csv().lines().count() > study.lines().len());
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let id = experiments().next().unwrap().1.id;
        let refusal = |id: &str, pairs: &[(&str, &str)], trials| {
            let pairs: Vec<(String, String)> =
                pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            Study::open(id, &pairs, trials, 1).err().map(|error| error.message(Lang::En)).unwrap_or_default()
        };
        assert!(refusal("nowhere", &[], None).contains("no experiment is called “nowhere”"));
        assert!(refusal(id, &[("nothing", "1")], None).contains("no setting is called “nothing”"));
        assert!(refusal(id, &[], Some(0)).contains("trials"));
        let setting = &(experiment(id).unwrap().settings)()[0];
        assert!(refusal(id, &[(setting.key, "?")], None).contains("cannot be “?”"));
    }
}
