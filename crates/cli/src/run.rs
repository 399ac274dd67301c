//! `faultscope run`: one run, printed as what was asked for.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use faultscope_labs::check::{Faults, Trial};
use faultscope_labs::export::{Film, Span};
use faultscope_labs::sim::{MAX_TEXT_BYTES, RunText};
use faultscope_labs::spacetime::{self, WINDOW_US, Window};
use faultscope_labs::stage::{Class, Frame};
use faultscope_labs::verdict::End;
use faultscope_labs::{LABS, Lang, OpenError, Session, export, import, lab, link};

use crate::arguments::{FaultsWanted, Format, RunChoice, RunWanted};
use crate::failure::{Failure, Verdict};
use crate::progress;
use crate::script;

/// Until when a run is played if nothing else is said, in microseconds.
const UNTIL_US: u64 = 10_000_000;
/// How long a run is played on behind its last action if nothing else is said, in microseconds.
const AFTER_ACTIONS_US: u64 = 1_000_000;
/// The most steps of one run: a run that sends without end must not fill the memory.
const STEPS_MAX: u64 = 20_000_000;
/// Width and height of the stage if nothing else is said, in pixels.
const STAGE_SIZE: (u32, u32) = (760, 520);
/// Width of a space-time diagram if nothing else is said, in pixels.
const DIAGRAM_WIDTH: u32 = 1104;
/// Into how many parts of time the playing of a run is divided, for the bar.
const PARTS: u64 = 200;

/// Plays the run and prints it.
pub(crate) fn print(wanted: &RunWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let text = text_of(wanted)?;
    let last_action_us = text.actions.last().map_or(0, |pinned| pinned.pin.at_us);
    let by_itself_us = UNTIL_US.max(last_action_us.saturating_add(AFTER_ACTIONS_US));
    let until_us = wanted.until.unwrap_or(by_itself_us);
    let mut session = Session::from_text(&text)?;
    let last = play(&mut session, until_us);
    if wanted.from.is_some_and(|from_us| from_us > until_us) {
        return Err(Failure::Input("--from is later than the end of the span".to_owned()));
    }
    let span = Span { last, ..Span::of_times(&session, wanted.from.unwrap_or(0), until_us) };
    let lang = wanted.lang.into();
    match wanted.format {
        Format::Events => export::events(&session, span, out)?,
        Format::States => export::states(&session, span, out)?,
        Format::History => export::history(&session, span, out)?,
        Format::Shiviz => export::shiviz(&session, span, lang, out)?,
        Format::Mermaid => print_mermaid(&session, span, lang, out)?,
        Format::Svg => {
            let cursor = text.cursor.filter(|_| wanted.until.is_none());
            out.write_all(picture(&mut session, cursor, until_us, wanted).as_bytes())?;
        }
        Format::Spacetime => out.write_all(diagram(&session, until_us, wanted)?.as_bytes())?,
        Format::Animation => out.write_all(film(&session, until_us, wanted)?.as_bytes())?,
        Format::Link => writeln!(out, "#{}", session.link())?,
        Format::Run => out.write_all(export::run_file(&session).as_bytes())?,
        Format::Summary => return print_summary(&session, last, wanted, out),
    }
    Ok(Verdict::Good)
}

fn print_mermaid(session: &Session, span: Span, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    let written = export::mermaid(session, span, lang, out)?;
    if written < span.last {
        let ending = export::mermaid_ending(written, span.last, lang);
        eprintln!("faultscope: {ending}; choose a shorter span with --from and --until");
    }
    Ok(())
}

/// The span of a picture of time: what was asked for, or the time around the text's cursor, or the beginning.
fn window(session: &Session, until_us: u64, wanted: &RunWanted) -> Window {
    let session_us = session.now_us();
    match (wanted.from, wanted.until) {
        (None, None) if session_us > 0 => Window::around_cursor(session),
        (None, None) => Window { from_us: 0, until_us: WINDOW_US.min(until_us) },
        (Some(from_us), None) => {
            Window { from_us, until_us: from_us.saturating_add(WINDOW_US).min(until_us) }
        }
        (from_us, Some(until_us)) => Window { from_us: from_us.unwrap_or(0), until_us },
    }
}

fn diagram(session: &Session, until_us: u64, wanted: &RunWanted) -> Result<String, Failure> {
    let window = window(session, until_us, wanted);
    let lang = wanted.lang.into();
    let width = f64::from(wanted.size.map_or(DIAGRAM_WIDTH, |(width, _)| width));
    let frame = spacetime::Frame { width, lang, needle_us: None, cone_of: None };
    export::spacetime(session, window, &frame, wanted.theme.into())
        .map_err(|too_many| Failure::Input(too_many.message(lang)))
}

fn film(session: &Session, until_us: u64, wanted: &RunWanted) -> Result<String, Failure> {
    let window = window(session, until_us, wanted);
    let film = Film { frames: wanted.frames, ..Film::of(window) };
    export::animation(session, &film, &stage_frame(wanted), wanted.theme.into())
        .map_err(|too_large| Failure::Input(too_large.message(wanted.lang.into())))
}

