//! Tests of atomic commit: one scenario each, then long runs, then random runs with faults.

mod random;
mod world;

use super::*;
use crate::{Message as _, Outcome, Reply as _};
use world::{CLIENT, Letter, World, n, t, transfer};

fn named(name: &'static str) -> impl Fn(&Letter) -> bool {
    move |letter| letter.body.name() == name
}

fn states(world: &World, participants: impl Iterator<Item = u16>, serial: u32) -> Vec<Option<State>> {
    participants.map(|number| world.machine(number).state(t(serial))).collect()
}

/// A transfer over n2, n3, n4, played until its messages of this kind would be delivered; these are lost.
fn played_but(world: &mut World, lost: &'static str) {
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(named(lost));
}

#[test]
fn all_yes_commits_everywhere_at_the_textbook_cost() {
    for participants in 1..=7 {
        let mut world = World::two_phase(participants);
        let numbers: Vec<u16> = (2..participants + 2).collect();
        let op = world.transfer(&numbers, if participants == 1 { 0 } else { 10 });
        world.settle();
        assert_eq!(world.replies[&op], Reply::Committed { transaction: t(1) });
        let nodes = numbers.iter().map(|&it| n(it)).chain([n(1)]);
        let forced = nodes.map(|id| world.node(id).disk.forced_writes(t(1))).sum();
        let cost = Cost { forced_writes: forced, ..world.costs[&t(1)] };
        assert_eq!(cost, Cost::of_commit(participants.into()));
        assert_eq!(cost.messages + cost.acks, 4 * u32::from(participants));
        assert!(numbers.iter().all(|&it| world.machine(it).state(t(1)) == Some(State::Committed)));
        assert_eq!(world.decisions(t(1)).len(), usize::from(participants) + 1, "AC4, AC5");
        world.heal_and_check();
    }
}

#[test]
fn one_no_aborts_everywhere() {
    let mut world = World::two_phase(3);
    world.command(n(3), Command::RefuseNext);
    let refused = world.transfer(&[2, 3, 4], 10);
    world.settle();
    assert_eq!(world.replies[&refused], Reply::Aborted { transaction: t(1) });
    assert_eq!(states(&world, 2..5, 1), [Some(State::Aborted); 3]);
    assert!(world.notes.contains(&(n(3), Note::VotedNo { transaction: t(1), refusal: Refusal::Asked })));
    assert!(world.node(n(1)).disk.decision(t(1)).is_none(), "no record of an abort");
    let next = world.transfer(&[2, 3, 4], 10);
    world.settle();
    assert_eq!(world.replies[&next].outcome(), Outcome::Ok, "it refuses once");
    world.heal_and_check();
}

#[test]
fn money_and_accounts_are_looked_at_before_the_vote() {
    let cases = [
        (transfer(&[2, 3], 101), Refusal::InsufficientFunds),
        (transfer(&[2, 3], i64::MAX), Refusal::InsufficientFunds),
        (
            [(2, 11, -1), (3, 1, 1)].map(|(it, account, amount)| part(it, account, amount)).to_vec(),
            Refusal::UnknownAccount,
        ),
        (
            [(2, 0, -1), (3, 1, 1)].map(|(it, account, amount)| part(it, account, amount)).to_vec(),
            Refusal::UnknownAccount,
        ),
    ];
    for (parts, refusal) in cases {
        let mut world = World::two_phase(2);
        let op = world.command(CLIENT, Command::Transfer { parts });
        world.settle();
        assert_eq!(world.replies[&op], Reply::Aborted { transaction: t(1) });
        assert!(world.notes.contains(&(n(2), Note::VotedNo { transaction: t(1), refusal })));
        world.heal_and_check();
    }
}

fn part(number: u16, account: u32, amount: i64) -> Part {
    Part { participant: n(number), account, amount }
}

