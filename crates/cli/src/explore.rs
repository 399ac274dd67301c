//! `faultscope explore`: every state within bounds, breadth first, and the shortest run that breaks a property.

use std::io::Write;

use faultscope_labs::explore::{Explored, Explorer, limit_text};
use faultscope_labs::export::mode_word;
use faultscope_labs::sim::{Bounds, Disks, Goal, Judgement, Mode, Progress, Symmetry};
use faultscope_labs::words::unknown;
use faultscope_labs::{Lang, Session, Text};
use serde_json::{Map, Value, json};

use crate::arguments::{Budget, DisksWanted, ExploreWanted};
use crate::failure::{Failure, Verdict};
use crate::progress;
use crate::run;

/// So many states are reached between two looks at the progress.
const CHUNK: u64 = 20_000;

/// Searches, and prints what was found.
pub(crate) fn print(wanted: &ExploreWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let mut text = run::choose(&wanted.choice)?;
    text.cursor = wanted.at.or(text.cursor);
    let session = Session::from_text(&text)?;
    if let Some(step) = wanted.at.filter(|&step| step != session.step()) {
        return Err(Failure::Input(format!("--at {step}: the run ends at step {}", session.step())));
    }
    let mut explorer = Explorer::new(&session, bounds_of(wanted, &session)?);
    let per_second = search(&mut explorer);
    let explored = explorer.explored();
    if wanted.json {
        writeln!(out, "{}", value_of(&session, &explorer, &explored, per_second))?;
    } else {
        write_words(&session, &explorer, &explored, per_second, out)?;
    }
    let is_bad = |one: &Explored| one.is_broken() || one.judgement == Judgement::GaveUp;
    let is_broken = explored.iter().any(|one| one.is_claimed && is_bad(one));
    Ok(if is_broken { Verdict::Broken } else { Verdict::Good })
}

fn bounds_of(wanted: &ExploreWanted, session: &Session) -> Result<Bounds, Failure> {
    let budget = |budget: Budget| match budget {
        Budget::Any => None,
        Budget::Most(most) => Some(most),
    };
    Ok(Bounds {
        crashes: budget(wanted.crashes),
        most_down: wanted.down,
        drops: budget(wanted.drops),
        duplicates: budget(wanted.duplicates),
        pauses: budget(wanted.pauses),
        timers: budget(wanted.timers),
        commands: budget(wanted.commands),
        depth: wanted.depth,
        messages: wanted.messages,
        states: wanted.states,
        bytes: wanted.memory.saturating_mul(1 << 20),
        disks: match wanted.disks {
            DisksWanted::Immediate => Disks::Immediate,
            DisksWanted::Pending => Disks::Pending,
        },
        goal: if wanted.all { Goal::Everything } else { Goal::FirstBreak },
        properties: properties_of(wanted, session)?,
        symmetry: !wanted.no_symmetry,
    })
}

fn properties_of(wanted: &ExploreWanted, session: &Session) -> Result<Vec<&'static str>, Failure> {
    let known: Vec<&'static str> = session.properties().iter().map(|property| property.id).collect();
    let find = |word: &String| {
        known.iter().copied().find(|id| id == word).ok_or_else(|| {
            let text = Text::new("no property is called “{word}”", "没有名为“{word}”的性质");
            Failure::Input(unknown(text, word, &known, Lang::En))
        })
    };
    wanted.property.iter().map(find).collect()
}

/// Searches to the end. Returns the states reached in a second.
fn search(explorer: &mut Explorer) -> u64 {
    let bar = progress::bar(explorer.bounds().states, "searching");
    loop {
        let progress = explorer.run(CHUNK);
        bar.set_position(progress.unique);
        if progress.is_done {
            break;
        }
    }
    let seconds = bar.elapsed().as_secs_f64();
    bar.finish_and_clear();
    (explorer.progress().generated as f64 / seconds.max(1e-6)) as u64
}

fn write_words(
    session: &Session,
    explorer: &Explorer,
    explored: &[Explored],
    per_second: u64,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let Progress { generated, unique, depth, .. } = explorer.progress();
    let text = session.text_without_cursor();
    let (variant, step) = (format!("{}:{}", text.lab, text.variant), session.step());
    writeln!(
        out,
        "{variant} from step {step}: {generated} states, {unique} unique, depth {depth}, {per_second} states a second"
    )?;
    writeln!(out, "{}", explorer.completeness_words(Lang::En))?;
    writeln!(out, "{}", explorer.symmetry_words(Lang::En))?;
    for one in explored {
        let note = if one.is_claimed || one.mode == Mode::Sometimes { "" } else { " [not claimed]" };
        writeln!(out, "{}: {}{note}", one.id, explorer.judgement_words(one, Lang::En))?;
        if let Some(words) = explorer.finding_words(one, Lang::En) {
            writeln!(out, "  {words}")?;
        }
        if let Some(found) = &one.run {
            let doubt =
                if found.is_replayed { "" } else { " (the run alone does not show it: it depends on times)" };
            writeln!(out, "  #{}{doubt}", found.text)?;
        }
    }
    Ok(())
}

fn value_of(session: &Session, explorer: &Explorer, explored: &[Explored], per_second: u64) -> Value {
    let Progress { generated, unique, expanded, depth, bytes, .. } = explorer.progress();
    let text = session.text_without_cursor();
    let limits: Vec<&str> = explorer.limits().iter().map(|limit| limit_text(*limit).get(Lang::En)).collect();
    let renamings = match explorer.symmetry() {
        Symmetry::On { renamings } => renamings,
        Symmetry::Off(_) => 1,
    };
    json!({
        "lab": text.lab,
        "variant": text.variant,
        "from_step": session.step(),
        "states": generated,
        "unique": unique,
        "expanded": expanded,
        "depth": depth,
        "bytes": bytes,
        "states_per_second": per_second,
        "exhausted": explorer.is_exhausted(),
        "limits": limits,
        "symmetry": explorer.symmetry_words(Lang::En),
        "renamings": renamings,
        "properties": explored.iter().map(|one| property_value(explorer, one)).collect::<Vec<_>>(),
    })
}

fn property_value(explorer: &Explorer, one: &Explored) -> Value {
    let mut fields = Map::new();
    fields.insert("property".into(), one.id.into());
    fields.insert("mode".into(), mode_word(one.mode).into());
    fields.insert("claimed".into(), one.is_claimed.into());
    fields.insert("verdict".into(), verdict_of(one).into());
    if let Judgement::Struck { depth, .. } = one.judgement {
        fields.insert("depth".into(), depth.into());
    }
    if let Some(words) = explorer.finding_words(one, Lang::En) {
        fields.insert("finding".into(), words.into());
    }
    if let Some(found) = &one.run {
        fields.insert("replayed".into(), found.is_replayed.into());
        fields.insert("link".into(), format!("#{}", found.text).into());
    }
    Value::Object(fields)
}

/// The same words as `check`; `open` where not all states were visited.
fn verdict_of(one: &Explored) -> &'static str {
    match (&one.judgement, one.mode) {
        (Judgement::Struck { .. } | Judgement::Before(_), Mode::Sometimes) => "seen",
        (Judgement::Struck { .. } | Judgement::Before(_), _) => "broken",
        (Judgement::Exhausted, Mode::Sometimes) => "unseen",
        (Judgement::Exhausted, _) => "held",
        (Judgement::GaveUp, _) => "gave_up",
        (Judgement::Open, _) => "open",
        (Judgement::NotJudged, _) => "not judged",
    }
}
