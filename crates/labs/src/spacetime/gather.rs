//! What a space-time diagram shows, gathered in one replay of its window, before anything is drawn.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{Map, sort_by_key};
use faultscope_sim::{Action, Cut, Deed, Fate, Flight, Kind, Moment, Payload, Status, Step, World};

use super::{STEPS_MAX, TooMany, Window, lanes};
use crate::export::Span;
use crate::session::Session;
use crate::stage::Edge;
use crate::words::{self, Lang};

/// All that a diagram shows.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The window.
    pub window: Window,
    /// The lanes, from top to bottom.
    pub lanes: Vec<Lane>,
    /// The messages of which any part is in the window, in the order of their sending.
    pub ways: Vec<Way>,
    /// What happened on lanes, in the order of steps.
    pub marks: Vec<Mark>,
    /// What a person or a script did, in the order of steps.
    pub faults: Vec<Fault>,
    /// The cuts, each with the time at which it was taken away; none while it stands.
    pub cuts: Vec<(Cut, Option<u64>)>,
}

/// A node through the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The node.
    pub node: NodeId,
    /// How it looked, in order of time, without gaps.
    pub stretches: Vec<Stretch>,
}

/// A time during which a node looked the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Since when, in microseconds.
    pub from_us: u64,
    /// Until when, in microseconds.
    pub until_us: u64,
    /// Whether it was up.
    pub status: Status,
    /// Its epoch; 0 for none.
    pub epoch: u64,
    /// The epoch in words.
    pub epoch_words: String,
    /// Its edge on the stage.
    pub edge: Edge,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its number in the run.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// When it left, in microseconds; it may be before the window.
    pub sent_us: u64,
    /// What it says.
    pub body: Payload,
    /// What became of it.
    pub ending: Ending,
    /// When it was held and released, and what part of its way it had come by then; none while it is held.
    pub holds: Vec<(u64, Option<u64>, f64)>,
    /// The step that sent it, if it is in the window.
    pub sent_step: Option<u64>,
}

/// What became of a message by the end of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// It arrived.
    Received {
        /// When, in microseconds.
        at_us: u64,
        /// In which step.
        step: u64,
    },
    /// It was lost.
    Lost {
        /// When, in microseconds.
        at_us: u64,
        /// After what part of its way, 0 to 1.
        share: f64,
        /// The cut that stopped it, if one did.
        cut: Option<u32>,
    },
    /// It was still on its way.
    Flying {
        /// When it would arrive, in microseconds.
        arrives_us: u64,
    },
}

/// Something that happened on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The step.
    pub step: u64,
    /// When, in microseconds.
    pub at_us: u64,
    /// Where.
    pub node: NodeId,
    /// What.
    pub kind: MarkKind,
}

/// What a mark tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A step of the node that no message brought.
    Step,
    /// A machine remarked something.
    Note,
    /// A machine decided something.
    Decision,
    /// The node crashed.
    Crash,
    /// A property broke.
    Broken,
}

/// Something that a person or a script did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The step.
    pub step: u64,
    /// When, in microseconds.
    pub at_us: u64,
    /// The node that it was done to, if it was one.
    pub node: Option<NodeId>,
    /// In words, with the node.
    pub words: String,
    /// Whether it breaks, mends, or only changes something.
    pub effect: Effect,
}

/// What an action does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Something is lost, cut or dead.
    Breaks,
    /// Something works again.
    Mends,
    /// Something is different.
    Changes,
}