#[test]
fn a_lock_conflict_is_a_no() {
    let mut world = World::two_phase(3);
    world.transfer(&[2, 3], 10);
    world.settle_but(named("Yes"));
    let op = world.transfer(&[3, 4], 10);
    world.settle();
    assert_eq!(world.replies[&op], Reply::Aborted { transaction: t(2) });
    let note = Note::VotedNo { transaction: t(2), refusal: Refusal::LockConflict };
    assert!(world.notes.contains(&(n(3), note)));
    world.heal_and_check();
}

#[test]
fn malformed_transfers_are_not_begun() {
    let mut world = World::two_phase(2);
    let cases = [
        (vec![], BadTransfer::Empty),
        (vec![part(1, 1, 0)], BadTransfer::UnknownParticipant),
        (vec![part(9, 1, 0)], BadTransfer::UnknownParticipant),
        (vec![part(2, 1, -1), part(2, 1, 1)], BadTransfer::AccountTwice),
        (vec![part(2, 1, -1), part(3, 1, 2)], BadTransfer::NotBalanced),
        (vec![part(2, 1, i64::MAX), part(3, 1, i64::MAX)], BadTransfer::NotBalanced),
    ];
    for (parts, bad) in cases {
        let op = world.command(CLIENT, Command::Transfer { parts });
        assert_eq!(world.replies[&op], Reply::Malformed(bad));
    }
    for (id, command) in [(n(1), Command::RefuseNext), (n(2), Command::Transfer { parts: vec![] })] {
        let op = world.command(id, command);
        assert_eq!(world.replies[&op], Reply::WrongRole);
    }
    assert!(world.network.is_empty());
}

#[test]
fn missing_votes_end_in_abort() {
    let mut world = World::two_phase(3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.to == n(4));
    assert_eq!(world.machine(1).state(t(1)), Some(State::Working));
    world.fire(n(1), Timer::Votes(t(1)));
    world.settle();
    assert_eq!(states(&world, 1..5, 1), [Some(State::Aborted); 4], "n4 only ever heard of ABORT");
    world.heal_and_check();
}

#[test]
fn work_before_the_vote_holds_locks_and_can_be_aborted() {
    let mut world = World::new(2, 1, Setup { prepare_work_us: 50_000, ..Setup::default() });
    world.transfer(&[2, 3], 10);
    world.settle();
    assert_eq!(states(&world, 2..4, 1), [Some(State::Working); 2]);
    assert_eq!(world.machine(2).as_participant().unwrap().locked_by(t(1)), [1]);
    world.fire(n(2), Timer::Work(t(1)));
    world.settle();
    assert_eq!(states(&world, 2..4, 1), [Some(State::Prepared), Some(State::Working)]);
    world.fire(n(1), Timer::Votes(t(1)));
    world.settle();
    assert_eq!(states(&world, 2..4, 1), [Some(State::Aborted); 2]);
    assert!(!world.timers().contains(&(n(3), Timer::Work(t(1)))));
    world.heal_and_check();
}

#[test]
fn coordinator_dies_before_the_votes() {
    let mut world = World::two_phase(3);
    let op = world.transfer(&[2, 3, 4], 10);
    world.settle_but(named("Prepare"));
    world.crash(n(1), || false);
    world.settle();
    assert_eq!(states(&world, 2..5, 1), [None; 3], "nobody is blocked");
    world.heal_and_check();
    assert_eq!(world.replies[&op], Reply::Aborted { transaction: t(1) });
}

#[test]
fn coordinator_dies_between_the_votes() {
    let mut world = World::two_phase(3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.from == n(4));
    world.crash(n(1), || false);
    for number in 2..5 {
        world.fire(n(number), Timer::Inquire(t(1)));
    }
    world.settle();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Prepared); 3], "blocked, all of them");
    world.heal_and_check();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Aborted); 3]);
    assert!(world.notes.contains(&(n(1), Note::PresumedAbort { transaction: t(1), asker: n(4) })));
}

