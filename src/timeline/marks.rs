//! What the strip shows of a run: eras, actions, decisions, broken properties, and how dense the messages are.

use faultscope_labs::ordered::sort_by;
use faultscope_labs::sim::{Action, Deed, Entries, Kind, Mode, Verdict};
use faultscope_labs::spacetime::sampled;
use faultscope_labs::{Lang, Session, words as engine_words};

use super::scale::Scale;
use crate::format::time_words;
use crate::words;

/// Stars nearer than this to the last one are left out, in pixels: the density still shows that much happened.
const STARS_APART: f64 = 14.0;
/// The most branches that have a line.
const BRANCH_LINES: usize = 3;
/// Half the width of a mark, in pixels.
const MARK: f64 = 8.0;
/// Width of a column of the density, in pixels.
pub(crate) const COLUMN: f64 = 4.0;

/// A stretch of the bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EraBar {
    /// Left end in pixels.
    pub(crate) from: f64,
    /// Right end in pixels.
    pub(crate) to: f64,
    /// The era; 0 for none yet.
    pub(crate) era: u64,
    /// What it is called; empty for none yet.
    pub(crate) words: String,
}

/// What a mark on the bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A node goes down.
    Crash,
    /// The network is cut.
    Cut,
    /// Any other fault.
    Fault,
    /// Something is well again.
    Mended,
    /// A command.
    Command,
    /// A machine remarked something.
    Note,
    /// Something was decided.
    Star,
    /// A property broke.
    Broken,
}

/// A mark on the bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// Where, in pixels.
    pub(crate) x: f64,
    /// When, in microseconds.
    pub(crate) at_us: u64,
    /// What it stands for.
    pub(crate) sign: Sign,
    /// What it says.
    pub(crate) words: String,
}

/// The eras of the run, as stretches.
pub(crate) fn eras(session: &Session, scale: &Scale) -> Vec<EraBar> {
    let eras = session.eras();
    let ends = eras.iter().skip(1).map(|era| era.from_us).chain([session.end_us()]);
    eras.iter()
        .zip(ends)
        .map(|(era, end_us)| EraBar {
            from: scale.x(era.from_us),
            to: scale.x(end_us),
            era: era.era,
            words: if era.era == 0 { String::new() } else { session.variant().era_words(era.era) },
        })
        .collect()
}

/// Where the word of an era starts: in its first gap between marks; none where it has no room. A short stretch is told
/// by its tint alone.
pub(crate) fn word_place(era: &EraBar, marks: &[Mark]) -> Option<f64> {
    let width = 6.5 * era.words.chars().count() as f64 + 4.0;
    let mut taken: Vec<f64> = marks
        .iter()
        .filter(|mark| mark.sign != Sign::Note)
        .map(|mark| mark.x)
        .filter(|x| *x > era.from - MARK && *x < era.to + MARK)
        .collect();
    sort_by(&mut taken, f64::total_cmp);
    let mut place = era.from + 6.0;
    for x in taken {
        if place + width <= x - MARK {
            break;
        }
        place = place.max(x + MARK + 2.0);
    }
    (place + width <= era.to).then_some(place)
}

/// A branch that is not on screen, as a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BranchLine {
    /// Where it parts from the branch on screen, in pixels.
    pub(crate) from: f64,
    /// Where it ends, in pixels.
    pub(crate) to: f64,
    /// Its name.
    pub(crate) words: String,
}

/// The branches that parted last, the earliest parting first, so that no line crosses another's way down.
pub(crate) fn branches(session: &Session, scale: &Scale, lang: Lang) -> Vec<BranchLine> {
    let current = session.current_branch();
    let others = session.branches().into_iter().filter(|branch| branch.id != current);
    let mut lines: Vec<BranchLine> = others
        .filter_map(|branch| {
            let parted_us = session.compare(current, branch.id)?.parted_us;
            Some(BranchLine {
                from: scale.x(parted_us),
                to: scale.x(branch.end_us),
                words: branch.title(lang),
            })
        })
        .collect();
    lines.drain(..lines.len().saturating_sub(BRANCH_LINES));
    sort_by(&mut lines, |one, other| one.from.total_cmp(&other.from));
    lines
}

/// Every mark on the bar, in painting order: what matters most lies on top.
pub(crate) fn marks(session: &Session, scale: &Scale, lang: Lang) -> Vec<Mark> {
    let (stars, mut marks): (Vec<Mark>, Vec<Mark>) =
        remarks(session, scale, lang).into_iter().partition(|mark| mark.sign == Sign::Star);
    marks.extend(actions(session, scale, lang));
    marks.extend(stars);
    marks.extend(broken(session, scale, lang));
    marks
}

