//! What the lab guarantees: AC1 to AC5 of Bernstein, Hadzilacos and Goodman (1987), 7.3, and that money is neither
//! made nor lost; and what two-phase commit costs: blocked participants, and locks held for long.

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{Commit, Decision, Message, Note, Setup, Stable, TransactionId};
use faultscope_protocol::ordered::{Map, Set};
use faultscope_sim::{Action, Finding, Kind, Mode, Node, Property, Signal, Step, Watch, World};
use serde::Serialize;

use super::ledger::{Case, Event, Ledger};
use super::reading::{blocked_locks, decision_word};
use crate::lab::PropertyWords;
use crate::schema::Settings;
use crate::words::Text;

/// From so long on a lock counts as held for long, in microseconds.
pub(super) const LONG_LOCK_US: u64 = 300_000;

/// A transaction that begins within this time after a fault may still feel it, in microseconds.
const AFTERMATH_US: u64 = 2_000_000;

/// Every property of the lab; that nobody is blocked is checked only where it is claimed.
pub(super) fn all(settings: &Settings, is_nonblocking: bool) -> Vec<Property> {
    let everyone = Everyone { patience_us: patience_us(settings), ..Everyone::default() };
    let mut all = vec![
        Property::new("ac1", Mode::Always, Watch::plain(Ledger::default(), agreement)),
        Property::new("ac2", Mode::Always, Watch::plain(Ledger::default(), no_reversal)),
        Property::new("ac3", Mode::Always, Watch::plain(Ledger::default(), all_voted_yes)),
        Property::new("ac4", Mode::Always, Watch::plain(Calm::default(), calm_commits)),
        Property::new("money-conserved", Mode::Always, Watch::plain(Money::default(), money_conserved)),
        Property::new("ac5", Mode::Eventually, Watch::boxed(everyone, everyone_decides)),
        Property::new("blocked", Mode::Sometimes, Watch::plain((), blocked)),
        Property::new("long-locks", Mode::Sometimes, Watch::plain(Ledger::default(), long_locks)),
    ];
    if is_nonblocking {
        let free = Free { bound_us: termination_us(settings), ..Free::default() };
        all.insert(5, Property::new("nonblocking", Mode::Always, Watch::boxed(free, nonblocking)));
    }
    all
}

/// After how long a participant of three-phase commit that stays up has surely decided: each of the others may be the
/// backup and die in its turn.
fn termination_us(settings: &Settings) -> u64 {
    let [vote_us, inquiry_us] = ["vote_timeout_us", "inquiry_us"].map(|key| settings.number(key));
    let round_us = vote_us.saturating_add(inquiry_us.saturating_mul(3)).saturating_mul(2);
    round_us.saturating_mul(settings.number("participants") + 1).saturating_add(patience_us(settings))
}

/// After how long a process that still has not decided is overdue: every timer may run out twice, and some
/// messages and writes go with it.
fn patience_us(settings: &Settings) -> u64 {
    let timers_us = ["vote_timeout_us", "retry_us", "inquiry_us"].map(|key| settings.number(key));
    let ways_us = ["latency_us", "disk_us"].map(|key| settings.range(key).1);
    2 * timers_us.iter().sum::<u64>() + 10 * ways_us.iter().sum::<u64>() + settings.number("prepare_work_us")
}