/// The commit record is logged, but nobody has been told: the case that blocks, and that the log resolves.
#[test]
fn coordinator_dies_after_the_votes() {
    for kept in [true, false] {
        let mut world = World::two_phase(3);
        world.transfer(&[2, 3, 4], 10);
        while !matches!(world.machine(1).state(t(1)), Some(State::Committed)) {
            let letter = world.network.remove(0);
            let to_coordinator = letter.to == n(1);
            world.deliver(letter);
            if !to_coordinator {
                world.finish_writes();
            }
        }
        assert!(world.network.is_empty(), "COMMIT waits behind the commit record");
        world.crash(n(1), || kept);
        for asked in 1..=3 {
            world.fire(n(2), Timer::Inquire(t(1)));
            world.settle();
            let participant = world.machine(2).as_participant().unwrap();
            assert!(participant.transactions[&t(1)].is_blocked());
            assert_eq!(participant.transactions[&t(1)].asked, asked);
            assert_eq!(participant.locked_by(t(1)), [1]);
        }
        world.heal_and_check();
        let expected = if kept { State::Committed } else { State::Aborted };
        assert_eq!(states(&world, 2..5, 1), [Some(expected); 3]);
    }
}

#[test]
fn participant_dies_after_yes_and_asks() {
    for committed in [true, false] {
        let mut world = World::two_phase(3);
        world.transfer(&[2, 3, 4], 10);
        world.settle_but(|letter| {
            let unheard = letter.to == n(3) && letter.body.name() != "Prepare";
            unheard || (!committed && letter.from == n(4))
        });
        world.crash(n(3), || false);
        world.restart(n(3));
        assert_eq!(world.machine(3).state(t(1)), Some(State::Prepared));
        assert_eq!(world.machine(3).as_participant().unwrap().locked_by(t(1)), [1]);
        assert!(world.notes.contains(&(n(3), Note::ParticipantRecovered { uncertain: vec![t(1)] })));
        if !committed {
            world.fire(n(1), Timer::Votes(t(1)));
        }
        world.settle();
        let expected = if committed { State::Committed } else { State::Aborted };
        assert_eq!(world.machine(3).state(t(1)), Some(expected));
        world.heal_and_check();
    }
}

#[test]
fn participant_dies_before_its_prepared_record_is_durable() {
    let mut world = World::two_phase(2);
    world.transfer(&[2, 3], 10);
    let begin = world.network.remove(0);
    world.deliver(begin);
    for letter in std::mem::take(&mut world.network) {
        world.deliver(letter);
    }
    world.crash(n(2), || false);
    world.restart(n(2));
    assert_eq!(world.machine(2).state(t(1)), None, "it promised nothing");
    world.heal_and_check();
    assert!(!world.is_committed(t(1)));
}

#[test]
fn a_lost_commit_is_sent_again_until_all_acknowledge() {
    let mut world = World::two_phase(3);
    let op = world.transfer(&[2, 3, 4], 10);
    let lost = |letter: &Letter| letter.to == n(4) && letter.body.name() == "Commit";
    world.settle_but(lost);
    assert_eq!(world.replies[&op].outcome(), Outcome::Ok);
    assert_eq!(states(&world, 2..5, 1)[2], Some(State::Prepared));
    for _ in 0..3 {
        world.fire(n(1), Timer::Resend(t(1)));
        assert_eq!(world.network.len(), 1, "only to the one that has not acknowledged");
        world.settle_but(lost);
    }
    world.fire(n(1), Timer::Resend(t(1)));
    world.settle();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Committed); 3]);
    assert!(world.timers().is_empty());
    world.heal_and_check();
}

#[test]
fn a_lost_ack_is_given_again() {
    let mut world = World::two_phase(3);
    played_but(&mut world, "Ack");
    assert_eq!(world.machine(1).as_coordinator().unwrap().transactions[&t(1)].phase, Phase::Committing);
    world.fire(n(1), Timer::Resend(t(1)));
    world.settle();
    assert_eq!(world.machine(1).as_coordinator().unwrap().transactions[&t(1)].phase, Phase::Ended);
    world.heal_and_check();
}

