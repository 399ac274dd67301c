//! How the nodes look: the tint is the ballot, a dashed edge is a promise or a first phase, a thick ring a proposer
//! that a majority has promised; cells are values by instance, dashed until they are chosen.

use faultscope_protocol::paxos::{
    Acceptor, Attempt, Ballot, Client, Learner, Paxos, Phase, Proposer, Setup, Slot, Stable, Vote,
};
use faultscope_sim::{Node, World};

use super::ledger::is_chosen_now;
use super::state::{self, era_of};
use crate::stage::{CELLS_SHOWN, Cell, Edge, Look, Tone};
use crate::words::{Lang, Text};

/// The look of a node.
pub(super) fn look(world: &World, node: &Node, lang: Lang) -> Look {
    match node.machine::<Paxos>() {
        Some(Paxos::Proposer(proposer)) => proposer_look(node, proposer, lang),
        Some(Paxos::Acceptor(acceptor)) => acceptor_look(world, node, acceptor, lang),
        Some(Paxos::Learner(learner)) => learner_look(learner, lang),
        Some(Paxos::Client(client)) => client_look(client, lang),
        None => node.durable::<Stable>().map_or_else(Look::default, |stable| down_look(world, stable)),
    }
}

fn tinted(ballot: Ballot) -> Look {
    Look { epoch: era_of(ballot), epoch_words: ballot.to_string(), ..Look::default() }
}

fn proposer_look(node: &Node, proposer: &Proposer, lang: Lang) -> Look {
    let role = Text::new("proposer", "提议者").get(lang).to_owned();
    let Some((_, attempt)) = proposer.attempts.iter().next_back() else {
        return Look { role, ..Look::default() };
    };
    let majority = node.setup::<Setup>().map_or(0, |setup| setup.acceptors / 2 + 1);
    let (edge, arc, tone) = match attempt.phase {
        Phase::Preparing => (Edge::Tentative, "phase timeout", Tone::Calm),
        Phase::Accepting => (Edge::Thick, "phase timeout", Tone::Calm),
        Phase::Waiting => (Edge::Plain, "backoff", Tone::Warn),
    };
    let remark = progress(attempt, majority, lang);
    Look { role, edge, remark, tone, arc: Some(arc), ..tinted(attempt.ballot) }
}

/// How far a proposer is: promises or acceptances, out of a majority.
fn progress(attempt: &Attempt, majority: u16, lang: Lang) -> String {
    let vote = attempt.value.map(|value| Vote { ballot: attempt.ballot, value });
    let accepted = vote.map_or(0, |vote| attempt.tally.acceptors_in(vote).count());
    let text = match attempt.phase {
        Phase::Preparing => Text::new("{promises}/{majority} promises", "承诺 {promises}/{majority}"),
        Phase::Accepting => Text::new("{value}: {accepted}/{majority}", "{value}：{accepted}/{majority}"),
        Phase::Waiting => Text::new("backs off", "退避"),
    };
    let value = attempt.value.unwrap_or(attempt.own);
    text.fill(
        lang,
        &[
            ("promises", &attempt.promises.len().to_string()),
            ("majority", &majority.to_string()),
            ("value", &value.to_string()),
            ("accepted", &accepted.to_string()),
        ],
    )
}

fn acceptor_look(world: &World, node: &Node, acceptor: &Acceptor, lang: Lang) -> Look {
    let role = Text::new("acceptor", "接受者").get(lang).to_owned();
    let Some((_, slot)) = acceptor.slots.iter().next_back() else {
        return Look { role, ..Look::default() };
    };
    let has_accepted = slot.accepted.is_some_and(|vote| vote.ballot == slot.promised);
    let edge = if has_accepted { Edge::Plain } else { Edge::Tentative };
    let remark =
        if has_accepted { Text::new("accepted", "已接受") } else { Text::new("promised", "已承诺") };
    let durable = state::slots(node);
    Look {
        role,
        edge,
        remark: remark.get(lang).to_owned(),
        cells: slot_cells(acceptor.slots.iter(), |instance, vote| {
            let is_durable = durable.and_then(|slots| slots.get(&instance)?.accepted) == Some(vote);
            is_durable && is_chosen_now(world, instance, vote)
        }),
        earlier_cells: acceptor.slots.len().saturating_sub(CELLS_SHOWN),
        ..tinted(slot.promised)
    }
}

/// The newest slots, oldest first: a promise alone is an empty dashed cell.
fn slot_cells<'a>(
    slots: impl DoubleEndedIterator<Item = (&'a u64, &'a Slot)>,
    is_chosen: impl Fn(u64, Vote) -> bool,
) -> Vec<Cell> {
    let cell = |(&instance, slot): (&u64, &Slot)| match slot.accepted {
        Some(vote) => Cell {
            words: vote.value.to_string(),
            epoch: era_of(vote.ballot),
            is_tentative: !is_chosen(instance, vote),
        },
        None => Cell { words: "–".to_owned(), epoch: era_of(slot.promised), is_tentative: true },
    };
    let mut cells: Vec<Cell> = slots.rev().take(CELLS_SHOWN).map(cell).collect();
    cells.reverse();
    cells
}

fn learner_look(learner: &Learner, lang: Lang) -> Look {
    let remark = match learner.open.is_empty() {
        true => String::new(),
        false => Text::new("counting", "计票中").get(lang).to_owned(),
    };
    Look {
        role: Text::new("learner", "学习者").get(lang).to_owned(),
        remark,
        cells: learned_cells(learner.learned.iter()),
        earlier_cells: learner.learned.len().saturating_sub(CELLS_SHOWN),
        arc: Some("learner query"),
        ..Look::default()
    }
}

fn learned_cells<'a>(learned: impl DoubleEndedIterator<Item = (&'a u64, &'a Vote)>) -> Vec<Cell> {
    let newest = learned.rev().take(CELLS_SHOWN);
    let mut cells: Vec<Cell> = newest
        .map(|(_, vote)| Cell {
            words: vote.value.to_string(),
            epoch: era_of(vote.ballot),
            is_tentative: false,
        })
        .collect();
    cells.reverse();
    cells
}

fn client_look(client: &Client, lang: Lang) -> Look {
    let Some(call) = client.call else {
        return Look { role: Text::new("client", "客户端").get(lang).to_owned(), ..Look::default() };
    };
    let is_late = call.attempts > 1;
    let remark =
        if is_late { Text::new("asks again", "重试中").get(lang).to_owned() } else { String::new() };
    let role = format!("#{} {}", call.instance, call.value);
    Look { role, remark, tone: Tone::Warn, arc: Some("client retry"), ..Look::default() }
}

fn down_look(world: &World, stable: &Stable) -> Look {
    let slots = slot_cells(stable.slots.iter(), |instance, vote| is_chosen_now(world, instance, vote));
    let cells = if slots.is_empty() { learned_cells(stable.learned.iter()) } else { slots };
    let all = stable.slots.len().max(stable.learned.len());
    Look { cells, earlier_cells: all.saturating_sub(CELLS_SHOWN), ..Look::default() }
}

/// The highest ballot in the newest instance that an acceptor knows.
pub(super) fn era(world: &World) -> u64 {
    let newest = world.servers().filter_map(|node| {
        let (&instance, slot) = state::slots(node)?.iter().next_back()?;
        Some((instance, slot.promised))
    });
    newest.max().map_or(0, |(_, ballot)| era_of(ballot))
}