fn print_summary(
    session: &Session,
    last: u64,
    wanted: &RunWanted,
    out: &mut dyn Write,
) -> Result<Verdict, Failure> {
    let summary = export::summary(session, last);
    if wanted.json {
        writeln!(out, "{}", summary.value())?;
    } else {
        out.write_all(summary.words(wanted.lang.into()).as_bytes())?;
    }
    let is_broken = summary
        .verdicts
        .iter()
        .any(|judged| judged.is_claimed && (judged.is_broken() || matches!(judged.end, End::GaveUp { .. })));
    Ok(if is_broken { Verdict::Broken } else { Verdict::Good })
}

/// The text of the run that is wanted, with the script's actions and the drawn faults in it.
fn text_of(wanted: &RunWanted) -> Result<RunText, Failure> {
    let mut text = choose(&wanted.choice)?;
    text.seed = wanted.seed.unwrap_or(text.seed);
    if let Some(name) = &wanted.script {
        text.actions.extend(script::read(name, &read_file(name)?).map_err(Failure::Input)?);
    }
    if wanted.faults == FaultsWanted::Random {
        let session = open_still(&text)?;
        let trial = Trial {
            lab: session.lab(),
            variant: session.variant(),
            settings: session.settings().clone(),
            seed: text.seed,
            faults: Faults::Drawn(wanted.drawing.with_seed(wanted.nemesis_seed.unwrap_or(text.seed))),
            until_us: wanted.until.unwrap_or(UNTIL_US),
        };
        text.actions.extend(trial.actions());
    }
    text.actions.sort_by_key(|pinned| pinned.pin);
    Ok(text)
}

/// Opens a run without its actions and its cursor: to know its variant and settings.
pub(crate) fn open_still(text: &RunText) -> Result<Session, Failure> {
    let still = RunText { actions: Vec::new(), cursor: None, ..text.clone() };
    Ok(Session::from_text(&still)?)
}

/// The run that the words choose: a lab by its id, or a run's text with or without the address before it.
pub(crate) fn choose(choice: &RunChoice) -> Result<RunText, Failure> {
    let given = match from_file(&choice.lab)? {
        Some(text) => text,
        None => import::text_of(&choice.lab).map_err(|error| Failure::Input(error.message(Lang::En)))?,
    };
    let is_text = given.contains([':', ';']) || given.starts_with("z1.");
    let mut text = if is_text { link::read(&given)? } else { first_run_of(&given)? };
    if let Some(variant) = &choice.variant {
        text.variant.clone_from(variant);
    }
    for setting in &choice.set {
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| Failure::Input(format!("--set {setting}: expected KEY=VALUE")))?;
        text.settings.retain(|(known, _)| known != key);
        text.settings.push((key.to_owned(), value.to_owned()));
    }
    Ok(text)
}

/// The run's text in the file of this name, if there is one and no lab is called so; `-` is the standard input.
fn from_file(name: &str) -> Result<Option<String>, Failure> {
    let is_file = name == "-" || (lab(name).is_none() && Path::new(name).is_file());
    if !is_file {
        return Ok(None);
    }
    let place = |message: String| Failure::Input(format!("{name}: {message}"));
    // One byte more than a run can have tells that there is too much, without reading all of it.
    let most = MAX_TEXT_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if name == "-" {
        io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        fs::File::open(name).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| place(error.to_string()))?;
    import::text_of_bytes(&bytes).map(Some).map_err(|error| place(error.message(Lang::En)))
}

fn first_run_of(id: &str) -> Result<RunText, Failure> {
    if LABS.is_empty() {
        return Err(Failure::Input("this program was built without any lab".to_owned()));
    }
    let lab = lab(id).ok_or_else(|| OpenError::UnknownLab(id.to_owned()))?;
    let first = lab.variants.first().map_or("", |variant| variant.about().id);
    Ok(RunText::new(lab.id, first))
}

/// The text of a file, or of the standard input.
pub(crate) fn read_file(name: &str) -> Result<String, Failure> {
    let read = if name == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(name)
    };
    read.map_err(|error| Failure::Input(format!("{name}: {error}")))
}

/// Plays a run until a time. Returns the number of its last step.
fn play(session: &mut Session, until_us: u64) -> u64 {
    let bar = progress::bar(PARTS, "playing");
    for part in 1..=PARTS {
        let at_us = (u128::from(until_us) * u128::from(part) / u128::from(PARTS)) as u64;
        let most = STEPS_MAX.saturating_sub(session.len());
        session.play_ahead(at_us, most);
        bar.set_position(part);
        if session.len() >= STEPS_MAX {
            bar.finish_and_clear();
            eprintln!("faultscope: stopped after {STEPS_MAX} steps, before {until_us} µs of virtual time");
            return STEPS_MAX;
        }
    }
    bar.finish_and_clear();
    session.run().steps_until(until_us)
}

fn picture(session: &mut Session, cursor: Option<u64>, until_us: u64, wanted: &RunWanted) -> String {
    match cursor {
        Some(step) => session.seek_step(step),
        None => session.seek_time(until_us),
    }
    let frame = Frame { now_us: session.now_us(), is_paused: true, ..stage_frame(wanted) };
    export::picture(session, &frame, wanted.theme.into())
}

fn stage_frame(wanted: &RunWanted) -> Frame {
    let (width, height) = wanted.size.unwrap_or(STAGE_SIZE);
    let class = match width {
        0..500 => Class::Phone,
        500..700 => Class::Tablet,
        _ => Class::Desktop,
    };
    Frame {
        width: f64::from(width),
        height: f64::from(height),
        class,
        lang: wanted.lang.into(),
        ..Frame::default()
    }
}