#[test]
fn a_lost_end_record_costs_one_more_round() {
    let mut world = World::two_phase(3);
    world.transfer(&[2, 3, 4], 10);
    while world.machine(1).as_coordinator().unwrap().transactions.values().all(|it| it.phase != Phase::Ended)
    {
        world.finish_writes();
        let letter = world.network.remove(0);
        world.deliver(letter);
    }
    world.crash(n(1), || false);
    world.restart(n(1));
    world.finish_writes();
    let recovered = Note::CoordinatorRecovered { incarnation: 2, committing: 1 };
    assert!(world.notes.contains(&(n(1), recovered)));
    world.heal_and_check();
}

#[test]
fn a_late_yes_to_a_restarted_coordinator_is_answered_abort() {
    let mut world = World::two_phase(3);
    played_but(&mut world, "Yes");
    world.crash(n(1), || false);
    world.restart(n(1));
    world.finish_writes();
    world.deliver(Letter { from: n(2), to: n(1), body: Message::Yes { transaction: t(1) } });
    assert!(world.notes.contains(&(n(1), Note::PresumedAbort { transaction: t(1), asker: n(2) })));
    world.settle();
    assert_eq!(world.machine(2).state(t(1)), Some(State::Aborted));
    world.heal_and_check();
}

#[test]
fn a_repeated_begin_is_answered_from_memory() {
    let mut world = World::two_phase(2);
    let op = world.transfer(&[2, 3], 10);
    world.settle_but(named("Outcome"));
    world.fire(CLIENT, Timer::Begin(t(1)));
    world.settle();
    assert_eq!(world.replies[&op], Reply::Committed { transaction: t(1) });
    assert_eq!(world.costs[&t(1)].messages, 6, "and not run again");
    world.heal_and_check();
}

#[test]
fn a_repeated_begin_is_answered_from_the_log_after_a_crash() {
    let mut world = World::two_phase(2);
    let op = world.transfer(&[2, 3], 10);
    world.settle_but(named("Outcome"));
    world.crash(n(1), || false);
    world.restart(n(1));
    world.settle();
    world.fire(CLIENT, Timer::Begin(t(1)));
    world.settle();
    assert_eq!(world.replies[&op], Reply::Committed { transaction: t(1) });
    world.heal_and_check();
}

#[test]
fn what_was_presumed_aborted_is_never_committed() {
    let mut world = World::two_phase(2);
    let op = world.transfer(&[2, 3], 10);
    let begin = world.network[0].clone();
    world.settle_but(named("Yes"));
    world.crash(n(1), || false);
    world.restart(n(1));
    world.finish_writes();
    for _ in 0..3 {
        world.deliver(begin.clone());
        world.settle();
    }
    assert_eq!(world.replies[&op], Reply::Aborted { transaction: t(1) });
    world.heal_and_check();
    assert!(!world.is_committed(t(1)));
    let next = world.transfer(&[2, 3], 10);
    world.settle();
    assert_eq!(world.replies[&next], Reply::Committed { transaction: t(2) }, "the client knows the new life");
}

#[test]
fn a_no_survives_a_crash_and_a_repeated_prepare() {
    for kept in [true, false] {
        let mut world = World::two_phase(2);
        world.command(n(2), Command::RefuseNext);
        world.transfer(&[2, 3], 10);
        let mut prepare = None;
        world.settle_but(|letter| {
            let held = letter.to == n(2) && letter.body.name() == "Prepare";
            if held {
                prepare = Some(letter.clone());
            }
            held
        });
        let prepare = prepare.unwrap();
        world.deliver(prepare.clone());
        assert!(world.network.is_empty(), "NO waits behind the record");
        world.crash(n(2), || kept);
        world.restart(n(2));
        world.deliver(prepare);
        world.settle();
        assert_eq!(world.is_committed(t(1)), !kept, "a vote that nobody heard can still be cast");
        world.heal_and_check();
    }
}

#[test]
fn names_and_lives_are_on_disk_before_anyone_hears_of_them() {
    let mut world = World::two_phase(2);
    world.crash(CLIENT, || false);
    world.restart(CLIENT);
    world.transfer(&[2, 3], 10);
    assert!(world.network.is_empty(), "BEGIN waits behind the reserved serials");
    world.finish_writes();
    world.crash(n(1), || false);
    world.restart(n(1));
    let begin = world.network.remove(0);
    world.deliver(begin);
    assert!(world.network.is_empty(), "the answer waits behind the incarnation");
    world.heal_and_check();
}

