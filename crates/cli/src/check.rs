//! `faultscope check`: many runs under random faults, all properties judged, a link for each that broke.

use std::collections::BTreeMap;
use std::io::Write;

use faultscope_labs::check::{End, Faults, Judged, Judgement, Trial};
use faultscope_labs::export::{finding_words, mode_word, seconds_words};
use faultscope_labs::sim::{Mode, RunText};
use faultscope_labs::{Lab, Lang, link};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::{Map, Value, json};

use crate::arguments::{CheckWanted, FaultsWanted};
use crate::failure::{Failure, Verdict};
use crate::progress;
use crate::run;

/// What all runs say of one property.
#[derive(Clone)]
struct PropertySum {
    mode: Mode,
    is_claimed: bool,
    premises: u64,
    broken_runs: u64,
    good_runs: u64,
    /// The broken run of the least seed.
    first: Option<(u64, Judged, Judgement)>,
}

/// What all runs say.
#[derive(Clone, Default)]
struct Sum {
    runs: u64,
    steps: u64,
    actions: u64,
    cut_short: u64,
    answered: [u64; 3],
    /// By the place among the variant's properties, then the id.
    properties: BTreeMap<(usize, &'static str), PropertySum>,
}

/// Plays the runs and prints what they say.
pub(crate) fn print(wanted: &CheckWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let text = run::choose(&wanted.choice)?;
    if !text.actions.is_empty() {
        return Err(Failure::Input("check draws its own faults; this run's text has actions".to_owned()));
    }
    let session = run::open_still(&text)?;
    let trial = |seed| Trial {
        lab: session.lab(),
        variant: session.variant(),
        settings: session.settings().clone(),
        seed,
        faults: match wanted.faults {
            FaultsWanted::Random => Faults::Random(seed),
            FaultsWanted::None => Faults::None,
        },
        until_us: wanted.until,
    };
    let sum = play(wanted, &trial);
    let links = shorten(&sum, &trial);
    if wanted.json {
        writeln!(out, "{}", value_of(wanted, &text, session.lab(), &sum, &links))?;
    } else {
        write_words(wanted, &text, session.lab(), &sum, &links, out)?;
    }
    let is_broken = sum.properties.values().any(|property| property.is_claimed && property.broken_runs > 0);
    Ok(if is_broken { Verdict::Broken } else { Verdict::Good })
}

fn play(wanted: &CheckWanted, trial: &(impl Fn(u64) -> Trial + Sync)) -> Sum {
    let bar = progress::bar(wanted.seeds.end - wanted.seeds.start, "checking");
    let one = |mut sum: Sum, seed| {
        sum.add(seed, trial(seed).judge());
        bar.inc(1);
        sum
    };
    let sum = wanted.seeds.clone().into_par_iter().fold(Sum::default, one).reduce(Sum::default, Sum::merge);
    bar.finish_and_clear();
    sum
}

/// For each broken property, a short run that breaks it, and how.
type Links = BTreeMap<&'static str, (RunText, End)>;

/// The shortest run that breaks each broken property, as far as it was looked for.
fn shorten(sum: &Sum, trial: &(impl Fn(u64) -> Trial + Sync)) -> Links {
    let broken: Vec<_> = sum.properties.values().filter_map(|property| property.first.as_ref()).collect();
    let bar = progress::bar(broken.len() as u64, "shortening");
    let links = broken.into_par_iter().map(|(seed, judged, judgement)| {
        let link = trial(*seed).shrink(judgement, judged);
        bar.inc(1);
        (judged.id, link)
    });
    let links = links.collect();
    bar.finish_and_clear();
    links
}

impl Sum {
    fn add(&mut self, seed: u64, judgement: Judgement) {
        self.runs += 1;
        self.steps += judgement.steps;
        self.actions += judgement.actions;
        self.cut_short += u64::from(judgement.is_cut_short);
        for (sum, count) in self.answered.iter_mut().zip(judgement.answered) {
            *sum += count;
        }
        for (place, judged) in judgement.properties.iter().enumerate() {
            let broken = judged.is_broken().then(|| (seed, judged.clone(), judgement.clone()));
            let one = PropertySum {
                mode: judged.mode,
                is_claimed: judged.is_claimed,
                premises: judged.premises,
                broken_runs: u64::from(judged.is_broken()),
                good_runs: u64::from(judged.end == End::Good),
                first: broken,
            };
            self.add_property((place, judged.id), one);
        }
    }