/// Gathers what a diagram of the window shows, as far as the run was played.
///
/// # Errors
/// [`TooMany`] if the window has more than [`STEPS_MAX`] steps.
pub fn chart(session: &Session, window: Window, lang: Lang) -> Result<Chart, TooMany> {
    let until_us = window.until_us.max(window.from_us + 1);
    let window = Window { until_us, ..window };
    let span = Span::of_times(session, window.from_us, window.until_us);
    let steps = (span.last + 1).saturating_sub(span.first);
    if steps > STEPS_MAX {
        let place = (span.first + STEPS_MAX - 2) as usize;
        let fits_until_us = session.run().index().get(place).map_or(window.until_us, |entry| entry.at_us);
        return Err(TooMany { steps, fits_until_us });
    }
    let before = session.run().moment(span.first - 1);
    let mut gathering = Gathering::new(session, window, lang);
    gathering.begin(&before);
    let last = span.last.min(session.len());
    let mut after = before;
    session.run().replay(span.first, last, |moment, step| {
        gathering.take(moment, step);
        if step.number == last {
            after = moment.clone();
        }
    });
    Ok(gathering.finish(&after.world))
}

struct Gathering<'a> {
    session: &'a Session,
    window: Window,
    lang: Lang,
    lanes: Map<NodeId, Vec<Stretch>>,
    /// Messages that were sent and of which no end is known yet, by number.
    open: Map<u64, Way>,
    ways: Vec<Way>,
    marks: Vec<Mark>,
    faults: Vec<Fault>,
    cuts: Vec<(Cut, Option<u64>)>,
}