#[test]
fn an_old_prepare_cannot_bring_a_transaction_back() {
    let mut world = World::two_phase(2);
    let mut prepares = Vec::new();
    for _ in 0..5 {
        world.transfer(&[2, 3], 10);
        world.settle_but(|letter| {
            if letter.body.name() == "Prepare" {
                prepares.push(letter.clone());
            }
            false
        });
    }
    world.crash(n(2), || false);
    world.restart(n(2));
    for prepare in prepares {
        world.deliver(prepare);
        world.settle();
    }
    let stale = world.notes.iter().filter(|(_, note)| matches!(note, Note::StalePrepare { .. })).count();
    assert_eq!(stale, 8, "four closed ones at each; the last is remembered");
    world.heal_and_check();
}

#[test]
fn a_prepare_after_its_abort_locks_nothing() {
    let mut world = World::two_phase(2);
    world.transfer(&[2, 3], 10);
    let mut prepare = None;
    world.settle_but(|letter| {
        let held = letter.to == n(2) && letter.body.name() == "Prepare";
        if held {
            prepare = Some(letter.clone());
        }
        held
    });
    world.fire(n(1), Timer::Votes(t(1)));
    world.settle();
    world.deliver(prepare.unwrap());
    world.settle();
    assert!(world.machine(2).as_participant().unwrap().locks.is_empty());
    assert_eq!(world.machine(2).state(t(1)), Some(State::Aborted));
    world.heal_and_check();
}

/// The participant lost its memory of the abort, so the old PREPARE prepares it once more: it asks, and is
/// told.
#[test]
fn a_zombie_learns_that_it_was_aborted() {
    let mut world = World::two_phase(2);
    world.command(n(3), Command::RefuseNext);
    world.transfer(&[2, 3], 10);
    let mut prepare = None;
    world.settle_but(|letter| {
        let first = prepare.is_none() && letter.to == n(2) && letter.body.name() == "Prepare";
        if first {
            prepare = Some(letter.clone());
        }
        first
    });
    world.crash(n(2), || false);
    world.nodes.get_mut(&n(2)).unwrap().disk = Stable::Blank;
    world.restart(n(2));
    world.deliver(prepare.unwrap());
    world.finish_writes();
    assert_eq!(world.machine(2).state(t(1)), Some(State::Prepared));
    world.heal_and_check();
    assert_eq!(world.machine(2).state(t(1)), Some(State::Aborted));
}

#[test]
fn a_client_gives_up_and_says_that_it_does_not_know() {
    let mut world = World::two_phase(2);
    let op = world.transfer(&[2, 3], 10);
    world.settle_but(named("Outcome"));
    for _ in 0..world.setup.begin_attempts {
        world.fire(CLIENT, Timer::Begin(t(1)));
        world.settle_but(named("Outcome"));
    }
    assert_eq!(world.replies[&op], Reply::Unknown { transaction: t(1) });
    assert_eq!(world.replies[&op].outcome(), Outcome::Info);
    world.heal_and_check();
}

#[test]
fn a_client_never_uses_a_name_twice() {
    let mut world = World::two_phase(2);
    world.transfer(&[2, 3], 10);
    world.settle();
    world.crash(CLIENT, || false);
    world.restart(CLIENT);
    let op = world.transfer(&[2, 3], 10);
    world.settle();
    let Reply::Committed { transaction } = world.replies[&op] else { panic!("{:?}", world.replies[&op]) };
    assert!(transaction.serial > 1);
    world.heal_and_check();
}

#[test]
fn an_impatient_participant_splits_the_decision() {
    let mut world = World::impatient(3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.to == n(4) && letter.body.name() == "Commit");
    world.fire(n(4), Timer::Inquire(t(1)));
    world.settle();
    assert!(world.violations.iter().any(|it| it.starts_with("AC1")), "{:?}", world.violations);
    world.heal();
    assert!(world.notes.contains(&(n(4), Note::HeuristicDamage { transaction: t(1) })));
    world.check_end();
    assert!(world.violations.iter().any(|it| it.starts_with("money")), "{:?}", world.violations);
}