/// The properties in words.
pub(super) const WORDS: [PropertyWords; 9] = [
    PropertyWords {
        id: "ac1",
        title: Text::new("AC1: all that decide decide alike", "AC1：所有做出决定的节点决定一致"),
        sentence: Text::new(
            "No two processes decide differently on a transaction, and its client is told the same.",
            "对同一事务，任何两个进程不会做出不同的决定，客户端得到的结果也与之相同。",
        ),
        finding: Text::new(
            "{transaction}: {node} has {decision}, {other} has {opposite}",
            "{transaction}：{node} 的决定是 {decision}，{other} 的决定是 {opposite}",
        ),
    },
    PropertyWords {
        id: "ac2",
        title: Text::new("AC2: no decision is reversed", "AC2：决定不可反悔"),
        sentence: Text::new(
            "A process that has decided never says the opposite, not even after a crash.",
            "进程一旦做出决定，就绝不会改口，崩溃重启之后也不会。",
        ),
        finding: Text::new(
            "{transaction}: {node} had decided otherwise, and now says {decision}",
            "{transaction}：{node} 此前的决定相反，现在却说 {decision}",
        ),
    },
    PropertyWords {
        id: "ac3",
        title: Text::new("AC3: COMMIT only if all voted YES", "AC3：全票赞成才能提交"),
        sentence: Text::new(
            "COMMIT is decided only if every participant voted YES.",
            "只有所有参与者都投了赞成票，才能决定提交。",
        ),
        finding: Text::new(
            "{transaction}: {node} decided COMMIT, and {missing} never voted YES",
            "{transaction}：{node} 决定提交，而 {missing} 从未投过赞成票",
        ),
    },
    PropertyWords {
        id: "ac4",
        title: Text::new("AC4: all YES and no failure: COMMIT", "AC4：全票赞成且无故障，必定提交"),
        sentence: Text::new(
            "If all voted YES, and no fault struck since two seconds before the transaction began, nobody decides \
             ABORT.",
            "若所有参与者都投了赞成票，且从事务开始前两秒起没有发生任何故障，则没有节点决定中止。",
        ),
        finding: Text::new(
            "{transaction}: all voted YES, nothing failed, and {node} decided ABORT",
            "{transaction}：全票赞成，也没有故障，{node} 却决定中止",
        ),
    },
    PropertyWords {
        id: "money-conserved",
        title: Text::new("Money is conserved", "资金守恒"),
        sentence: Text::new(
            "When all participants of a transaction have decided, the balances on all disks add up to what they \
             were.",
            "当一个事务的所有参与者都做出决定后，各磁盘上的余额总和保持不变。",
        ),
        finding: Text::new(
            "after {transaction} all balances together have changed by {change}",
            "{transaction} 之后，余额总和变化了 {change}",
        ),
    },
    PropertyWords {
        id: "nonblocking",
        title: Text::new("Nobody is blocked", "无人阻塞"),
        sentence: Text::new(
            "A participant that voted YES and stays up decides within a bounded time, whoever else crashes.",
            "投了赞成票且没有崩溃的参与者，不管其他节点谁崩溃，都会在限定时间内做出决定。",
        ),
        finding: Text::new(
            "{transaction}: {node} is still undecided after {waited_ms} ms",
            "{transaction}：{node} 过了 {waited_ms} ms 仍未做出决定",
        ),
    },
    PropertyWords {
        id: "ac5",
        title: Text::new("AC5: everyone decides in the end", "AC5：最终人人都做出决定"),
        sentence: Text::new(
            "Once failures are repaired and stay away for long enough, every process decides.",
            "只要故障得到修复，且此后足够长时间内不再发生，每个进程都会做出决定。",
        ),
        finding: Text::new("{transaction}: {node} has not decided", "{transaction}：{node} 尚未做出决定"),
    },
    PropertyWords {
        id: "blocked",
        title: Text::new("A participant is blocked", "有参与者被阻塞"),
        sentence: Text::new(
            "A participant voted YES, hears nothing until its timer runs out, and must not decide alone.",
            "参与者投了赞成票，直到定时器到期也没有收到任何消息，又不能擅自决定。",
        ),
        finding: Text::new(
            "{node} is blocked on {transaction} and holds {locks}; blocked in all: {count}, locks held: {all}",
            "{node} 在 {transaction} 上阻塞，持锁 {locks} 把；共有 {count} 个参与者阻塞，合计持锁 {all} 把",
        ),
    },
    PropertyWords {
        id: "long-locks",
        title: Text::new("Locks are held past 300 ms", "锁被持有超过 300 ms"),
        sentence: Text::new(
            "A participant keeps its accounts locked for more than 300 ms after its YES.",
            "参与者投赞成票之后，账户被锁住超过 300 ms。",
        ),
        finding: Text::new(
            "{node} has held the locks of {transaction} for {held_ms} ms",
            "{node} 已持有 {transaction} 的锁 {held_ms} ms",
        ),
    },
];

