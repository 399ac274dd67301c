//! Random runs: crashes that keep or lose unfinished writes, loss, repetition, any order of messages, timers
//! that run out at any time. AC1 to AC3 are watched at every step; then all is repaired, and AC5 and the
//! money are judged.

use super::world::{World, n};
use crate::NodeId;
use crate::commit::{BeginsAt, Command, Part, Reply, Setup, Timer, Variant};

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index")
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() { None } else { Some(items[self.index(items.len())]) }
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

const PARTICIPANTS: u16 = 3;
const CLIENTS: u16 = 2;
const STEPS: u32 = 600;

fn setup(variant: Variant, seed: u64) -> Setup {
    let prepare_work_us = if seed.is_multiple_of(2) { 0 } else { 20_000 };
    Setup {
        variant,
        prepare_work_us,
        accounts: 4,
        initial_balance: 30,
        begin_attempts: 4,
        begins_at: if seed % 3 == 1 { BeginsAt::Participant } else { BeginsAt::Coordinator },
        faults: u16::from(variant == Variant::PaxosCommit),
        ..Setup::default()
    }
}

fn random_transfer(chance: &mut Chance) -> Command {
    let from = chance.below(u64::from(PARTICIPANTS));
    let to = (from + 1 + chance.below(u64::from(PARTICIPANTS) - 1)) % u64::from(PARTICIPANTS);
    let amount = chance.below(20) as i64;
    let mut part = |at: u64, amount: i64| Part {
        participant: n(2 + at as u16),
        account: 1 + chance.below(4) as u32,
        amount,
    };
    Command::Transfer { parts: vec![part(from, -amount), part(to, amount)] }
}

fn faulty_step(world: &mut World, chance: &mut Chance) {
    let up = world.up();
    match chance.below(100) {
        0..56 => deliver_any(world, chance),
        56..80 => {
            let writing: Vec<NodeId> = up.into_iter().filter(|&id| world.is_writing(id)).collect();
            if let Some(id) = chance.pick(&writing) {
                world.finish_write(id);
            }
        }
        80..83 => {
            let clients: Vec<NodeId> = up.into_iter().filter(|id| id.is_client()).collect();
            if let Some(id) = chance.pick(&clients) {
                world.command(id, random_transfer(chance));
            }
        }
        83..85 => {
            // Timers run out much more rarely than messages arrive, or nothing would ever commit.
            let timers: Vec<(NodeId, Timer)> = world.timers();
            if let Some((id, timer)) = chance.pick(&timers) {
                world.fire(id, timer);
            }
        }
        85..86 => {
            if let Some(id) = chance.pick(&up) {
                world.crash(id, || chance.one_in(2));
            }
        }
        86..98 => {
            let down: Vec<NodeId> = world.nodes.keys().copied().filter(|id| !up.contains(id)).collect();
            if let Some(id) = chance.pick(&down) {
                world.restart(id);
            }
        }
        _ if chance.one_in(4) => {
            world.command(n(2 + chance.below(u64::from(PARTICIPANTS)) as u16), Command::RefuseNext);
        }
        _ => {}
    }
}

fn deliver_any(world: &mut World, chance: &mut Chance) {
    if world.network.is_empty() {
        return;
    }
    // Mostly young messages, sometimes one that all had forgotten.
    let len = world.network.len();
    let at = if chance.one_in(6) { chance.index(len) } else { chance.index(len.min(4)) };
    let letter = world.network[at].clone();
    let (lost, repeated) = (chance.one_in(20), chance.one_in(8));
    if !repeated {
        world.network.remove(at);
    }
    if !lost {
        world.deliver(letter);
    }
}

fn run(variant: Variant, seed: u64) -> World {
    let mut world = World::new(PARTICIPANTS, CLIENTS, setup(variant, seed));
    let mut chance = Chance(seed);
    for _ in 0..STEPS {
        faulty_step(&mut world, &mut chance);
    }
    world.heal();
    world.check_end();
    world
}

#[test]
fn two_phase_commit_keeps_all_its_promises() {
    keeps_all_promises(Variant::TwoPhase);
}

#[test]
fn cooperative_termination_keeps_all_promises() {
    keeps_all_promises(Variant::Cooperative);
}

#[test]
fn paxos_commit_keeps_all_its_promises() {
    keeps_all_promises(Variant::PaxosCommit);
}

fn keeps_all_promises(variant: Variant) {
    let (mut committed, mut aborted) = (0, 0);
    for seed in 0..1_500 {
        let world = run(variant, seed);
        assert_eq!(world.violations, Vec::<String>::new(), "seed {seed}");
        committed += world.replies.values().filter(|it| matches!(it, Reply::Committed { .. })).count();
        aborted += world.replies.values().filter(|it| matches!(it, Reply::Aborted { .. })).count();
    }
    assert!(committed > 1_500 && aborted > 1_500, "{committed} committed, {aborted} aborted");
}

/// Whether one of the first hundred seeds breaks `property` for `variant`.
fn breaks(variant: Variant, property: &str) -> bool {
    (0..100).any(|seed| run(variant, seed).violations.iter().any(|violation| violation.starts_with(property)))
}

#[test]
fn impatience_breaks_agreement() {
    assert!(breaks(Variant::Impatient, "AC1"));
}

#[test]
fn silence_is_no_vote() {
    assert!(breaks(Variant::SilenceIsConsent, "AC3"));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (one, two) = (run(Variant::TwoPhase, 7), run(Variant::TwoPhase, 7));
    assert_eq!(one.notes, two.notes);
    assert_eq!(one.replies, two.replies);
}