#[test]
fn a_forgetful_coordinator_contradicts_itself() {
    let setup = Setup { variant: Variant::ForgetfulCoordinator, ..Setup::default() };
    let mut world = World::new(2, 1, setup);
    world.transfer(&[2, 3], 10);
    world.settle_but(named("Yes"));
    for voter in [2, 3] {
        world.deliver(Letter { from: n(voter), to: n(1), body: Message::Yes { transaction: t(1) } });
    }
    let told =
        world.network.iter().find(|letter| letter.to == n(2)).expect("COMMIT before its record").clone();
    world.network.clear();
    world.deliver(told);
    world.finish_write(n(2));
    world.crash(n(1), || false);
    world.restart(n(1));
    world.settle();
    world.fire(n(3), Timer::Inquire(t(1)));
    world.settle();
    assert!(world.notes.contains(&(n(1), Note::PresumedAbort { transaction: t(1), asker: n(3) })));
    assert!(world.violations.iter().any(|it| it.starts_with("AC1")), "{:?}", world.violations);
}

fn longest_log(world: &World) -> usize {
    let records = world.up().into_iter().map(|id| match &world.node(id).disk {
        Stable::Coordinator(disk) => disk.log.iter().count(),
        Stable::Participant(disk) => disk.log.iter().count(),
        Stable::Blank | Stable::Client(_) => 0,
    });
    records.max().unwrap()
}

#[test]
fn memory_and_logs_stay_short_in_long_runs() {
    let mut world = World::two_phase(3);
    for round in 0..3_000_u16 {
        if round % 10 == 3 {
            world.command(n(2), Command::RefuseNext);
        }
        let (from, to) = (2 + round % 3, 2 + (round + 1) % 3);
        world.transfer(&[from, to], 1);
        world.settle();
        world.notes.clear();
        assert!(longest_log(&world) <= 6);
    }
    assert_eq!(world.replies.len(), 3_300);
    world.heal_and_check();
}

#[test]
fn logs_stay_short_while_one_participant_is_away() {
    let mut world = World::two_phase(3);
    world.transfer(&[2, 3, 4], 10);
    let away = |letter: &Letter| letter.to == n(4) && letter.body.name() != "Prepare";
    world.settle_but(away);
    for _ in 0..500 {
        world.command(CLIENT, Command::Transfer { parts: vec![part(2, 2, -1), part(3, 2, 1)] });
        world.settle_but(away);
        assert!(longest_log(&world) <= 6);
    }
    world.fire(n(1), Timer::Resend(t(1)));
    world.settle();
    assert_eq!(world.machine(4).state(t(1)), Some(State::Committed));
    world.heal_and_check();
}

#[test]
fn messages_are_named_as_they_are_written() {
    let mut world = World::two_phase(2);
    world.transfer(&[2, 3], 10);
    let mut names = std::collections::BTreeSet::new();
    world.settle_but(|letter| {
        let written = format!("{:?}", letter.body);
        assert!(written.starts_with(letter.body.name()), "{written}");
        names.insert(letter.body.name());
        false
    });
    assert_eq!(Vec::from_iter(names), ["Ack", "Begin", "Commit", "Outcome", "Prepare", "Yes"]);
}

/// Everybody but n4 has heard COMMIT, and n1 is dead: n4's question to the others ends its doubt.
#[test]
fn a_peer_that_has_decided_ends_the_doubt() {
    let mut world = World::of(Variant::Cooperative, 3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.to == n(4) && letter.body.name() == "Commit");
    world.crash(n(1), || true);
    world.fire(n(4), Timer::Inquire(t(1)));
    world.settle();
    assert_eq!(world.machine(4).state(t(1)), Some(State::Committed));
    world.heal_and_check();
}

