//! The fault palette's forms, without their markup: what is chosen and typed becomes an action.

use faultscope_labs::ordered::sort;
use faultscope_labs::sim::{Action, Deed, FaultKind, Latency, Links, Shape, World};
use faultscope_labs::{NodeId, STORM_FAULTS_MAX, STORM_MAX_US, Session, Storm, Text};

use super::format::read_scaled;
use super::words;

/// Whom a fault strikes: a node, or all nodes of a zone (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    Node(NodeId),
    Zone(u16),
}

impl Whom {
    /// Every node and, where there are several, every zone.
    pub(super) fn all(world: &World) -> Vec<Self> {
        let nodes = world.nodes().map(|node| Self::Node(node.id));
        nodes.chain(zones(world).into_iter().map(Self::Zone)).collect()
    }

    /// Its name in run texts.
    pub(super) fn name(self) -> String {
        match self {
            Self::Node(node) => node.to_string(),
            Self::Zone(zone) => zone_name(zone),
        }
    }
}

/// The zones of a world that has several; none where all nodes stand in one.
pub(super) fn zones(world: &World) -> Vec<u16> {
    let mut zones: Vec<u16> = world.nodes().map(|node| node.zone).collect();
    sort(&mut zones);
    zones.dedup();
    if zones.len() > 1 { zones } else { Vec::new() }
}

/// The name of a zone in run texts.
pub(super) fn zone_name(zone: u16) -> String {
    format!("z{}", zone + 1)
}

/// What a fault needs to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// Nothing.
    None,
    /// From so many to so many milliseconds.
    Span(&'static str, &'static str),
    /// So many milliseconds, with a sign.
    Millis(&'static str),
    /// So many per cent, with a sign.
    Percent(&'static str),
}

impl Amount {
    /// What stands in its fields at first.
    pub(super) fn first(self) -> [String; 2] {
        let (one, other) = match self {
            Self::None => ("", ""),
            Self::Span(low, high) => (low, high),
            Self::Millis(one) | Self::Percent(one) => (one, ""),
        };
        [one.to_owned(), other.to_owned()]
    }
}

/// What can strike a node or a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeFault {
    Crash,
    Restart,
    Pause,
    Resume,
    LoseDisk,
    SlowDisk,
    SlowProcessor,
    ClockOff,
    ClockDrift,
    ClockJump,
}

impl NodeFault {
    /// All, with their names.
    pub(super) const ALL: [(Self, Text); 10] = [
        (Self::Crash, words::CRASH),
        (Self::Restart, words::RESTART),
        (Self::Pause, words::PAUSE),
        (Self::Resume, words::RESUME),
        (Self::LoseDisk, words::LOSE_DISK),
        (Self::SlowDisk, words::SLOW_DISK),
        (Self::SlowProcessor, words::SLOW_PROCESSOR),
        (Self::ClockOff, words::CLOCK_OFF),
        (Self::ClockDrift, words::CLOCK_DRIFT),
        (Self::ClockJump, words::CLOCK_JUMP),
    ];

    /// What it needs to be told.
    pub(super) fn amount(self) -> Amount {
        match self {
            Self::SlowDisk => Amount::Span("100", "200"),
            Self::SlowProcessor => Amount::Span("10", "20"),
            Self::ClockOff | Self::ClockJump => Amount::Millis("500"),
            Self::ClockDrift => Amount::Percent("20"),
            _ => Amount::None,
        }
    }

    /// The fault as an action; none where what was typed does not fit.
    pub(super) fn action(self, whom: Whom, typed: &[String; 2]) -> Option<Action> {
        let node = match whom {
            Whom::Node(node) => node,
            Whom::Zone(_) => NodeId::server(1),
        };
        let action = self.on(node, typed)?;
        match whom {
            Whom::Node(_) => Some(action),
            Whom::Zone(zone) => Deed::of(&action).map(|deed| Action::Zone { zone, deed }),
        }
    }

    fn on(self, node: NodeId, typed: &[String; 2]) -> Option<Action> {
        Some(match self {
            Self::Crash => Action::Crash { node, keep: 0 },
            Self::Restart => Action::Restart(node),
            Self::Pause => Action::Pause(node),
            Self::Resume => Action::Resume(node),
            Self::LoseDisk => Action::Wipe(node),
            Self::SlowDisk => {
                let (low_us, high_us) = span(typed)?;
                Action::Disk { node, low_us, high_us }
            }
            Self::SlowProcessor => {
                let (low_us, high_us) = span(typed)?;
                Action::Processor { node, low_us, high_us }
            }
            Self::ClockOff => Action::Clock { node, offset_us: signed(&typed[0], 3)?, rate_ppm: 0 },
            Self::ClockDrift => {
                Action::Clock { node, offset_us: 0, rate_ppm: signed(&typed[0], 4)?.try_into().ok()? }
            }
            Self::ClockJump => Action::StepClock { node, by_us: signed(&typed[0], 3)? },
        })
    }
}

