//! A window with too many steps for single messages: how each lane looked, and how many messages came to it, in
//! columns. Taken from samples, so that a window of a million steps costs no more than one of ten thousand.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::Map;
use faultscope_sim::{Entries, IndexEntry, Kind};

use super::gather::{Lane, Stretch, fault_of, is_alike, stretch_of};
use super::{Fault, Window};
use crate::session::Session;
use crate::words::Lang;

/// Steps of a column that are looked at, about.
const SAMPLES: usize = 512;

/// What a window shows from afar.
#[derive(Clone, Debug)]
pub struct Density {
    /// The window.
    pub window: Window,
    /// How each lane looked, as far as kept moments tell: a change may be drawn a little late.
    pub lanes: Vec<Lane>,
    /// How many messages came to each node in each column, as a share of the fullest column of any: 0 to 1.
    pub columns: Map<NodeId, Vec<f64>>,
    /// What a person or a script did.
    pub faults: Vec<Fault>,
}

/// Looks at a window from afar, in so many columns.
pub fn density(session: &Session, window: Window, columns: usize, lang: Lang) -> Density {
    Density {
        window,
        lanes: sampled_lanes(session, window, columns, lang),
        columns: counted(session, window, columns),
        faults: faults(session, window, lang),
    }
}

/// Where each of the columns ends, in microseconds.
fn ends(window: Window, columns: usize) -> impl Iterator<Item = u64> {
    let length_us = u128::from(window.length_us());
    let columns = columns.max(1) as u128;
    (1..=columns).map(move |column| window.from_us + (length_us * column / columns) as u64)
}

fn sampled_lanes(session: &Session, window: Window, columns: usize, lang: Lang) -> Vec<Lane> {
    let run = session.run();
    let mut lanes: Map<NodeId, Vec<Stretch>> = Map::new();
    let mut from_us = window.from_us;
    let mut known_step = None;
    for until_us in ends(window, columns) {
        let moment = run.nearest(run.steps_until(until_us));
        let is_known = known_step.replace(moment.world.steps()) == Some(moment.world.steps());
        for node in moment.world.nodes() {
            let stretches = lanes.entry(node.id).or_default();
            match stretches.last_mut() {
                Some(last) if is_known => last.until_us = until_us,
                last => {
                    let next = stretch_of(session, &moment.world, node.id, (from_us, until_us), lang);
                    match (last, next) {
                        (Some(last), Some(next)) if is_alike(last, &next) => last.until_us = until_us,
                        (_, next) => stretches.extend(next),
                    }
                }
            }
        }
        from_us = until_us;
    }
    lanes.into_iter().map(|(node, stretches)| Lane { node, stretches }).collect()
}

fn counted(session: &Session, window: Window, columns: usize) -> Map<NodeId, Vec<f64>> {
    let index = session.run().index();
    let mut rest = index.skip(index.partition_point(|entry| entry.at_us < window.from_us));
    let mut counted: Map<NodeId, Vec<f64>> = Map::new();
    for (place, until_us) in ends(window, columns).enumerate() {
        let count = rest.partition_point(|entry| entry.at_us <= until_us);
        let here = rest.range(0..count);
        rest = rest.skip(count);
        let stride = here.len().div_ceil(SAMPLES).max(1);
        for node in sampled(here, stride).filter(|entry| is_message(entry)).filter_map(IndexEntry::node) {
            counted.entry(node).or_insert_with(|| vec![0.0; columns])[place] += stride as f64;
        }
    }
    let most = counted.values().flatten().copied().fold(1.0, f64::max);
    counted.values_mut().flatten().for_each(|count| *count /= most);
    counted
}

fn is_message(entry: &IndexEntry) -> bool {
    matches!(entry.kind, Kind::Deliver | Kind::Lost)
}

