//! From step to step: along a lane, and along a message.

use faultscope_protocol::NodeId;
use faultscope_sim::{IndexEntry, Kind};

use super::gather::{Chart, Ending};
use crate::session::Session;

/// How many steps are looked through for the next one on a lane.
const LOOKED_AT: usize = 200_000;

/// Whether a step stands on a lane of one of these nodes. A loss is nothing that its receiver does.
fn is_on(entry: &IndexEntry, nodes: &[NodeId]) -> bool {
    entry.kind != Kind::Lost && entry.node().is_some_and(|node| nodes.contains(&node))
}

/// The next step on a lane behind a step, or the last before it.
pub fn neighbour_on(session: &Session, nodes: &[NodeId], step: u64, forward: bool) -> Option<u64> {
    let index = session.run().index();
    let place = (step as usize).min(index.len());
    if forward {
        let next = index.skip(place).iter().take(LOOKED_AT).position(|entry| is_on(entry, nodes))?;
        return Some((place + next) as u64 + 1);
    }
    let before = index.range(0..place.saturating_sub(1));
    let back = before.iter().rev().take(LOOKED_AT).position(|entry| is_on(entry, nodes))?;
    Some((before.len() - back) as u64)
}

/// The step on a lane that is nearest to a time, among those between two times.
pub fn nearest_on(
    session: &Session,
    nodes: &[NodeId],
    at_us: u64,
    (from_us, until_us): (u64, u64),
) -> Option<u64> {
    let index = session.run().index();
    let first = index.partition_point(|entry| entry.at_us < from_us);
    let last = index.partition_point(|entry| entry.at_us <= until_us).max(first);
    let here = index.range(first..last).iter().enumerate().filter(|(_, entry)| is_on(entry, nodes));
    here.min_by_key(|(_, entry)| entry.at_us.abs_diff(at_us)).map(|(place, _)| (first + place) as u64 + 1)
}

/// The step that sent the message which a step received, if the chart knows it.
pub fn cause_of(chart: &Chart, step: u64) -> Option<u64> {
    let is_it =
        |ending: Ending| matches!(ending, Ending::Received { step: received, .. } if received == step);
    chart.ways.iter().find(|way| is_it(way.ending)).and_then(|way| way.sent_step)
}

/// The first step that received a message which a step sent.
pub fn effect_of(chart: &Chart, step: u64) -> Option<u64> {
    let sent = chart.ways.iter().filter(|way| way.sent_step == Some(step));
    let received = sent.filter_map(|way| match way.ending {
        Ending::Received { step, .. } => Some(step),
        _ => None,
    });
    received.min()
}

#[cfg(test)]
mod tests {
    use super::super::{Window, chart};
    use super::*;
    use crate::words::Lang;

    fn session() -> Session {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        session.play_ahead(2_000_000, 100_000);
        session
    }

    #[test]
    fn a_walk_along_a_lane_meets_each_of_its_steps_once() {
        let session = session();
        let lane = [NodeId::server(2)];
        let index = session.run().index();
        let wanted: Vec<u64> =
            (1..).zip(index.iter()).filter(|(_, entry)| is_on(entry, &lane)).map(|(step, _)| step).collect();
        let mut met = Vec::new();
        let mut at = 0;
        while let Some(next) = neighbour_on(&session, &lane, at, true) {
            met.push(next);
            at = next;
        }
        assert_eq!(met, wanted);
        let mut back = vec![at];
        while let Some(before) = neighbour_on(&session, &lane, at, false) {
            back.push(before);
            at = before;
        }
        back.reverse();
        assert_eq!(back, wanted);
        assert_eq!(neighbour_on(&session, &lane, wanted[0], false), None);
    }

    #[test]
    fn the_nearest_step_is_on_the_lane_and_within_reach() {
        let session = session();
        let lane = [NodeId::server(1)];
        let at_us = 1_000_000;
        let step = nearest_on(&session, &lane, at_us, (0, 2_000_000)).unwrap();
        let near = session.run().index()[step as usize - 1].at_us.abs_diff(at_us);
        let all = session.run().index().iter().filter(|entry| is_on(entry, &lane));
        assert_eq!(all.map(|entry| entry.at_us.abs_diff(at_us)).min(), Some(near));
        assert_eq!(nearest_on(&session, &lane, at_us, (at_us, at_us)).is_some(), near == 0);
    }

    #[test]
    fn a_walk_along_a_message_comes_back() {
        let session = session();
        let chart = chart(&session, Window { from_us: 500_000, until_us: 1_000_000 }, Lang::En).unwrap();
        let mut walks = 0;
        for way in &chart.ways {
            if let (Some(sent), Ending::Received { step, .. }) = (way.sent_step, way.ending) {
                assert_eq!(cause_of(&chart, step), Some(sent));
                assert!(effect_of(&chart, sent).is_some_and(|effect| effect > sent));
                walks += 1;
            }
        }
        assert!(walks > 10, "{walks}");
    }
}
