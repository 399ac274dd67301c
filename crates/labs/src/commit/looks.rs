//! How the nodes look: the coordinator as a thick ring, a participant that is uncertain with a dashed edge, its
//! records as cells, its locks as signs; the tint is the transaction.

use faultscope_protocol::commit::{
    ACCEPTOR, Client, Commit, Coordinated, Coordinator, Participant, Phase, TransactionId,
};
use faultscope_scene::{Icon, Ink, Lettering, Point, Subject};
use faultscope_sim::{Node, World};

use super::reading::{self, Business, Entry, EntryKind, era_of};
use crate::stage::{Cell, Edge, Look, Stage, Tone};
use crate::words::{Lang, Text};

/// The look of a node.
pub(super) fn look(world: &World, node: &Node, lang: Lang) -> Look {
    let focus = reading::focus(node);
    let mut look = Look { cells: cells(node, lang), ..Look::default() };
    if let Some((transaction, business)) = focus {
        tint(&mut look, transaction);
        (look.arc, look.role) = (arc(business), role(business).get(lang).to_owned());
    }
    match node.machine::<Commit>() {
        Some(Commit::Coordinator(coordinator)) => {
            coordinator_look(&mut look, coordinator, focus, lang);
            if node.role() == ACCEPTOR {
                acceptor_look(&mut look, coordinator, focus.is_some(), lang);
            }
        }
        Some(Commit::Participant(participant)) => {
            participant_look(&mut look, (world, node), participant, focus, lang);
        }
        Some(Commit::Client(client)) => client_look(&mut look, client, lang),
        None => {}
    }
    look
}

/// What the blocked participants hold, in a corner of the stage.
pub(super) fn draw_blocked(world: &World, stage: &mut Stage<'_>) {
    let (participants, locks) = reading::blocked_locks(world);
    if locks == 0 {
        return;
    }
    let text = Text::new("blocked: {count}, locks held: {locks}", "阻塞：{count} 个，持锁：{locks} 把");
    let counts = [("count", participants.to_string()), ("locks", locks.to_string())];
    let values: Vec<(&str, &str)> = counts.iter().map(|(key, count)| (*key, count.as_str())).collect();
    let words = text.fill(stage.frame.lang, &values);
    // In a corner, or where strips and words stand in the corners, between them.
    let lettering = Lettering::sans(12.0);
    let (low_y, half) = (stage.frame.height - 8.0, lettering.width_of(&words) / 2.0);
    let (left, middle) = (8.0, stage.middle.x - half);
    let spots = [(left, 18.0), (left, low_y), (middle, 18.0), (middle, low_y)].map(|(x, y)| Point::new(x, y));
    stage.label_at_one_of(&spots, &words, lettering, Ink::Warn, Subject::None);
}

fn tint(look: &mut Look, transaction: TransactionId) {
    look.epoch = era_of(transaction);
    look.epoch_words = transaction.to_string();
}

fn coordinator_look(
    look: &mut Look,
    coordinator: &Coordinator,
    focus: Option<(TransactionId, Business)>,
    lang: Lang,
) {
    look.edge = Edge::Thick;
    look.role = Text::new("coordinator", "协调者").get(lang).to_owned();
    let Some((transaction, business)) = focus else { return };
    let Some(known) = coordinator.transactions.get(&transaction) else { return };
    look.remark = progress(known, business, lang);
}

/// An acceptor beside the coordinator: a thick ring only while it leads itself.
fn acceptor_look(look: &mut Look, acceptor: &Coordinator, leads: bool, lang: Lang) {
    if leads {
        look.role = Text::new("leads", "领导中").get(lang).to_owned();
        return;
    }
    look.edge = Edge::Plain;
    look.role = Text::new("acceptor", "接受者").get(lang).to_owned();
    if let Some((&transaction, slot)) = acceptor.slots.iter().next_back() {
        tint(look, transaction);
        let votes = slot.accepted.len() + slot.waiting.len();
        let text = Text::new("{voted} of {all} votes", "已收 {voted}/{all} 票");
        let all = slot.participants.len().to_string();
        look.remark = text.fill(lang, &[("voted", &votes.to_string()), ("all", &all)]);
    }
}

/// How far the coordinator is: votes or acknowledgements, out of how many.
fn progress(known: &Coordinated, business: Business, lang: Lang) -> String {
    let all = known.votes.len().to_string();
    let voted = known.votes.values().flatten().count().to_string();
    let text = match known.phase {
        Phase::Collecting => Text::new("{voted} of {all} votes", "已收 {voted}/{all} 票"),
        Phase::Committing if business == Business::Deciding => Text::new("writing COMMIT", "COMMIT 写盘中"),
        Phase::Committing => Text::new("{acked} of {all} ACKs", "已收 {acked}/{all} 个 ACK"),
        Phase::Ended => Text::new("committed", "已提交"),
        Phase::PreCommitting => Text::new("{acked} of {all} ready", "{acked}/{all} 已就绪"),
        Phase::Recovering => Text::new("asks all", "询问各方"),
        Phase::Aborting => Text::new("aborting", "中止中"),
        Phase::Aborted => Text::new("aborted", "已中止"),
    };
    text.fill(lang, &[("voted", &voted), ("acked", &known.acks.len().to_string()), ("all", &all)])
}