/// What can strike links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkFault {
    Latency(Shape),
    Loss,
    Duplication,
    Reordering,
}

impl LinkFault {
    /// All, with their names.
    pub(super) const ALL: [(Self, Text); 6] = [
        (Self::Latency(Shape::Uniform), words::LATENCY_UNIFORM),
        (Self::Latency(Shape::Exponential), words::LATENCY_EXPONENTIAL),
        (Self::Latency(Shape::Heavy), words::LATENCY_HEAVY),
        (Self::Loss, words::LOSS),
        (Self::Duplication, words::DUPLICATION),
        (Self::Reordering, words::REORDERING),
    ];

    /// What it needs to be told.
    pub(super) fn amount(self) -> Amount {
        match self {
            Self::Latency(_) => Amount::Span("50", "100"),
            Self::Loss | Self::Duplication | Self::Reordering => Amount::Percent("20"),
        }
    }

    /// The fault as an action; none where what was typed does not fit.
    pub(super) fn action(self, links: Links, typed: &[String; 2]) -> Option<Action> {
        let parts = || read_scaled(&typed[0], 4).and_then(|parts| u32::try_from(parts).ok());
        Some(match self {
            Self::Latency(shape) => {
                let (low_us, high_us) = span(typed)?;
                Action::Latency { links, latency: Latency { shape, range_us: low_us..high_us } }
            }
            Self::Loss => Action::Loss { links, parts_ppm: parts()? },
            Self::Duplication => Action::Duplication { links, parts_ppm: parts()? },
            Self::Reordering => Action::Reordering { links, parts_ppm: parts()? },
        })
    }
}

/// The links between two ends; none where one is a node and the other a zone.
pub(super) fn links(from: Option<Whom>, to: Option<Whom>) -> Option<Links> {
    match (from, to) {
        (None, None) => Some(Links::All),
        (Some(Whom::Node(from)), Some(Whom::Node(to))) if from != to => Some(Links::One { from, to }),
        (Some(Whom::Zone(from)), Some(Whom::Zone(to))) => Some(Links::Zones { from, to }),
        _ => None,
    }
}

/// On which side of a cut a node stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// On none: the cut does not concern it.
    #[default]
    Neither,
    One,
    Other,
}

impl Side {
    /// The side after this one, round and round.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Neither => Self::One,
            Self::One => Self::Other,
            Self::Other => Self::Neither,
        }
    }
}

/// The cut between two sides; one that parts a side from all others is written without the others.
pub(super) fn cut(sides: &[(NodeId, Side)], one_way: bool) -> Option<Action> {
    let on = |wanted: Side| sides.iter().filter(move |(_, side)| *side == wanted).map(|(node, _)| *node);
    let (from, mut to): (Vec<NodeId>, Vec<NodeId>) = (on(Side::One).collect(), on(Side::Other).collect());
    if from.is_empty() || to.is_empty() {
        return None;
    }
    if from.len() + to.len() == sides.len() {
        to.clear();
    }
    Some(Action::Cut { from, to, one_way })
}

/// Random faults as they were typed: seed, faults a second, budget, seconds; none where something does not fit.
pub(super) fn storm(typed: &[String; 4], heals: bool, is_beyond: bool) -> Option<Storm> {
    let per_thousand_s = read_scaled(&typed[1], 3)?.try_into().ok().filter(|rate| *rate > 0)?;
    let budget =
        read_scaled(&typed[2], 0)?.try_into().ok().filter(|most| (1..=STORM_FAULTS_MAX).contains(most))?;
    let length_us = read_scaled(&typed[3], 6).filter(|length_us| (1..=STORM_MAX_US).contains(length_us))?;
    Some(Storm { seed: read_scaled(&typed[0], 0)?, per_thousand_s, budget, length_us, heals, is_beyond })
}

/// The kind of fault that an action is, if the variant on screen does not assume it.
pub(super) fn beyond(session: &Session, action: &Action) -> Option<FaultKind> {
    let assumed = session.variant().about().assumes.faults;
    action.fault().filter(|kind| !assumed.contains(kind))
}

/// Two numbers of milliseconds, the second not less than the first, in microseconds.
fn span(typed: &[String; 2]) -> Option<(u64, u64)> {
    let (low, high) = (read_scaled(&typed[0], 3)?, read_scaled(&typed[1], 3)?);
    (low <= high).then_some((low, high))
}