impl<'a> Gathering<'a> {
    fn new(session: &'a Session, window: Window, lang: Lang) -> Self {
        Self {
            session,
            window,
            lang,
            lanes: Map::new(),
            open: Map::new(),
            ways: Vec::new(),
            marks: Vec::new(),
            faults: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// What stands when the window begins.
    fn begin(&mut self, moment: &Moment) {
        let world = &moment.world;
        for id in world.nodes().map(|node| node.id) {
            self.look(world, id, self.window.from_us);
        }
        for flight in world.flights() {
            self.open.insert(flight.id, way_of(flight));
        }
        self.cuts.extend(world.cuts().iter().map(|cut| (cut.clone(), None)));
    }

    fn take(&mut self, moment: &Moment, step: &Step) {
        let world = &moment.world;
        match step.node {
            Some(node) => self.look(world, node, step.at_us),
            None => {
                for id in world.nodes().map(|node| node.id) {
                    self.look(world, id, step.at_us);
                }
            }
        }
        self.take_messages(world, step);
        if let Some(action) = &step.action {
            self.take_action(world, step, action);
        }
        self.take_mark(step);
    }

    /// Notes how a node looks from now on, if that has changed.
    fn look(&mut self, world: &World, id: NodeId, at_us: u64) {
        let span_us = (at_us, self.window.until_us);
        let Some(stretch) = stretch_of(self.session, world, id, span_us, self.lang) else { return };
        let lane = self.lanes.entry(id).or_default();
        match lane.last_mut() {
            Some(last) if is_alike(last, &stretch) => return,
            Some(last) => last.until_us = at_us,
            None => {}
        }
        // Of several looks at one instant the last one stays.
        if lane.last().is_some_and(|last| last.from_us == at_us) {
            lane.pop();
        }
        lane.push(stretch);
    }

    fn take_messages(&mut self, world: &World, step: &Step) {
        match (step.kind, step.message) {
            (Kind::Deliver, Some(id)) => {
                self.end(world, id, Ending::Received { at_us: step.at_us, step: step.number });
            }
            (Kind::Lost, Some(id)) => {
                let (share, cut) = fate_of(world, id);
                self.end(world, id, Ending::Lost { at_us: step.at_us, share, cut });
            }
            // What waited at the door of a node that crashes is lost without a step of its own.
            (Kind::Crash, _) => self.lose_at_the_door(world, step),
            _ => {}
        }
        for sent in &step.sent {
            let way = Way {
                id: sent.id,
                from: sent.from,
                to: sent.to,
                sent_us: step.at_us,
                body: sent.body.clone(),
                ending: Ending::Flying { arrives_us: step.at_us },
                holds: Vec::new(),
                sent_step: Some(step.number),
            };
            self.open.insert(sent.id, way);
        }
    }

    /// Ends the way of a message; while another copy of it flies, it stays open for that one.
    fn end(&mut self, world: &World, id: u64, ending: Ending) {
        let Some(way) = self.open.get(&id) else { return };
        self.ways.push(Way { ending, ..way.clone() });
        if world.flight(id).is_none() {
            self.open.remove(&id);
        }
    }

    fn lose_at_the_door(&mut self, world: &World, step: &Step) {
        let at_node = self.open.values().filter(|way| Some(way.to) == step.node);
        let gone: Vec<u64> = at_node.map(|way| way.id).filter(|&id| world.flight(id).is_none()).collect();
        for id in gone {
            self.end(world, id, Ending::Lost { at_us: step.at_us, share: 1.0, cut: None });
        }
    }

    fn take_action(&mut self, world: &World, step: &Step, action: &Action) {
        for (cut, until_us) in self.cuts.iter_mut().filter(|(_, until_us)| until_us.is_none()) {
            if !world.cuts().iter().any(|standing| standing.id == cut.id) {
                *until_us = Some(step.at_us);
            }
        }
        for cut in world.cuts() {
            if !self.cuts.iter().any(|(known, _)| known.id == cut.id) {
                self.cuts.push((cut.clone(), None));
            }
        }
        self.take_holds(world, step);
        if matches!(step.kind, Kind::Command | Kind::Reply) {
            return;
        }
        let said = words::action(action, self.lang);
        let words = step.node.map_or_else(|| said.clone(), |node| format!("{node} {said}"));
        let effect = effect_of(step.kind, action);
        self.faults.push(Fault { step: step.number, at_us: step.at_us, node: step.node, words, effect });
    }

    fn take_holds(&mut self, world: &World, step: &Step) {
        for flight in world.flights() {
            let Some(way) = self.open.get_mut(&flight.id) else { continue };
            let is_open = way.holds.last().is_some_and(|(_, until, _)| until.is_none());
            if flight.held && !is_open {
                way.holds.push((step.at_us, None, share_at(flight, step.at_us)));
            } else if !flight.held && is_open {
                close_hold(way, step.at_us);
            }
        }
    }

    fn take_mark(&mut self, step: &Step) {
        let Some(node) = step.node else { return };
        let is_broken = self
            .session
            .run()
            .index()
            .get(step.number as usize - 1)
            .is_some_and(faultscope_sim::IndexEntry::has_broken);
        let kind = if is_broken {
            MarkKind::Broken
        } else if step.kind == Kind::Crash {
            MarkKind::Crash
        } else if step.notes.iter().any(Payload::is_decision) {
            MarkKind::Decision
        } else if !step.notes.is_empty() {
            MarkKind::Note
        } else if matches!(step.kind, Kind::Deliver | Kind::Lost) {
            return;
        } else {
            MarkKind::Step
        };
        self.marks.push(Mark { step: step.number, at_us: step.at_us, node, kind });
    }

    fn finish(mut self, world: &World) -> Chart {
        // Each copy that still flies, and each message that a step without a name has taken away.
        for flight in world.flights() {
            let Some(way) = self.open.get(&flight.id) else { continue };
            let ending = Ending::Flying { arrives_us: flight.arrives_us };
            self.ways.push(Way { ending, ..way.clone() });
        }
        for way in &mut self.ways {
            if let Ending::Received { at_us, .. } | Ending::Lost { at_us, .. } = way.ending {
                close_hold(way, at_us);
            }
        }
        sort_by_key(&mut self.ways, |way| way.id);
        let order = lanes::order(world, self.cuts.first().map(|(cut, _)| cut));
        let lanes = order
            .into_iter()
            .map(|node| Lane { node, stretches: self.lanes.remove(&node).unwrap_or_default() })
            .collect();
        Chart {
            window: self.window,
            lanes,
            ways: self.ways,
            marks: self.marks,
            faults: self.faults,
            cuts: self.cuts,
        }
    }
}

fn close_hold(way: &mut Way, at_us: u64) {
    if let Some((_, until_us, _)) = way.holds.last_mut() {
        until_us.get_or_insert(at_us);
    }
}

/// How a node looks in a world, for a time of a lane.
pub(super) fn stretch_of(
    session: &Session,
    world: &World,
    id: NodeId,
    (from_us, until_us): (u64, u64),
    lang: Lang,
) -> Option<Stretch> {
    let node = world.node(id)?;
    let look = session.variant().look(world, node, lang);
    Some(Stretch {
        from_us,
        until_us,
        status: node.status,
        epoch: look.epoch,
        epoch_words: look.epoch_words,
        edge: look.edge,
    })
}

pub(super) fn is_alike(one: &Stretch, other: &Stretch) -> bool {
    one.status == other.status
        && one.epoch == other.epoch
        && one.edge == other.edge
        && one.epoch_words == other.epoch_words
}

fn way_of(flight: &Flight) -> Way {
    let holds = if flight.held { vec![(flight.sent_us, None, 0.5)] } else { Vec::new() };
    Way {
        id: flight.id,
        from: flight.from,
        to: flight.to,
        sent_us: flight.sent_us,
        body: flight.body.clone(),
        ending: Ending::Flying { arrives_us: flight.arrives_us },
        holds,
        sent_step: None,
    }
}

/// What part of its way a message has come; the stage shows a held one no further than half.
fn share_at(flight: &Flight, at_us: u64) -> f64 {
    let whole_us = (flight.arrives_us - flight.sent_us).max(1);
    let gone_us = at_us.saturating_sub(flight.sent_us).min(whole_us);
    (gone_us as f64 / whole_us as f64).min(0.5)
}

/// What a pinned action did, without its step; none for commands, which hurt nothing.
pub(super) fn fault_of(action: &Action, at_us: u64, lang: Lang) -> Option<Fault> {
    let effect = match action {
        Action::Do { .. } | Action::Pick { .. } | Action::Fire { .. } | Action::Load(_) | Action::Manual => {
            return None;
        }
        Action::Crash { .. } | Action::Zone { deed: Deed::Crash | Deed::Cut { .. }, .. } => Effect::Breaks,
        Action::Restart(_) | Action::Resume(_) | Action::Zone { deed: Deed::Restart | Deed::Resume, .. } => {
            Effect::Mends
        }
        other => effect_of(Kind::Fault, other),
    };
    let said = words::action(action, lang);
    let node = action.node();
    let words = node.map_or_else(|| said.clone(), |node| format!("{node} {said}"));
    Some(Fault { step: 0, at_us, node, words, effect })
}

fn effect_of(kind: Kind, action: &Action) -> Effect {
    match (kind, action) {
        (Kind::Crash | Kind::Lost, _) => Effect::Breaks,
        (Kind::Restart | Kind::Resume, _) => Effect::Mends,
        (_, Action::Cut { .. } | Action::Wipe(_) | Action::Drop(_) | Action::Loss { .. }) => Effect::Breaks,
        (_, Action::Heal | Action::HealCut(_) | Action::Release(_) | Action::Restore | Action::Mend) => {
            Effect::Mends
        }
        _ => Effect::Changes,
    }
}

/// What part of its way a message that was just lost came, and the cut that stopped it, if one did.
fn fate_of(world: &World, id: u64) -> (f64, Option<u32>) {
    let Some(lost) = world.lost().filter(|lost| lost.flight.id == id).last() else { return (0.5, None) };
    let flight = &lost.flight;
    let is_cut = flight.fate == Fate::Cut;
    let cut = world.cuts().iter().find(|cut| is_cut && cut.stops(flight.from, flight.to));
    (f64::from(lost.progress_permille) / 1000.0, cut.map(|cut| cut.id))
}
