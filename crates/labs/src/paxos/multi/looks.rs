//! How the nodes look: the leader as a thick ring, one in phase 1 dashed; cells are slots of the log, dashed until they
//! are known to be chosen.

use faultscope_protocol::paxos::Ballot;
use faultscope_protocol::paxos::multi::{
    BySlot, Client, Entry, Learner, Multi, Phase, Proposer, Replica, Setup, Stable, Vote,
};
use faultscope_sim::{Node, World};

use super::state;
use super::words::entry_words;
use crate::paxos::state::era_of;
use crate::stage::{CELLS_SHOWN, Cell, Edge, Look, Tone};
use crate::words::{Lang, Text};

/// The look of a node.
pub(super) fn look(world: &World, node: &Node, lang: Lang) -> Look {
    match node.machine::<Multi>() {
        Some(Multi::Proposer(proposer)) => proposer_look(node, proposer, lang),
        Some(Multi::Acceptor(_)) => acceptor_look(world, node, lang),
        Some(Multi::Learner(learner)) => learner_look(learner, lang),
        Some(Multi::Client(client)) => client_look(client, lang),
        None => down_look(world, node),
    }
}

fn tinted(ballot: Ballot) -> Look {
    if ballot.round == 0 {
        return Look::default();
    }
    Look { epoch: era_of(ballot), epoch_words: ballot.to_string(), ..Look::default() }
}

fn proposer_look(node: &Node, proposer: &Proposer, lang: Lang) -> Look {
    let majority = node.setup::<Setup>().map_or(0, |setup| setup.acceptors / 2 + 1);
    let (edge, arc, tone) = match proposer.phase {
        Phase::Following => (Edge::Plain, "suspicion", Tone::Calm),
        Phase::Preparing => (Edge::Tentative, "phase timeout", Tone::Calm),
        Phase::Leading => (Edge::Thick, "alive", Tone::Calm),
        Phase::Waiting => (Edge::Plain, "backoff", Tone::Warn),
    };
    let role = match proposer.phase {
        Phase::Leading => Text::new("leader", "领导者"),
        _ => Text::new("proposer", "提议者"),
    };
    let remark = match proposer.phase {
        Phase::Following => Text::new("follows {leader}", "跟随 {leader}"),
        Phase::Preparing => Text::new("{promises}/{majority} promises", "承诺 {promises}/{majority}"),
        Phase::Leading => Text::new("slot {slot}", "槽位 {slot}"),
        Phase::Waiting => Text::new("backs off", "退避"),
    };
    let remark = remark.fill(
        lang,
        &[
            ("leader", &proposer.leader_of(node.id).to_string()),
            ("promises", &proposer.promises.len().to_string()),
            ("majority", &majority.to_string()),
            ("slot", &proposer.next_slot.to_string()),
        ],
    );
    let shown = if proposer.phase == Phase::Following { proposer.highest } else { proposer.ballot };
    Look {
        role: role.get(lang).to_owned(),
        edge,
        remark,
        tone,
        arc: Some(arc),
        ..with_log(&proposer.replica.log, tinted(shown))
    }
}

/// The newest slots of a log, oldest first.
fn with_log(log: &BySlot<Entry>, look: Look) -> Look {
    let newest = log.iter().rev().take(CELLS_SHOWN);
    let mut cells: Vec<Cell> =
        newest.map(|(_, &entry)| Cell { words: entry_words(entry), epoch: 0, is_tentative: false }).collect();
    cells.reverse();
    Look { cells, earlier_cells: log.len().saturating_sub(CELLS_SHOWN), ..look }
}

fn acceptor_look(world: &World, node: &Node, lang: Lang) -> Look {
    let role = Text::new("acceptor", "接受者").get(lang).to_owned();
    let Some((Some(promised), accepted)) = state::held(node) else {
        return Look { role, ..Look::default() };
    };
    let last = accepted.iter().next_back();
    let has_accepted = last.is_some_and(|(_, vote)| vote.ballot == promised);
    let edge = if has_accepted { Edge::Plain } else { Edge::Tentative };
    let remark = match last {
        Some((slot, _)) if has_accepted => {
            Text::new("slot {slot}", "槽位 {slot}").fill(lang, &[("slot", &slot.to_string())])
        }
        _ => Text::new("promised", "已承诺").get(lang).to_owned(),
    };
    Look { role, edge, remark, ..with_votes(world, accepted, tinted(promised)) }
}

fn with_votes(world: &World, accepted: &BySlot<Vote>, look: Look) -> Look {
    let newest = accepted.iter().rev().take(CELLS_SHOWN);
    let mut cells: Vec<Cell> = newest
        .map(|(&slot, vote)| Cell {
            words: entry_words(vote.entry),
            epoch: era_of(vote.ballot),
            is_tentative: !is_known(world, slot),
        })
        .collect();
    cells.reverse();
    Look { cells, earlier_cells: accepted.len().saturating_sub(CELLS_SHOWN), ..look }
}

/// Whether somebody that is up knows what is chosen in a slot.
fn is_known(world: &World, slot: u64) -> bool {
    let knows = |replica: &Replica| replica.log.contains_key(&slot);
    world.servers().filter_map(|node| node.machine::<Multi>()?.replica()).any(knows)
}

fn learner_look(learner: &Learner, lang: Lang) -> Look {
    let remark = match learner.open.is_empty() {
        true => String::new(),
        false => Text::new("counting", "计票中").get(lang).to_owned(),
    };
    let role = Text::new("learner", "学习者").get(lang).to_owned();
    Look { role, remark, arc: Some("catch up"), ..with_log(&learner.replica.log, Look::default()) }
}

fn client_look(client: &Client, lang: Lang) -> Look {
    let Some(call) = client.call else {
        return Look { role: Text::new("client", "客户端").get(lang).to_owned(), ..Look::default() };
    };
    let is_late = call.attempts > 1;
    let remark =
        if is_late { Text::new("asks again", "重试中").get(lang).to_owned() } else { String::new() };
    let role = super::words::command_words(call.body);
    Look { role, remark, tone: Tone::Warn, arc: Some("client retry"), ..Look::default() }
}

fn down_look(world: &World, node: &Node) -> Look {
    let Some(stable) = node.durable::<Stable>() else { return Look::default() };
    if stable.accepted.is_empty() {
        with_log(&stable.log, Look::default())
    } else {
        with_votes(world, &stable.accepted, Look::default())
    }
}

/// The highest ballot that an acceptor has promised.
pub(super) fn era(world: &World) -> u64 {
    let promised = world.servers().filter_map(|node| state::held(node)?.0);
    promised.max().map_or(0, era_of)
}