/// One step of each stretch of `stride`, each at another place of it: a protocol that goes in rounds must not be seen
/// at one place of its round alone.
pub fn sampled(steps: Entries<'_>, stride: usize) -> impl Iterator<Item = &IndexEntry> {
    (0..steps.len()).step_by(stride).enumerate().filter_map(move |(place, first)| {
        let length = stride.min(steps.len() - first);
        steps.get(first + scattered(place) % length)
    })
}

/// A number that looks like chance, and is the same each time.
fn scattered(place: usize) -> usize {
    ((place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

fn faults(session: &Session, window: Window, lang: Lang) -> Vec<Fault> {
    let actions = session.run().actions();
    let from = actions.partition_point(|pinned| pinned.pin.at_us < window.from_us);
    let until_us = window.until_us.min(session.end_us());
    let within = actions[from..].iter().take_while(|pinned| pinned.pin.at_us <= until_us);
    within.filter_map(|pinned| fault_of(&pinned.action, pinned.pin.at_us, lang)).collect()
}

#[cfg(test)]
mod tests {
    use faultscope_sim::{Action, Status};

    use super::*;

    fn played(text: &str, until_us: u64) -> Session {
        let mut session = Session::open(text).unwrap();
        session.play_ahead(until_us, 200_000);
        session
    }

    #[test]
    fn columns_count_what_comes_to_each_lane() {
        let session = played("raft:basic;r1;s7", 20_000_000);
        let window = Window { from_us: 1_000_000, until_us: 19_000_000 };
        let columns = 6;
        let seen = density(&session, window, columns, Lang::En);
        let index = session.run().index();
        let mut whole: Map<NodeId, Vec<f64>> = Map::new();
        for entry in index.iter().filter(|entry| is_message(entry)) {
            let Some(place) = ends(window, columns).position(|until_us| entry.at_us <= until_us) else {
                continue;
            };
            if entry.at_us >= window.from_us {
                whole.entry(entry.node().unwrap()).or_insert_with(|| vec![0.0; columns])[place] += 1.0;
            }
        }
        let busiest = whole.values().map(|counts| counts[1]).sum::<f64>();
        assert!(busiest > 2.0 * SAMPLES as f64, "{busiest}: nothing is sampled");
        let most = whole.values().flatten().copied().fold(1.0, f64::max);
        assert_eq!(seen.columns.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>());
        for (node, counts) in &whole {
            for (share, count) in seen.columns[node].iter().zip(counts) {
                assert!((share - count / most).abs() < 0.2, "{node}: {share} for {count} of {most}");
            }
        }
    }

    #[test]
    fn lanes_cover_the_window_and_show_who_is_down() {
        let mut session = played("raft:basic;r1;s7", 0);
        session.seek_time(0);
        session.play_ahead(2_000_000, 100_000);
        session.seek_time(2_000_000);
        session.act(Action::Crash { node: NodeId::server(2), keep: 0 }).unwrap();
        session.play_ahead(60_000_000, 200_000);
        let window = Window { from_us: 0, until_us: session.end_us() };
        let seen = density(&session, window, 200, Lang::En);
        for lane in &seen.lanes {
            assert_eq!(lane.stretches.first().map(|first| first.from_us), Some(0), "{}", lane.node);
            assert_eq!(
                lane.stretches.last().map(|last| last.until_us),
                Some(window.until_us),
                "{}",
                lane.node
            );
            assert!(lane.stretches.windows(2).all(|pair| pair[0].until_us == pair[1].from_us));
            let is_down = lane.stretches.last().is_some_and(|last| last.status == Status::Down);
            assert_eq!(is_down, lane.node == NodeId::server(2), "{}", lane.node);
        }
        assert_eq!(seen.faults.len(), 1);
        assert!(seen.faults[0].words.contains("n2"), "{}", seen.faults[0].words);
        let later = Window { from_us: 3_000_000, ..window };
        assert!(density(&session, later, 200, Lang::En).faults.is_empty());
    }
}
