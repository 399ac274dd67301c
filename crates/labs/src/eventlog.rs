//! The event log: lines in the colours of the lanes, and which of them are wanted.
//!
//! A run may have a million steps. What a step was, where and when, its index tells; its words, and the name of its
//! message, are replayed for the lines that are looked at.

use std::ops::RangeInclusive;

use faultscope_protocol::NodeId;
use faultscope_sim::{IndexEntry, Kind, Step};

use crate::session::{Row, Session};
use crate::words::{Lang, Text};

/// Steps between two lines up to which they are replayed in one go.
const REPLAY_STEPS: u64 = 4_000;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, where, and what in words.
    pub row: Row,
    /// The epoch of the node after the step; 0 for none.
    pub epoch: u64,
    /// The colour of the message that came or was lost, and whether it answers.
    pub message: Option<(u8, bool)>,
}

/// What kind of lines are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Messages that arrived.
    Messages,
    /// Messages that were lost.
    Losses,
    /// Timers that ran out.
    Timers,
    /// Commands and their answers.
    Commands,
    /// Writes that became durable.
    Writes,
    /// What a person or a script did to the world, and what comes of it.
    Faults,
    /// What machines remarked.
    Notes,
    /// What was decided.
    Decisions,
    /// Properties that broke.
    Breaks,
    /// Messages of one kind, which arrived or were lost: by their name.
    Named(&'static str),
}

impl Sort {
    /// All but the messages' names, in the order in which a list shows them.
    pub const PLAIN: [Self; 9] = [
        Self::Messages,
        Self::Losses,
        Self::Timers,
        Self::Commands,
        Self::Writes,
        Self::Faults,
        Self::Notes,
        Self::Decisions,
        Self::Breaks,
    ];

    /// Its word on screen.
    pub fn words(self, lang: Lang) -> &'static str {
        let text = match self {
            Self::Messages => Text::new("messages", "消息"),
            Self::Losses => Text::new("lost messages", "丢失的消息"),
            Self::Timers => Text::new("timers", "定时器"),
            Self::Commands => Text::new("commands and answers", "命令与应答"),
            Self::Writes => Text::new("writes", "写盘"),
            Self::Faults => Text::new("faults", "故障"),
            Self::Notes => Text::new("notes", "备注"),
            Self::Decisions => Text::new("decisions", "决定"),
            Self::Breaks => Text::new("broken properties", "被破坏的性质"),
            Self::Named(name) => return name,
        };
        text.get(lang)
    }

    /// Whether a step may be of it; for messages of one kind, its name decides.
    fn may_be(self, entry: &IndexEntry) -> bool {
        match self {
            Self::Messages => entry.kind == Kind::Deliver,
            Self::Losses => entry.kind == Kind::Lost,
            Self::Timers => entry.kind == Kind::Timer,
            Self::Commands => matches!(entry.kind, Kind::Command | Kind::Reply),
            Self::Writes => entry.kind == Kind::Durable,
            Self::Faults => {
                let is_done = entry.is_action() && !matches!(entry.kind, Kind::Command | Kind::Reply);
                is_done
                    || matches!(
                        entry.kind,
                        Kind::Crash | Kind::Restart | Kind::Pause | Kind::Resume | Kind::Fault
                    )
            }
            Self::Notes => entry.has_note(),
            Self::Decisions => entry.has_decision(),
            Self::Breaks => entry.has_broken(),
            Self::Named(_) => matches!(entry.kind, Kind::Deliver | Kind::Lost),
        }
    }
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of a node.
    pub node: Option<NodeId>,
    /// Those of a kind.
    pub sort: Option<Sort>,
    /// Those with this text, in either case.
    pub text: String,
}

impl Filter {
    /// Whether all lines are wanted.
    pub fn is_open(&self) -> bool {
        self.node.is_none() && self.sort.is_none() && !self.must_be_searched()
    }

    /// Whether words decide, so that steps must be replayed to know them.
    pub fn must_be_searched(&self) -> bool {
        !self.text.trim().is_empty() || matches!(self.sort, Some(Sort::Named(_)))
    }

    /// Whether a step may have a wanted line, as far as the index knows.
    pub fn may_want(&self, entry: &IndexEntry) -> bool {
        self.node.is_none_or(|node| entry.node() == Some(node))
            && self.sort.is_none_or(|sort| sort.may_be(entry))
    }

    fn wants(&self, step: &Step, words: &str) -> bool {
        let is_named = match self.sort {
            Some(Sort::Named(name)) => step.body.as_ref().is_some_and(|body| body.name() == name),
            _ => true,
        };
        let text = self.text.trim().to_lowercase();
        is_named && (text.is_empty() || words.to_lowercase().contains(&text))
    }
}

/// The lines of some steps, which come in order.
pub fn lines(session: &Session, steps: &[u64], lang: Lang) -> Vec<Line> {
    let mut lines = Vec::with_capacity(steps.len());
    let mut rest = steps;
    while let Some(&first) = rest.first() {
        let count = rest.windows(2).take_while(|pair| pair[1] - pair[0] <= REPLAY_STEPS / 8).count() + 1;
        let (here, later) = rest.split_at(count);
        session.run().replay(first, here[count - 1], |moment, step| {
            if here.binary_search(&step.number).is_ok() {
                lines.push(line(session, moment, step, lang));
            }
        });
        rest = later;
    }
    lines
}