fn actions(session: &Session, scale: &Scale, lang: Lang) -> Vec<Mark> {
    let end_us = session.end_us();
    let played = session.run().actions().iter().filter(|pinned| pinned.pin.at_us <= end_us);
    played
        .map(|pinned| {
            let node = pinned.action.node().map(|node| node.to_string()).unwrap_or_default();
            let what = engine_words::action(&pinned.action, lang);
            let at = time_words(pinned.pin.at_us);
            Mark {
                x: scale.x(pinned.pin.at_us),
                at_us: pinned.pin.at_us,
                sign: sign_of(&pinned.action),
                words: words::MARK_ACTION.fill(lang, &[("time", &at), ("node", &node), ("what", &what)]),
            }
        })
        .collect()
}

fn sign_of(action: &Action) -> Sign {
    match action {
        Action::Crash { .. } | Action::Zone { deed: Deed::Crash, .. } => Sign::Crash,
        Action::Cut { .. } | Action::Zone { deed: Deed::Cut { .. }, .. } => Sign::Cut,
        Action::Restart(_)
        | Action::Resume(_)
        | Action::Heal
        | Action::HealCut(_)
        | Action::Restore
        | Action::Mend
        | Action::Zone { deed: Deed::Restart | Deed::Resume, .. }
        | Action::Join(_)
        | Action::Release(_)
        | Action::Deliver(_)
        | Action::FinishWrite(_) => Sign::Mended,
        Action::Do { .. } | Action::Pick { .. } | Action::Fire { .. } | Action::Load(_) | Action::Manual => {
            Sign::Command
        }
        _ => Sign::Fault,
    }
}

/// Decisions and notes, each as many as have room.
fn remarks(session: &Session, scale: &Scale, lang: Lang) -> Vec<Mark> {
    let mut remarks: Vec<Mark> = Vec::new();
    let apart_us = (STARS_APART / scale.width * scale.span_us as f64) as u64;
    // Before these times there is room for no more stars and notes.
    let mut free_us = (0, 0);
    let index = session.run().index();
    let mut place = 0;
    while let Some(entry) = index.get(place) {
        let both_free_us = free_us.0.min(free_us.1);
        place = match entry.at_us < both_free_us {
            true => index.partition_point(|entry| entry.at_us < both_free_us),
            false => place + 1,
        };
        let (free, sign, text) = if entry.has_decision() {
            (&mut free_us.0, Sign::Star, words::MARK_DECISION)
        } else if entry.has_note() {
            (&mut free_us.1, Sign::Note, words::MARK_NOTE)
        } else {
            continue;
        };
        if entry.at_us >= *free {
            *free = entry.at_us + apart_us + 1;
            let words = text.fill(lang, &[("time", &time_words(entry.at_us))]);
            remarks.push(Mark { x: scale.x(entry.at_us), at_us: entry.at_us, sign, words });
        }
    }
    remarks
}

fn broken(session: &Session, scale: &Scale, lang: Lang) -> Vec<Mark> {
    let always = session.properties().iter().filter(|property| property.mode == Mode::Always);
    always
        .filter_map(|property| match property.verdict {
            Verdict::Struck { at_us, .. } => {
                let what = session.lab().property(property.id).map_or(property.id, |it| it.title.get(lang));
                let at = time_words(at_us);
                let words = words::MARK_BROKEN.fill(lang, &[("time", &at), ("what", what)]);
                Some(Mark { x: scale.x(at_us), at_us, sign: Sign::Broken, words })
            }
            _ => None,
        })
        .collect()
}

/// How many messages arrive in each column of the strip, against the fullest one: 0 to 1. Where a column has more than
/// [`SAMPLES`] steps, it is as many of them that tell.
pub(crate) fn density(session: &Session, scale: &Scale) -> Vec<f64> {
    let mut rest = session.run().index();
    let columns: Vec<f64> = (1..=(scale.width / COLUMN).ceil() as usize)
        .map(|column| {
            let right = scale.left + COLUMN * column as f64;
            let count = rest.partition_point(|entry| scale.x(entry.at_us) < right);
            let here = rest.range(0..count);
            rest = rest.skip(count);
            messages_in(here)
        })
        .collect();
    let most = columns.iter().copied().fold(0.0, f64::max).max(1.0);
    columns.into_iter().map(|count| count / most).collect()
}

/// How many steps of a column are looked at, about.
const SAMPLES: usize = 512;