// ---------------------------------------------------------------------------------------------------------------
// AC1 to AC3

fn agreement(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let judge = |case: &Case, event: Event| {
        let Event::Decided(node, decision) = event else { return Signal::Silent };
        let mut others = case.decided.iter().filter(|(other, _)| **other != node).peekable();
        if others.peek().is_none() {
            return Signal::Silent;
        }
        match others.find(|(_, opposite)| **opposite != decision) {
            None => Signal::Held,
            Some((other, opposite)) => Signal::Struck(vec![
                ("node", node.to_string()),
                ("decision", spoken(decision)),
                ("other", other.to_string()),
                ("opposite", spoken(*opposite)),
            ]),
        }
    };
    judge_events(ledger, world, step, judge)
}

fn no_reversal(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let judge = |_: &Case, event: Event| match event {
        Event::Decided(..) => Signal::Held,
        Event::Reversed(node, decision) => {
            Signal::Struck(vec![("node", node.to_string()), ("decision", spoken(decision))])
        }
        Event::Began | Event::VotedYes(_) => Signal::Silent,
    };
    judge_events(ledger, world, step, judge)
}

fn all_voted_yes(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let judge = |case: &Case, event: Event| {
        let Event::Decided(node, Decision::Commit) = event else { return Signal::Silent };
        match case.missing_yes() {
            None => Signal::Held,
            Some(missing) => {
                Signal::Struck(vec![("node", node.to_string()), ("missing", missing.to_string())])
            }
        }
    };
    judge_events(ledger, world, step, judge)
}

/// Takes a step into the ledger, and judges each of its events by the case that it belongs to.
fn judge_events(
    ledger: &mut Ledger,
    world: &World,
    step: &Step,
    judge: impl Fn(&Case, Event) -> Signal,
) -> Signal {
    let mut worst = Signal::Silent;
    for (transaction, event) in ledger.observe(world, step) {
        let Some(case) = ledger.case(transaction) else { continue };
        worst = graver(worst, about(transaction, judge(case, event)));
    }
    worst
}

/// The graver of two signals; the first of two breaks.
fn graver(one: Signal, other: Signal) -> Signal {
    match (&one, &other) {
        (Signal::Struck(_), _) | (_, Signal::Silent) => one,
        _ => other,
    }
}