fn line(session: &Session, moment: &faultscope_sim::Moment, step: &Step, lang: Lang) -> Line {
    let world = &moment.world;
    let node = step.node.and_then(|node| world.node(node));
    let carries = matches!(step.kind, Kind::Deliver | Kind::Lost);
    let body = step.body.as_ref().filter(|_| carries);
    Line {
        row: session.row(step, lang),
        epoch: node.map_or(0, |node| session.variant().look(world, node, lang).epoch),
        message: body
            .map(|body| (session.lab().kind(body.name()).map_or(7, |kind| kind.ink), body.is_reply())),
    }
}

/// The wanted lines among some steps, at most `most`: those nearest to `around`.
pub fn found(
    session: &Session,
    filter: &Filter,
    steps: RangeInclusive<u64>,
    around: u64,
    most: usize,
    lang: Lang,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let index = session.run().index();
    session.run().replay(*steps.start(), *steps.end(), |moment, step| {
        let may_be = index.get(step.number as usize - 1).is_some_and(|entry| filter.may_want(entry));
        if may_be && filter.wants(step, &session.say(step, lang)) {
            lines.push(line(session, moment, step, lang));
        }
    });
    let behind = lines.iter().filter(|line| line.row.step <= around).count();
    let start = behind.saturating_sub(most / 2).min(lines.len().saturating_sub(most));
    lines.drain(..start);
    lines.truncate(most);
    lines
}

#[cfg(test)]
mod tests {
    use faultscope_sim::Action;

    use super::*;

    fn session() -> Session {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        session.play_ahead(1_500_000, 100_000);
        session.seek_time(1_500_000);
        session.act(Action::Crash { node: NodeId::server(2), keep: 0 }).unwrap();
        session.play_ahead(3_000_000, 100_000);
        session
    }

    fn all_found(session: &Session, filter: &Filter) -> Vec<Line> {
        found(session, filter, 1..=session.len(), 1, usize::MAX, Lang::En)
    }

    #[test]
    fn lines_of_scattered_steps_are_the_lines_of_the_run() {
        let session = session();
        let steps = [1, 2, 40, 41, session.len()];
        let told = lines(&session, &steps, Lang::En);
        for (line, step) in told.iter().zip(steps) {
            assert_eq!(Some(&line.row), session.rows(step, step, Lang::En).first());
        }
        assert_eq!(told.len(), steps.len());
        assert!(lines(&session, &[], Lang::En).is_empty());
        let later: Vec<u64> = (session.len() - 40..=session.len()).collect();
        assert!(
            lines(&session, &later, Lang::En).iter().any(|line| line.epoch > 0),
            "a term has begun by then"
        );
    }

    #[test]
    fn each_kind_finds_its_steps_and_no_others() {
        let session = session();
        let index = session.run().index();
        let mut seen = 0;
        for sort in Sort::PLAIN {
            let filter = Filter { sort: Some(sort), ..Filter::default() };
            assert!(!filter.must_be_searched() && !filter.is_open());
            let found = all_found(&session, &filter);
            let counted = index.iter().filter(|entry| filter.may_want(entry)).count();
            assert_eq!(found.len(), counted, "{sort:?}");
            seen += usize::from(counted > 0);
        }
        assert!(seen >= 6, "only {seen} kinds came");
        let crash = all_found(&session, &Filter { sort: Some(Sort::Faults), ..Filter::default() });
        assert_eq!(crash.iter().map(|line| line.row.kind).collect::<Vec<_>>(), [Kind::Crash]);
    }

    #[test]
    fn messages_are_found_by_name_and_coloured_by_kind() {
        let session = session();
        let kind = session.lab().kinds[0];
        let filter = Filter { sort: Some(Sort::Named(kind.name)), ..Filter::default() };
        assert!(filter.must_be_searched());
        let found = all_found(&session, &filter);
        assert!(found.len() > 3, "{}", found.len());
        assert!(found.iter().all(|line| line.message.is_some_and(|(ink, _)| ink == kind.ink)));
        assert!(found.len() < all_found(&session, &Filter::default()).len());
    }

    #[test]
    fn text_is_found_in_either_case_and_the_nearest_lines_stay() {
        let session = session();
        let filter = Filter { text: " CRASH ".to_owned(), ..Filter::default() };
        assert_eq!(all_found(&session, &filter).len(), 1);
        let nowhere = Filter { text: "no such words".to_owned(), ..Filter::default() };
        assert!(all_found(&session, &nowhere).is_empty());
        let near = found(&session, &Filter::default(), 1..=session.len(), 100, 10, Lang::En);
        assert_eq!(near.len(), 10);
        assert!(near.iter().any(|line| line.row.step == 100), "{:?}", near.first());
        let last = found(&session, &Filter::default(), 1..=50, 50, 10, Lang::En);
        assert_eq!(last.last().map(|line| line.row.step), Some(50));
        assert_eq!(last.len(), 10);
    }
}