/// About how many of these steps are the end of a message.
fn messages_in(steps: Entries<'_>) -> f64 {
    let stride = steps.len().div_ceil(SAMPLES).max(1);
    let (mut found, mut seen) = (0, 0);
    for entry in sampled(steps, stride) {
        seen += 1;
        found += usize::from(matches!(entry.kind, Kind::Deliver | Kind::Lost));
    }
    (found * steps.len()) as f64 / seen.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::{LABS, NodeId};

    /// The first run of every lab, played for a while.
    fn sessions() -> impl Iterator<Item = Session> {
        LABS.iter().map(|lab| {
            let text = format!("{}:{}", lab.id, lab.variants[0].about().id);
            let mut session = Session::open(&text).unwrap();
            session.play_ahead(3_000_000, 100_000);
            session
        })
    }

    #[test]
    fn eras_fill_the_bar_without_gaps() {
        for session in sessions() {
            let scale = Scale::of(session.end_us(), 10.0, 900.0);
            let bars = eras(&session, &scale);
            assert!(bars.windows(2).all(|pair| pair[0].to == pair[1].from), "{bars:?}");
            assert!(bars.iter().all(|bar| bar.from <= bar.to && (bar.era == 0) == bar.words.is_empty()));
            assert_eq!(bars.last().map(|bar| bar.to), Some(scale.x(session.end_us())));
        }
    }

    #[test]
    fn the_word_of_an_era_keeps_clear_of_marks() {
        let era = EraBar { from: 100.0, to: 200.0, era: 1, words: "T1".to_owned() };
        let mark = |x| Mark { x, at_us: 0, sign: Sign::Star, words: String::new() };
        assert_eq!(word_place(&era, &[]), Some(106.0));
        assert_eq!(word_place(&era, &[mark(103.0)]), Some(113.0));
        assert_eq!(word_place(&era, &[mark(180.0), mark(110.0)]), Some(120.0));
        assert_eq!(
            word_place(&era, &[mark(110.0), mark(130.0), mark(150.0), mark(170.0), mark(190.0)]),
            None
        );
        assert_eq!(word_place(&EraBar { to: 115.0, ..era }, &[]), None, "too short for a word");
    }

    #[test]
    fn an_action_leaves_its_mark() {
        for mut session in sessions() {
            session.seek_time(1_000_000);
            session.act(Action::Crash { node: NodeId::server(1), keep: 0 }).unwrap();
            let scale = Scale::of(session.end_us(), 0.0, 900.0);
            for lang in Lang::ALL {
                let marks = marks(&session, &scale, lang);
                let crash = marks.iter().find(|mark| mark.sign == Sign::Crash).unwrap();
                assert!(crash.words.contains("n1") && crash.words.contains("1,000.0 ms"), "{}", crash.words);
                assert_eq!(crash.x, scale.x(1_000_000));
            }
        }
    }

    #[test]
    fn stars_never_lie_on_each_other() {
        for session in sessions() {
            let scale = Scale::of(session.end_us(), 0.0, 300.0);
            let remarks = remarks(&session, &scale, Lang::En);
            for sign in [Sign::Star, Sign::Note] {
                let alike: Vec<&Mark> = remarks.iter().filter(|mark| mark.sign == sign).collect();
                assert!(alike.windows(2).all(|pair| pair[1].x - pair[0].x >= STARS_APART), "{sign:?}");
            }
        }
    }

    #[test]
    fn density_is_a_share_of_the_fullest_column() {
        for session in sessions() {
            let columns = density(&session, &Scale::of(session.end_us(), 5.0, 333.0));
            assert_eq!(columns.len(), 84);
            assert!(columns.iter().all(|share| (0.0..=1.0).contains(share)));
            assert!(columns.contains(&1.0), "messages were sent");
        }
    }

    #[test]
    fn a_sampled_density_is_near_the_counted_one() {
        for mut session in sessions() {
            session.play_ahead(60_000_000, 100_000);
            let scale = Scale::of(session.end_us(), 5.0, 333.0);
            let mut counted = vec![0.0_f64; 84];
            for entry in session.run().index().iter() {
                let place = ((scale.x(entry.at_us) - scale.left) / COLUMN) as usize;
                if matches!(entry.kind, Kind::Deliver | Kind::Lost)
                    && let Some(column) = counted.get_mut(place)
                {
                    *column += 1.0;
                }
            }
            let most = counted.iter().copied().fold(1.0, f64::max);
            for (share, count) in density(&session, &scale).iter().zip(&counted) {
                assert!((share - count / most).abs() < 0.15, "{share} for {count} of {most}");
            }
        }
    }
}
