//! `faultscope experiment`: a figure of a paper or a formula, measured again over many runs.

use std::io::Write;

use faultscope_labs::Lang;
use faultscope_labs::experiment::{Sample, Study, StudyError, chart, experiments};
use faultscope_labs::scene::{Ink, SvgOptions, svg};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::arguments::{ExperimentFormat, ExperimentWanted};
use crate::failure::{Failure, Verdict};
use crate::progress;

/// Width of a chart in pixels.
const WIDTH: f64 = 760.0;

/// Plays the trials of an experiment and prints what they say; without a name, lists the experiments.
pub(crate) fn print(wanted: &ExperimentWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let lang = Lang::from(wanted.lang);
    let refuse = |error: StudyError| Failure::Input(error.message(lang));
    let Some(name) = &wanted.name else {
        list(lang, out)?;
        return Ok(Verdict::Good);
    };
    let study = Study::open(name, &pairs(&wanted.set)?, wanted.trials, wanted.seed).map_err(refuse)?;
    let report = study.report(&samples(&study));
    match wanted.format {
        ExperimentFormat::Table => out.write_all(report.table(lang).as_bytes())?,
        ExperimentFormat::Json => writeln!(out, "{}", report.json())?,
        ExperimentFormat::Csv => out.write_all(report.csv().as_bytes())?,
        ExperimentFormat::Svg => {
            let options =
                SvgOptions { ground: Some(Ink::Sheet), language: lang.code(), ..SvgOptions::default() };
            writeln!(out, "{}", svg(&chart(&report, lang, WIDTH), wanted.theme.into(), &options))?;
        }
    }
    Ok(Verdict::Good)
}

fn list(lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    for (lab, experiment) in experiments() {
        writeln!(out, "{}  [{}]  {}", experiment.id, lab.id, experiment.question.get(lang))?;
        for setting in (experiment.settings)() {
            let (value, expected) = (setting.default_value(), setting.expected());
            writeln!(out, "  --set {}={value}  ({expected})  {}", setting.key, setting.title.get(lang))?;
        }
    }
    Ok(())
}

fn pairs(set: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pair = |word: &String| match word.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(Failure::Input(format!("--set {word}: expected KEY=VALUE"))),
    };
    set.iter().map(pair).collect()
}

/// The samples of all trials, in order; all cores play.
fn samples(study: &Study) -> Vec<Sample> {
    let bar = progress::bar(study.trials_in_all(), study.experiment.id);
    let samples = (0..study.trials_in_all()).into_par_iter().map(|number| {
        let sample = study.trial(number);
        bar.inc(1);
        sample
    });
    let samples = samples.collect();
    bar.finish_and_clear();
    samples
}