fn participant_look(
    look: &mut Look,
    (world, node): (&World, &Node),
    participant: &Participant,
    focus: Option<(TransactionId, Business)>,
    lang: Lang,
) {
    look.signs = locks(participant, lang);
    let Some((transaction, business)) = focus else {
        look.role = Text::new("ready", "就绪").get(lang).to_owned();
        look.remark = refusal(participant, lang);
        return;
    };
    let is_uncertain = participant.transactions.values().any(|known| known.state.is_uncertain());
    look.edge = if is_uncertain { Edge::Tentative } else { Edge::Plain };
    look.is_blocked = business == Business::Blocked;
    look.tone = match business {
        Business::Blocked => Tone::Warn,
        Business::AbortedAlone => Tone::Danger,
        _ => Tone::Calm,
    };
    let locks = count_of_locks(participant.locks.len(), lang);
    look.remark = match business {
        Business::Blocked => match reading::uncertain_since_us(node, participant, transaction) {
            Some(since_us) => {
                let waited_us = world.now_us().saturating_sub(since_us);
                format!("{} ms{}{locks}", waited_us / 1000, Text::new(", ", "，").get(lang))
            }
            None => locks,
        },
        Business::Preparing | Business::Settling => Text::new("writing", "写盘中").get(lang).to_owned(),
        Business::Working | Business::Prepared | Business::PreCommitted => locks,
        Business::AbortedAlone => Text::new("after its YES", "已投赞成票").get(lang).to_owned(),
        _ => refusal(participant, lang),
    };
}

fn refusal(participant: &Participant, lang: Lang) -> String {
    let text = Text::new("votes NO next", "下次投反对票");
    if participant.refuse_next { text.get(lang).to_owned() } else { String::new() }
}

fn count_of_locks(count: usize, lang: Lang) -> String {
    let text = if count == 1 {
        Text::new("1 lock", "1 把锁")
    } else {
        Text::new("{count} locks", "{count} 把锁")
    };
    text.fill(lang, &[("count", &count.to_string())])
}

/// Two signs at most: the lowest account that is locked, and the next or how many there are beside.
fn locks(participant: &Participant, lang: Lang) -> Vec<(Icon, String)> {
    let name = |account: &u32| {
        Text::new("acct {account}", "账户 {account}").fill(lang, &[("account", &account.to_string())])
    };
    let accounts: Vec<&u32> = participant.locks.keys().collect();
    let words = match accounts[..] {
        [first, second] => vec![name(first), name(second)],
        [first, _, ..] => vec![name(first), format!("+{}", accounts.len() - 1)],
        _ => accounts.into_iter().map(name).collect(),
    };
    words.into_iter().map(|words| (Icon::Lock, words)).collect()
}

fn client_look(look: &mut Look, client: &Client, lang: Lang) {
    let Some(open) = client.open.values().next() else { return };
    tint(look, open.transaction);
    let text = if open.attempts > 1 {
        Text::new("asks again", "再次询问")
    } else {
        Text::new("waits", "等待")
    };
    look.role = text.get(lang).to_owned();
}

const fn role(business: Business) -> Text {
    match business {
        Business::Working => Text::new("working", "处理中"),
        Business::Preparing => Text::new("preparing", "准备中"),
        Business::Prepared => Text::new("prepared", "已准备"),
        Business::PreCommitted => Text::new("pre-committed", "预提交"),
        Business::Blocked => Text::new("blocked", "阻塞"),
        Business::Settling => Text::new("deciding", "决定中"),
        Business::Committed => Text::new("committed", "已提交"),
        Business::Aborted => Text::new("aborted", "已中止"),
        Business::AbortedAlone => Text::new("aborted alone", "擅自中止"),
        Business::Collecting
        | Business::Deciding
        | Business::Telling
        | Business::TellingAbort
        | Business::PreCommitting
        | Business::Recovering => Text::new("coordinator", "协调者"),
    }
}

/// The timer that matters.
const fn arc(business: Business) -> Option<&'static str> {
    match business {
        Business::Collecting | Business::PreCommitting => Some("vote timeout"),
        Business::Telling | Business::TellingAbort => Some("resend COMMIT"),
        Business::Working => Some("work before the vote"),
        Business::Prepared | Business::PreCommitted | Business::Blocked | Business::Recovering => {
            Some("inquiry")
        }
        _ => None,
    }
}

fn cells(node: &Node, lang: Lang) -> Vec<Cell> {
    reading::entries(node).iter().map(|entry| cell(entry, lang)).collect()
}

fn cell(entry: &Entry, lang: Lang) -> Cell {
    let word = match entry.kind {
        EntryKind::Prepared => Text::new("prep", "准备"),
        EntryKind::Commit | EntryKind::Committed => Text::new("commit", "提交"),
        EntryKind::Aborted => Text::new("abort", "中止"),
        EntryKind::End => Text::new("end", "结束"),
        EntryKind::Start => Text::new("start", "开始"),
        EntryKind::PreCommitted => Text::new("pre-c", "预提交"),
        EntryKind::Promised => Text::new("prom", "承诺"),
        EntryKind::Accepted => Text::new("acc", "接受"),
    };
    Cell {
        words: format!("{} {}", word.get(lang), entry.transaction),
        epoch: era_of(entry.transaction),
        is_tentative: !entry.is_durable,
    }
}