/// Puts the transaction before the other facts.
fn about(transaction: TransactionId, signal: Signal) -> Signal {
    let Signal::Struck(facts) = signal else { return signal };
    let name: (&'static str, String) = ("transaction", transaction.to_string());
    let finding: Finding = std::iter::once(name).chain(facts).collect();
    Signal::Struck(finding)
}

fn spoken(decision: Decision) -> String {
    decision_word(decision).to_uppercase()
}

// ---------------------------------------------------------------------------------------------------------------
// AC4

/// Which transactions no fault has touched.
///
/// Timeouts are no faults: a vote timeout that is shorter than a round of messages breaks AC4 by itself.
#[derive(Clone, Debug, Default, Hash, Serialize)]
struct Calm {
    ledger: Ledger,
    touched: Set<TransactionId>,
    last_fault_us: Option<u64>,
}

fn calm_commits(calm: &mut Calm, world: &World, step: &Step) -> Signal {
    let events = calm.ledger.observe(world, step);
    calm.watch_faults(world, step);
    let mut worst = Signal::Silent;
    for (transaction, event) in events {
        if event == Event::Began {
            calm.begin(transaction, world, step.at_us);
        } else if !calm.touched.contains(&transaction)
            && let Some(case) = calm.ledger.case(transaction)
        {
            worst = graver(worst, about(transaction, judge_calm(case, event)));
        }
    }
    worst
}

fn judge_calm(case: &Case, event: Event) -> Signal {
    if !case.is_all_yes() {
        return Signal::Silent;
    }
    let abort = case.decided.iter().find(|(_, decision)| **decision == Decision::Abort);
    match (abort, event) {
        (Some((node, _)), _) => Signal::Struck(vec![("node", node.to_string())]),
        (None, Event::Decided(..)) => Signal::Held,
        _ => Signal::Silent,
    }
}

impl Calm {
    fn watch_faults(&mut self, world: &World, step: &Step) {
        if step.action.as_ref().is_some_and(|action| !is_no_fault(action, world)) {
            self.last_fault_us = Some(step.at_us);
            self.touched.extend(self.ledger.cases().map(|(transaction, _)| transaction));
        }
        if step.kind == Kind::Lost
            && let Some(message) = step.body.as_ref().and_then(|body| body.get::<Message>())
        {
            self.touched.insert(message.transaction());
        }
    }

    fn begin(&mut self, transaction: TransactionId, world: &World, at_us: u64) {
        let is_aftermath = self.last_fault_us.is_some_and(|fault_us| at_us < fault_us + AFTERMATH_US);
        if is_aftermath || !world.standing().is_empty() {
            self.touched.insert(transaction);
        }
        let ledger = &self.ledger;
        self.touched.retain(|&known| ledger.case(known).is_some());
    }
}

/// Commands are no faults; nor, where nothing happens by itself, is what makes it happen.
fn is_no_fault(action: &Action, world: &World) -> bool {
    match action {
        Action::Do { .. } | Action::Pick { .. } | Action::Load(_) | Action::Manual => true,
        Action::Deliver(_) | Action::FinishWrite(_) => world.is_manual(),
        _ => false,
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Money

/// What all balances on disk have changed by, node by node, and what of that belongs to transactions that only some
/// of their participants have decided.
#[derive(Clone, Debug, Default, Hash, Serialize)]
struct Money {
    ledger: Ledger,
    changes: Map<NodeId, i128>,
    in_between: Map<TransactionId, i128>,
}

fn money_conserved(money: &mut Money, world: &World, step: &Step) -> Signal {
    let events = money.ledger.observe(world, step);
    let is_about_disk =
        !events.is_empty() || matches!(step.kind, Kind::Durable | Kind::Crash | Kind::Restart);
    if is_about_disk && let Some(node) = step.node.and_then(|id| world.node(id)) {
        money.changes.insert(node.id, change_on_disk(node));
    }
    let mut settled = None;
    for (transaction, event) in events {
        let Some(case) = money.ledger.case(transaction) else { continue };
        match case.in_between() {
            0 => money.in_between.remove(&transaction),
            change => money.in_between.insert(transaction, change),
        };
        if matches!(event, Event::Decided(..)) && case.is_settled() {
            settled = Some(transaction);
        }
    }
    let Some(transaction) = settled else { return Signal::Silent };
    let in_between: i128 = money.in_between.values().sum();
    match money.changes.values().sum::<i128>() - in_between {
        0 => Signal::Held,
        change => about(transaction, Signal::Struck(vec![("change", format!("{change:+}"))])),
    }
}

/// What a participant's balances on disk have changed by since the beginning.
fn change_on_disk(node: &Node) -> i128 {
    let initial = node.setup::<Setup>().map_or(0, |setup| setup.initial_balance);
    match node.durable::<Stable>() {
        Some(Stable::Participant(disk)) => {
            disk.balances.values().map(|&balance| i128::from(balance) - i128::from(initial)).sum()
        }
        _ => 0,
    }
}

// ---------------------------------------------------------------------------------------------------------------
// AC5

/// Who is overdue.
#[derive(Clone, Debug, Default, Hash)]
struct Everyone {
    ledger: Ledger,
    patience_us: u64,
    /// The transactions that someone has begun and not decided: who, and since when.
    open: Map<TransactionId, (NodeId, u64)>,
}

fn everyone_decides(everyone: &mut Everyone, world: &World, step: &Step) -> Signal {
    let events = everyone.ledger.observe(world, step);
    for (transaction, _) in &events {
        let case = everyone.ledger.case(*transaction);
        match case.and_then(|case| Some((case.undecided()?, case.began_us))) {
            Some(open) => everyone.open.insert(*transaction, open),
            None => everyone.open.remove(transaction),
        };
    }
    let has_decided = events.iter().any(|(_, event)| matches!(event, Event::Decided(..)));
    let patience_us = everyone.patience_us;
    if step.kind == Kind::Restart {
        // A coordinator of Paxos Commit that is back is no longer needed for what it began.
        let ledger = &everyone.ledger;
        everyone.open.retain(|&open, _| ledger.case(open).is_some_and(|case| case.undecided().is_some()));
    }
    match everyone.open.iter().find(|(_, (_, began_us))| began_us + patience_us < step.at_us) {
        Some((&transaction, (node, _))) => {
            about(transaction, Signal::Struck(vec![("node", node.to_string())]))
        }
        _ if has_decided => Signal::Held,
        _ => Signal::Silent,
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Nobody is blocked

/// Who has voted YES, has not decided, and was up all the time: since when.
#[derive(Clone, Debug, Default, Hash)]
struct Free {
    ledger: Ledger,
    bound_us: u64,
    waiting: Map<(TransactionId, NodeId), u64>,
}

fn nonblocking(free: &mut Free, world: &World, step: &Step) -> Signal {
    let mut has_decided = false;
    for (transaction, event) in free.ledger.observe(world, step) {
        match event {
            Event::VotedYes(node) => {
                let case = free.ledger.case(transaction);
                if case.is_some_and(|case| case.yes.get(&node) == Some(&step.at_us)) {
                    free.waiting.insert((transaction, node), step.at_us);
                }
            }
            Event::Decided(node, _) => {
                has_decided |= free.waiting.remove(&(transaction, node)).is_some();
            }
            Event::Began | Event::Reversed(..) => {}
        }
    }
    if step.kind == Kind::Crash {
        free.waiting.retain(|(_, node), _| Some(*node) != step.node);
    }
    let late = free.waiting.iter().find(|(_, since_us)| **since_us + free.bound_us < step.at_us);
    match late {
        Some((&(transaction, node), since_us)) => {
            let waited_ms = (step.at_us - since_us) / 1000;
            let facts = vec![("node", node.to_string()), ("waited_ms", waited_ms.to_string())];
            about(transaction, Signal::Struck(facts))
        }
        None if has_decided => Signal::Held,
        None => Signal::Silent,
    }
}

// ---------------------------------------------------------------------------------------------------------------
// What it costs

fn blocked((): &mut (), world: &World, step: &Step) -> Signal {
    let notes = step.notes.iter().filter_map(|note| note.get::<Note>());
    let participant = step.node.and_then(|id| world.node(id)).and_then(|node| {
        let machine = node.machine::<Commit>()?;
        Some((node.id, machine.as_participant()?))
    });
    let Some((id, participant)) = participant else { return Signal::Silent };
    notes.fold(Signal::Silent, |worst, note| match *note {
        Note::Blocked { transaction, .. } => {
            let locks = participant.locked_by(transaction).len();
            let (count, all) = blocked_locks(world);
            let counts = [("locks", locks), ("count", count), ("all", all)];
            let mut facts = vec![("node", id.to_string())];
            facts.extend(counts.map(|(name, count)| (name, count.to_string())));
            graver(worst, about(transaction, Signal::Struck(facts)))
        }
        Note::VotedYes { .. } => graver(worst, Signal::Held),
        _ => worst,
    })
}

fn long_locks(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let mut over: Vec<(TransactionId, NodeId)> = ledger
        .observe(world, step)
        .into_iter()
        .filter_map(|(transaction, event)| match event {
            Event::Decided(node, _) => Some((transaction, node)),
            _ => None,
        })
        .collect();
    let is_waiting = step.notes.iter().filter_map(|note| match note.get::<Note>() {
        Some(Note::Blocked { transaction, .. }) => Some((*transaction, step.node?)),
        _ => None,
    });
    over.extend(is_waiting);
    over.into_iter().fold(Signal::Silent, |worst, (transaction, node)| {
        let since_us = ledger.case(transaction).and_then(|case| case.yes.get(&node));
        let Some(&since_us) = since_us else { return worst };
        let held_us = step.at_us.saturating_sub(since_us);
        if held_us < LONG_LOCK_US {
            return graver(worst, Signal::Held);
        }
        let facts = vec![("node", node.to_string()), ("held_ms", (held_us / 1000).to_string())];
        graver(worst, about(transaction, Signal::Struck(facts)))
    })
}