    fn add_property(&mut self, key: (usize, &'static str), one: PropertySum) {
        let Some(sum) = self.properties.get_mut(&key) else {
            self.properties.insert(key, one);
            return;
        };
        sum.premises += one.premises;
        sum.broken_runs += one.broken_runs;
        sum.good_runs += one.good_runs;
        let least =
            |first: &Option<(u64, Judged, Judgement)>| first.as_ref().map_or(u64::MAX, |(seed, ..)| *seed);
        if least(&one.first) < least(&sum.first) || sum.first.is_none() {
            sum.first = one.first;
        }
    }

    fn merge(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.steps += other.steps;
        self.actions += other.actions;
        self.cut_short += other.cut_short;
        for (sum, count) in self.answered.iter_mut().zip(other.answered) {
            *sum += count;
        }
        for (key, one) in other.properties {
            self.add_property(key, one);
        }
        self
    }
}

fn verdict_of(property: &PropertySum) -> &'static str {
    match (property.mode, property.broken_runs, property.good_runs) {
        (Mode::Eventually, 1.., _) => "unmet",
        (_, 1.., _) => "broken",
        (Mode::Always, ..) => "held",
        (Mode::Eventually, _, 1..) => "met",
        (Mode::Eventually, ..) => "open",
        (Mode::Sometimes, _, 1..) => "seen",
        (Mode::Sometimes, ..) => "unseen",
    }
}

fn value_of(wanted: &CheckWanted, text: &RunText, lab: &Lab, sum: &Sum, links: &Links) -> Value {
    let properties: Vec<Value> = sum
        .properties
        .iter()
        .map(|((_, id), property)| {
            let mut fields = Map::new();
            fields.insert("property".into(), (*id).into());
            fields.insert("mode".into(), mode_word(property.mode).into());
            fields.insert("claimed".into(), property.is_claimed.into());
            fields.insert("verdict".into(), verdict_of(property).into());
            fields.insert("premises".into(), property.premises.into());
            fields.insert("broken_runs".into(), property.broken_runs.into());
            fields.insert("good_runs".into(), property.good_runs.into());
            if let (Some((seed, ..)), Some((link, end))) = (&property.first, links.get(id)) {
                fields.insert("first".into(), first_value(lab, *seed, id, link, end));
            }
            Value::Object(fields)
        })
        .collect();
    json!({
        "lab": text.lab,
        "variant": text.variant,
        "seeds": [wanted.seeds.start, wanted.seeds.end],
        "faults": faults_word(wanted.faults),
        "until_us": wanted.until,
        "runs": sum.runs,
        "steps": sum.steps,
        "fault_actions": sum.actions,
        "cut_short": sum.cut_short,
        "answered": {"ok": sum.answered[0], "fail": sum.answered[1], "info": sum.answered[2]},
        "properties": properties,
    })
}

fn first_value(lab: &Lab, seed: u64, id: &str, link: &RunText, end: &End) -> Value {
    let mut fields = Map::new();
    fields.insert("seed".into(), seed.into());
    if let Some(step) = link.cursor {
        fields.insert("step".into(), step.into());
    }
    if let End::Broken { finding, at_us, .. } = end {
        fields.insert("at_us".into(), (*at_us).into());
        fields.insert("finding".into(), finding_words(lab, id, finding, Lang::En).into());
    }
    fields.insert("link".into(), format!("#{}", link::write(link)).into());
    Value::Object(fields)
}

const fn faults_word(faults: FaultsWanted) -> &'static str {
    match faults {
        FaultsWanted::Random => "random",
        FaultsWanted::None => "none",
    }
}

fn write_words(
    wanted: &CheckWanted,
    text: &RunText,
    lab: &Lab,
    sum: &Sum,
    links: &Links,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let faults = faults_word(wanted.faults);
    let until = seconds_words(wanted.until);
    writeln!(out, "{}:{}: {} runs of {until}, faults: {faults}", text.lab, text.variant, sum.runs)?;
    let [ok, fail, info] = sum.answered;
    writeln!(
        out,
        "{} steps, {} fault actions, commands answered: {ok} ok, {fail} fail, {info} info",
        sum.steps, sum.actions
    )?;
    if sum.cut_short > 0 {
        writeln!(out, "{} runs were cut short: they had too many steps", sum.cut_short)?;
    }
    for ((_, id), property) in &sum.properties {
        let verdict = verdict_of(property);
        let note = if property.is_claimed { "" } else { " [not claimed]" };
        match (&property.first, links.get(id)) {
            (Some((seed, ..)), Some((link, end))) => {
                writeln!(
                    out,
                    "{id}: {verdict} in {} runs, first with seed {seed}{note}",
                    property.broken_runs
                )?;
                if let End::Broken { finding, .. } = end {
                    writeln!(out, "  {}", finding_words(lab, id, finding, Lang::En))?;
                }
                writeln!(out, "  #{}", link::write(link))?;
            }
            _ => writeln!(out, "{id}: {verdict} (premise {} times){note}", property.premises)?,
        }
    }
    Ok(())
}
