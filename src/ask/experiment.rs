//! An experiment as the web worker holds it: set up, played some trials at a time, asked for what it says.
//!
//! - `experiment open ID TRIALS SEED [KEY=VALUE]…` sets one up, in place of any other; a refusal is in the language of
//!   `lang=en` or `lang=zh`, if one of these words is among them.
//! - `experiment run TRIALS` plays so many more, of all lines in turn.
//! - `experiment result LANG WIDTH` is what the trials say so far: the rows of a table, and a chart.
//!
//! The answer to the first two is how many trials were played, and of how many.

use std::cell::RefCell;

use faultscope_labs::Lang;
use faultscope_labs::experiment::{Sample, Study, chart};
use faultscope_labs::scene::{Ink, SvgOptions, Theme, svg};
use serde_json::{Value, json};

thread_local! {
    static STUDY: RefCell<Option<Playing>> = const { RefCell::new(None) };
}

/// The most trials that one question may play.
const TRIALS_MAX: u64 = 1_000_000;
/// The widest chart, in pixels.
const WIDTH_MAX: u64 = 4_000;

/// A study, and what its trials gave so far.
struct Playing {
    study: Study,
    samples: Vec<Sample>,
    played: u64,
}

/// Answers a question about an experiment; the words are those behind `experiment`.
pub(super) fn answer(words: &[&str]) -> Result<String, String> {
    match *words {
        ["open", id, trials, seed, ref settings @ ..] => open(id, trials, seed, settings),
        ["run", trials] => {
            let trials = super::number("trials", trials)?.min(TRIALS_MAX);
            with_study(|playing| {
                playing.play(trials);
                playing.progress().to_string()
            })
        }
        ["result", lang, width] => {
            let (lang, width) = (language(lang)?, super::number("width", width)?);
            with_study(|playing| playing.result(lang, width.min(WIDTH_MAX) as f64).to_string())
        }
        _ => Err("experiment: expected open, run or result".to_owned()),
    }
}

fn open(id: &str, trials: &str, seed: &str, settings: &[&str]) -> Result<String, String> {
    let mut pairs = Vec::new();
    let mut lang = Lang::En;
    for word in settings {
        match word.split_once('=') {
            Some(("lang", code)) => lang = language(code)?,
            Some((key, value)) => pairs.push((key.to_owned(), value.to_owned())),
            None => return Err(format!("`{word}` is not KEY=VALUE")),
        }
    }
    let (trials, seed) = (super::number("trials", trials)?, super::number("seed", seed)?);
    let study = Study::open(id, &pairs, Some(trials), seed).map_err(|error| error.message(lang))?;
    let samples = vec![Sample::Nothing; study.trials_in_all() as usize];
    let playing = Playing { study, samples, played: 0 };
    let told = playing.progress().to_string();
    STUDY.set(Some(playing));
    Ok(told)
}

fn language(code: &str) -> Result<Lang, String> {
    let lang = Lang::ALL.into_iter().find(|known| known.code() == code);
    lang.ok_or_else(|| format!("`{code}` is no language"))
}

fn with_study(run: impl FnOnce(&mut Playing) -> String) -> Result<String, String> {
    STUDY.with_borrow_mut(|study| study.as_mut().map(run).ok_or_else(|| "no experiment is open".to_owned()))
}

impl Playing {
    /// Plays more trials: the first of each line, then the second of each, so that every line grows.
    fn play(&mut self, trials: u64) {
        let lines = self.study.lines().len() as u64;
        let last = self.study.trials_in_all().min(self.played.saturating_add(trials));
        for place in self.played..last {
            let number = place % lines * self.study.trials + place / lines;
            self.samples[number as usize] = self.study.trial(number);
        }
        self.played = last;
    }

    fn progress(&self) -> Value {
        json!({"played": self.played, "of": self.study.trials_in_all()})
    }

    fn result(&self, lang: Lang, width: f64) -> Value {
        let report = self.study.report(&self.samples);
        let options =
            SvgOptions { ground: Some(Ink::Sheet), tokens: true, id: "experiment-", language: lang.code() };
        json!({
            "rows": report.rows(lang),
            "chart": svg(&chart(&report, lang, width), Theme::Light, &options),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::experiment::experiments;

    fn asked(question: &str) -> Result<Value, String> {
        let words: Vec<&str> = question.split_whitespace().collect();
        answer(&words).map(|told| serde_json::from_str(&told).unwrap())
    }

    #[test]
    fn an_experiment_is_played_in_parts_and_told_at_any_time() {
        let (_, experiment) = experiments().next().unwrap();
        let opened = asked(&format!("open {} 3 1", experiment.id)).unwrap();
        let all = opened["of"].as_u64().unwrap();
        assert_eq!(opened["played"], 0);
        assert!(asked("result en 400").unwrap()["chart"].as_str().unwrap().starts_with("<svg"));
        assert_eq!(asked("run 2").unwrap()["played"], 2);
        assert_eq!(asked("run 1000").unwrap()["played"], all);
        let told = asked("result zh 400").unwrap();
        // All trials played in parts say what the same trials say in one go.
        let study = Study::open(experiment.id, &[], Some(3), 1).unwrap();
        let samples: Vec<Sample> = (0..all).map(|number| study.trial(number)).collect();
        assert_eq!(told["rows"], json!(study.report(&samples).rows(Lang::Zh)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |question: &str| asked(question).unwrap_err();
        assert!(refused("open nowhere 3 1").contains("nowhere"));
        let (_, experiment) = experiments().next().unwrap();
        assert!(refused(&format!("open {} 3 1 nothing=1 lang=zh", experiment.id)).contains("没有名为"));
        assert!(refused(&format!("open {} x 1", experiment.id)).contains("not a number"));
        assert!(refused("result xx 3").contains("no language"));
        assert!(refused("dance").contains("expected open"));
    }
}
