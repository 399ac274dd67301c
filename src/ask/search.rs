//! The search as the web worker holds it: opened with a run and bounds, carried on some states at a time, asked for what
//! it has found.
//!
//! - `search open RUN [KEY=VALUE]…` begins a search at the cursor of a run, in place of any other.
//! - `search run STATES` goes on until about so many more states were reached; the answer is its progress as JSON.
//! - `search stop` gives up; what is known stays.
//! - `search result LANG` is what it says, as JSON.

use std::cell::RefCell;

use faultscope_labs::explore::{Explored, Explorer};
use faultscope_labs::sim::{Bounds, Disks, Goal, Judgement, Mode};
use faultscope_labs::{Lang, Session};
use serde_json::{Value, json};

thread_local! {
    static SEARCH: RefCell<Option<Explorer>> = const { RefCell::new(None) };
}

/// What begins the words of a property to judge.
const PROPERTY: &str = "property=";
/// The most states that one question may reach.
const STATES_MAX: u64 = 10_000_000;

/// Answers a question about the search; the words are those behind `search`.
pub(super) fn answer(words: &[&str]) -> Result<String, String> {
    match *words {
        ["open", run, ref bounds @ ..] => open(run, bounds),
        ["run", states] => {
            let states = super::number("states", states)?.min(STATES_MAX);
            with_search(|search| {
                search.run(states);
                progress(search).to_string()
            })
        }
        ["stop"] => with_search(|search| {
            search.stop();
            progress(search).to_string()
        }),
        ["result", lang] => {
            let lang = Lang::ALL.into_iter().find(|known| known.code() == lang);
            let lang = lang.ok_or_else(|| "result: expected a language".to_owned())?;
            with_search(|search| result(search, lang).to_string())
        }
        _ => Err("search: expected open, run, stop or result".to_owned()),
    }
}

fn with_search(run: impl FnOnce(&mut Explorer) -> String) -> Result<String, String> {
    SEARCH.with_borrow_mut(|search| search.as_mut().map(run).ok_or_else(|| "no search is open".to_owned()))
}

fn open(run: &str, words: &[&str]) -> Result<String, String> {
    let mut bounds = Bounds::default();
    let (wanted, words): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with(PROPERTY));
    for word in words {
        set(&mut bounds, word)?;
    }
    let session: Session = super::open(run)?;
    bounds.properties = wanted.into_iter().map(|word| property(&session, word)).collect::<Result<_, _>>()?;
    let search = Explorer::new(&session, bounds);
    let told = progress(&search).to_string();
    SEARCH.set(Some(search));
    Ok(told)
}

/// A property to judge, from its words, such as `property=agreement`; without any, all are judged.
fn property(session: &Session, word: &str) -> Result<&'static str, String> {
    let id = word.strip_prefix(PROPERTY).unwrap_or_default();
    let mut known = session.properties().iter().map(|property| property.id);
    known.find(|known| *known == id).ok_or_else(|| format!("no property is called `{id}`"))
}

/// Sets one bound from its words, such as `crashes=1`, `depth=any`, `disks=pending`.
fn set(bounds: &mut Bounds, word: &str) -> Result<(), String> {
    let (key, value) = word.split_once('=').ok_or_else(|| format!("`{word}` is not KEY=VALUE"))?;
    let many = || super::number(key, value);
    let few = || -> Result<Option<u32>, String> {
        if value == "any" {
            return Ok(None);
        }
        value.parse().map(Some).map_err(|_| format!("{key}: `{value}` is neither a number nor any"))
    };
    match (key, value) {
        ("crashes", _) => bounds.crashes = few()?,
        ("down", _) => bounds.most_down = few()?.unwrap_or(u32::MAX),
        ("drops", _) => bounds.drops = few()?,
        ("duplicates", _) => bounds.duplicates = few()?,
        ("pauses", _) => bounds.pauses = few()?,
        ("timers", _) => bounds.timers = few()?,
        ("commands", _) => bounds.commands = few()?,
        ("depth", _) => bounds.depth = few()?,
        ("states", _) => bounds.states = many()?,
        ("memory_mb", _) => bounds.bytes = many()?.saturating_mul(1 << 20),
        ("disks", "immediate") => bounds.disks = Disks::Immediate,
        ("disks", "pending") => bounds.disks = Disks::Pending,
        ("symmetry", "on" | "off") => bounds.symmetry = value == "on",
        ("goal", "first") => bounds.goal = Goal::FirstBreak,
        ("goal", "all") => bounds.goal = Goal::Everything,
        _ => return Err(format!("`{word}` is no bound of a search")),
    }
    Ok(())
}

fn progress(search: &Explorer) -> Value {
    let progress = search.progress();
    json!({
        "generated": progress.generated,
        "unique": progress.unique,
        "waiting": progress.waiting,
        "depth": progress.depth,
        "bytes": progress.bytes,
        "done": progress.is_done,
    })
}

fn result(search: &Explorer, lang: Lang) -> Value {
    let property = |explored: &Explored| {
        let title = search.lab().property(explored.id).map_or(explored.id, |words| words.title.get(lang));
        json!({
            "id": explored.id,
            "title": title,
            "claimed": explored.is_claimed,
            "broken": explored.is_broken(),
            "found": explored.finding().is_some(),
            "holds": explored.mode == Mode::Always && explored.judgement == Judgement::Exhausted,
            "says": search.judgement_words(explored, lang),
            "finding": search.finding_words(explored, lang),
            "run": explored.run.as_ref().map(|run| run.text.to_string()),
            "replayed": explored.run.as_ref().is_some_and(|run| run.is_replayed),
        })
    };
    json!({
        "complete": search.is_exhausted(),
        "says": search.completeness_words(lang),
        "symmetry": search.symmetry_words(lang),
        "properties": search.explored().iter().map(property).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(question: &str) -> Result<Value, String> {
        let words: Vec<&str> = question.split_whitespace().collect();
        answer(&words).map(|told| serde_json::from_str(&told).expect("JSON"))
    }

    #[test]
    fn a_search_is_opened_carried_on_stopped_and_asked() {
        let lab = faultscope_labs::LABS[0];
        let run = format!("{}:{}", lab.id, lab.variants[0].about().id);
        assert!(ask("run 10").is_err());
        let opened = ask(&format!("open {run} timers=2 crashes=0 states=500")).unwrap();
        assert_eq!(opened["done"], false);
        let mut told = opened;
        for _ in 0..1_000 {
            told = ask("run 100").unwrap();
            if told["done"] == true {
                break;
            }
        }
        assert_eq!(told["done"], true);
        let told = ask("result en").unwrap();
        assert!(!told["properties"].as_array().unwrap().is_empty());
        ask("stop").unwrap();
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        for (question, part) in [
            ("open nothing:at-all", "nothing"),
            ("open raft:basic crashes", "KEY=VALUE"),
            ("open raft:basic crashes=few", "few"),
            ("open raft:basic colour=red", "colour"),
            ("open raft:basic disks=slow", "disks"),
            ("fly", "expected"),
        ] {
            let question = question.replace("raft:basic", "x:y");
            let refusal = ask(&question).unwrap_err();
            assert!(refusal.contains(part), "{question}: {refusal}");
        }
    }
}