/// n4 has not voted: asked by the others it aborts, for it still may.
#[test]
fn a_peer_that_has_not_voted_ends_the_doubt() {
    let mut world = World::of(Variant::Cooperative, 3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.to == n(4));
    world.crash(n(1), || false);
    world.fire(n(2), Timer::Inquire(t(1)));
    world.settle();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Aborted), Some(State::Prepared), Some(State::Aborted)]);
    let refused = Note::VotedNo { transaction: t(1), refusal: Refusal::AskedByPeer };
    assert!(world.notes.contains(&(n(4), refused)));
    world.heal_and_check();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Aborted); 3]);
}

/// All are uncertain: they know it of each other, and are blocked.
#[test]
fn peers_that_are_all_uncertain_are_blocked() {
    let mut world = World::of(Variant::Cooperative, 3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(named("Yes"));
    world.crash(n(1), || false);
    for number in 2..5 {
        world.fire(n(number), Timer::Inquire(t(1)));
    }
    world.settle();
    for number in 2..5 {
        assert!(world.machine(number).as_participant().unwrap().transactions[&t(1)].is_blocked());
    }
    world.heal_and_check();
}

/// n1 dies before, between and after PreCommit: the backup ends it each time, and all end alike.
#[test]
fn a_backup_ends_three_phase_commit() {
    for (lost, expected) in
        [("PreCommit", State::Aborted), ("Ack", State::Committed), ("DoCommit", State::Committed)]
    {
        let mut world = World::of(Variant::ThreePhase, 3);
        world.transfer(&[2, 3, 4], 10);
        world.settle_but(named(lost));
        world.crash(n(1), || true);
        for _ in 0..8 {
            for (id, timer) in world.timers() {
                if matches!(timer, Timer::Inquire(_) | Timer::Collect(_)) {
                    world.fire(id, timer);
                }
            }
            world.settle();
        }
        assert_eq!(states(&world, 2..5, 1), [Some(expected); 3], "{lost} lost");
        assert!(
            world.notes.iter().any(|(id, note)| *id == n(2) && matches!(note, Note::BecameBackup { .. }))
        );
        world.heal_and_check();
    }
}

/// Those that have heard PreCommit take the others for dead, and the other way round.
#[test]
fn a_partition_splits_three_phase_commit() {
    let mut world = World::of(Variant::ThreePhase, 4);
    world.transfer(&[2, 3, 4, 5], 10);
    let side = |id: NodeId| id.is_client() || id.number() <= 3;
    let mut is_cut = false;
    let mut lost = move |letter: &Letter| {
        is_cut |= letter.body.name() == "PreCommit";
        is_cut && side(letter.from) != side(letter.to)
    };
    for _ in 0..6 {
        world.settle_but(&mut lost);
        for (id, timer) in world.timers() {
            world.fire(id, timer);
        }
    }
    assert!(world.violations.iter().any(|it| it.starts_with("AC1")), "{:?}", world.violations);
}

/// With F = 1 any one acceptor may be away: n1, that leads, or another. The outcome is the one that was chosen.
#[test]
fn paxos_commit_needs_only_a_majority_of_the_acceptors() {
    for away in [1, 5, 6] {
        let mut world = World::of(Variant::PaxosCommit, 3);
        world.transfer(&[2, 3, 4], 10);
        world.settle_but(|letter| letter.to == n(away) && letter.body.name() == "Phase2a");
        world.crash(n(away), || false);
        for _ in 0..8 {
            for (id, timer) in world.timers() {
                world.fire(id, timer);
            }
            world.settle();
        }
        assert_eq!(states(&world, 2..5, 1), [Some(State::Committed); 3], "n{away} away");
        world.heal_and_check();
    }
}

/// A leader of a higher ballot may propose only Aborted for a participant whose vote no acceptor has.
#[test]
fn a_silent_participant_is_aborted_in_a_higher_ballot() {
    let mut world = World::of(Variant::PaxosCommit, 3);
    world.transfer(&[2, 3, 4], 10);
    world.settle_but(|letter| letter.from == n(4));
    world.fire(n(1), Timer::Votes(t(1)));
    world.settle();
    assert_eq!(states(&world, 2..5, 1), [Some(State::Aborted); 3]);
    world.heal_and_check();
}
