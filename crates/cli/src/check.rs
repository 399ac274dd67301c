//! `faultscope check`: many runs under random faults, all properties judged, a link for each that broke.

use std::collections::BTreeMap;
use std::io::Write;

use faultscope_labs::check::{Faults, Judgement, Trial};
use faultscope_labs::export::{finding_words, mode_word, seconds_words};
use faultscope_labs::shrink::Shrunk;
use faultscope_labs::sim::{Mode, RunText};
use faultscope_labs::verdict::{End, Judged};
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
    open_runs: u64,
    gave_up_runs: u64,
    /// The least seed that broke it.
    first_seed: Option<u64>,
    /// The broken runs with the fewest actions, fewest first; then by seed.
    broken: Vec<Broken>,
}

/// A run that broke a property.
#[derive(Clone)]
struct Broken {
    seed: u64,
    /// How many actions it has up to the break.
    actions: usize,
    judged: Judged,
    judgement: Judgement,
}

/// How many broken runs of a property are shortened.
const SHORTENED_MAX: usize = 3;

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
            FaultsWanted::Random => Faults::Drawn(wanted.drawing.with_seed(seed)),
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
    // Who gives up does not pass.
    let fails = |property: &PropertySum| property.broken_runs > 0 || property.gave_up_runs > 0;
    let is_broken = sum.properties.values().any(|property| property.is_claimed && fails(property));
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

/// For each broken property, the seed and the short run that breaks it.
type Links = BTreeMap<&'static str, (u64, Shrunk)>;

/// The shortest run that breaks each broken property, as far as it was looked for: a few broken runs are shortened,
/// and the one with the fewest actions wins.
fn shorten(sum: &Sum, trial: &(impl Fn(u64) -> Trial + Sync)) -> Links {
    let broken: Vec<&Broken> = sum.properties.values().flat_map(|property| &property.broken).collect();
    let bar = progress::bar(broken.len() as u64, "shortening");
    let shrunk = broken.into_par_iter().map(|broken| {
        let shrunk = trial(broken.seed).shrink(&broken.judgement, &broken.judged);
        bar.inc(1);
        (broken.judged.id, broken.seed, shrunk)
    });
    let shrunk: Vec<(&'static str, u64, Shrunk)> = shrunk.collect();
    bar.finish_and_clear();
    let mut links = Links::new();
    for (id, seed, shrunk) in shrunk {
        let size = |shrunk: &Shrunk| (shrunk.run.actions.len(), shrunk.run.to_string().len());
        if links.get(id).is_none_or(|(_, known)| size(&shrunk) < size(known)) {
            links.insert(id, (seed, shrunk));
        }
    }
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
            let broken = judged.is_broken().then(|| Broken::new(seed, judged, &judgement));
            let one = PropertySum {
                mode: judged.mode,
                is_claimed: judged.is_claimed,
                premises: judged.premises,
                broken_runs: u64::from(judged.is_broken()),
                good_runs: u64::from(judged.end.is_good()),
                open_runs: u64::from(matches!(judged.end, End::Open(_))),
                gave_up_runs: u64::from(matches!(judged.end, End::GaveUp { .. })),
                first_seed: judged.is_broken().then_some(seed),
                broken: broken.into_iter().collect(),
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
        sum.open_runs += one.open_runs;
        sum.gave_up_runs += one.gave_up_runs;
        sum.first_seed = sum.first_seed.into_iter().chain(one.first_seed).min();
        sum.broken.extend(one.broken);
        sum.broken.sort_by_key(|broken| (broken.actions, broken.seed));
        sum.broken.truncate(SHORTENED_MAX);
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

impl Broken {
    fn new(seed: u64, judged: &Judged, judgement: &Judgement) -> Self {
        let actions = judgement.run_to(judged).actions.len();
        Self { seed, actions, judged: judged.clone(), judgement: judgement.clone() }
    }
}

fn verdict_of(property: &PropertySum) -> &'static str {
    if property.broken_runs == 0 && property.gave_up_runs > 0 {
        return "gave_up";
    }
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
            fields.insert("open_runs".into(), property.open_runs.into());
            fields.insert("gave_up_runs".into(), property.gave_up_runs.into());
            if let Some(seed) = property.first_seed {
                fields.insert("first_seed".into(), seed.into());
            }
            if let Some((seed, shrunk)) = links.get(id) {
                fields.insert("shortest".into(), shortest_value(lab, *seed, id, shrunk));
            }
            Value::Object(fields)
        })
        .collect();
    json!({
        "lab": text.lab,
        "variant": text.variant,
        "seeds": [wanted.seeds.start, wanted.seeds.end],
        "faults": faults_word(wanted.faults),
        "fault_rate_per_thousand_s": wanted.drawing.fault_rate,
        "fault_budget": wanted.drawing.fault_budget,
        "heals": !wanted.drawing.no_heal,
        "until_us": wanted.until,
        "runs": sum.runs,
        "steps": sum.steps,
        "fault_actions": sum.actions,
        "cut_short": sum.cut_short,
        "answered": {"ok": sum.answered[0], "fail": sum.answered[1], "info": sum.answered[2]},
        "properties": properties,
    })
}

fn shortest_value(lab: &Lab, seed: u64, id: &str, shrunk: &Shrunk) -> Value {
    let mut fields = Map::new();
    fields.insert("seed".into(), seed.into());
    if let Some(step) = shrunk.run.cursor {
        fields.insert("step".into(), step.into());
    }
    if let End::Broken { finding, at_us, .. } = &shrunk.end {
        fields.insert("at_us".into(), (*at_us).into());
        fields.insert("finding".into(), finding_words(lab, id, finding, Lang::En).into());
    }
    if let Some(reason) = shrunk.end.reason(Lang::En) {
        fields.insert("reason".into(), reason.into());
    }
    fields.insert("actions".into(), shrunk.run.actions.len().into());
    fields.insert("replays".into(), shrunk.replays.into());
    fields.insert("minimal".into(), shrunk.is_minimal.into());
    fields.insert("link".into(), format!("#{}", link::write(&shrunk.run)).into());
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
        let note = if property.is_claimed { "" } else { " [not claimed]" };
        let verdict = verdict_of(property).replace('_', " ");
        match (property.first_seed, links.get(id)) {
            (Some(first), Some((seed, shrunk))) => {
                writeln!(
                    out,
                    "{id}: {verdict} in {} runs, first with seed {first}{note}",
                    property.broken_runs
                )?;
                write_shortest(lab, *seed, id, shrunk, out)?;
            }
            _ => writeln!(out, "{id}: {verdict} (premise {} times){note}", property.premises)?,
        }
        if property.gave_up_runs > 0 {
            writeln!(out, "  given up in {} runs: nobody knows what became of them", property.gave_up_runs)?;
        }
        if property.open_runs > 0 {
            writeln!(out, "  open in {} runs: not met, and not healed for long enough", property.open_runs)?;
        }
    }
    Ok(())
}

fn write_shortest(
    lab: &Lab,
    seed: u64,
    id: &str,
    shrunk: &Shrunk,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let said = match &shrunk.end {
        End::Broken { finding, .. } => Some(finding_words(lab, id, finding, Lang::En)),
        end => end.reason(Lang::En),
    };
    if let Some(said) = said {
        writeln!(out, "  {said}")?;
    }
    let minimal = if shrunk.is_minimal { "each of them needed" } else { "perhaps not all needed" };
    let (actions, replays) = (shrunk.run.actions.len(), shrunk.replays);
    writeln!(out, "  seed {seed}, {actions} actions, {minimal} ({replays} replays):")?;
    writeln!(out, "  #{}", shrunk.run)
}