/// A number with a sign, without its decimals.
fn signed(text: &str, decimals: u32) -> Option<i64> {
    let text = text.trim().replace('−', "-");
    match text.strip_prefix('-') {
        Some(digits) => read_scaled(digits, decimals)?.try_into().ok().map(|number: i64| -number),
        None => read_scaled(&text, decimals)?.try_into().ok(),
    }
}

/// The action, if the grammar of runs takes it: numbers have bounds there.
pub(super) fn accepted(action: Action) -> Option<Action> {
    Action::from_words(&action.to_string()).ok().filter(|read| *read == action)
}

#[cfg(test)]
mod tests {
    use super::*;

    const N1: NodeId = NodeId::server(1);

    fn typed(one: &str, other: &str) -> [String; 2] {
        [one.to_owned(), other.to_owned()]
    }

    #[track_caller]
    fn check(action: Option<Action>, words: &str) {
        let action = action.map(|action| accepted(action).expect("an action of the grammar").to_string());
        assert_eq!(action.as_deref(), Some(words));
    }

    #[test]
    fn every_fault_as_it_is_first_offered_is_an_action() {
        for (fault, _) in NodeFault::ALL {
            for whom in [Whom::Node(N1), Whom::Zone(1)] {
                let action = fault.action(whom, &fault.amount().first()).and_then(accepted);
                assert!(action.is_some(), "{fault:?} {whom:?}");
            }
        }
        for (fault, _) in LinkFault::ALL {
            let action = fault.action(Links::All, &fault.amount().first()).and_then(accepted);
            assert!(action.is_some(), "{fault:?}");
        }
    }

    #[test]
    fn what_is_typed_in_milliseconds_and_per_cent_is_kept_exactly() {
        let zone = Whom::Zone(0);
        check(NodeFault::SlowDisk.action(zone, &typed("0.5", "20")), "disk.z1.500-20000");
        check(NodeFault::ClockJump.action(Whom::Node(N1), &typed("-1.5", "")), "step.n1.-1500");
        check(NodeFault::ClockDrift.action(Whom::Node(N1), &typed("−10", "")), "clock.n1.0.-100000");
        check(LinkFault::Loss.action(Links::All, &typed("2,5", "")), "loss.25000");
        let heavy = LinkFault::Latency(Shape::Heavy);
        let across = links(Some(Whom::Zone(0)), Some(Whom::Zone(1))).unwrap();
        check(heavy.action(across, &typed("40", "55")), "latency.z1-z2.heavy.40000-55000");
    }

    #[test]
    fn what_does_not_fit_is_no_action() {
        assert_eq!(NodeFault::SlowDisk.action(Whom::Node(N1), &typed("20", "10")), None);
        assert_eq!(NodeFault::ClockJump.action(Whom::Node(N1), &typed("soon", "")), None);
        assert_eq!(LinkFault::Loss.action(Links::All, &typed("101", "")).and_then(accepted), None);
        assert_eq!(links(Some(Whom::Node(N1)), None), None);
        assert_eq!(links(Some(Whom::Node(N1)), Some(Whom::Zone(0))), None);
        assert_eq!(links(Some(Whom::Node(N1)), Some(Whom::Node(N1))), None);
    }

    #[test]
    fn a_storm_is_read_within_its_bounds() {
        let read = |typed: [&str; 4]| storm(&typed.map(str::to_owned), true, false);
        let drawn = read(["7", "0.5", "10", "2.5"]).expect("a storm");
        assert_eq!(
            (drawn.seed, drawn.per_thousand_s, drawn.budget, drawn.length_us),
            (7, 500, 10, 2_500_000)
        );
        for typed in [
            ["", "1", "1", "1"],
            ["1", "0", "1", "1"],
            ["1", "1", "0", "1"],
            ["1", "1", "1", "601"],
            ["1", "1", "1001", "1"],
        ] {
            assert_eq!(read(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_cut_names_both_sides_unless_it_parts_all() {
        let sides = |sides: [Side; 3]| {
            sides
                .into_iter()
                .enumerate()
                .map(|(at, side)| (NodeId::server(at as u16 + 1), side))
                .collect::<Vec<_>>()
        };
        check(cut(&sides([Side::One, Side::Other, Side::Neither]), false), "cut.n1.n2");
        check(cut(&sides([Side::One, Side::Other, Side::Other]), true), "oneway.n1");
        assert_eq!(cut(&sides([Side::One, Side::Neither, Side::Neither]), false), None);
        let mut side = Side::Neither;
        for _ in 0..3 {
            side = side.next();
        }
        assert_eq!(side, Side::Neither);
    }
}
