//! What a lock promises, checked from outside the nodes after every step.

use faultscope_protocol::NodeId;
use faultscope_protocol::coordination::{self, Op};
use faultscope_protocol::lock::{Message, Note, Owner, Phase, Variant};
use faultscope_sim::{Finding, Kind, Mode, Property, Signal, Status, Step, Watch, World};

use super::ledger::{Event, Ledger, believers, stands};
use super::state;
use crate::lab::PropertyWords;
use crate::schema::Settings;
use crate::words::Text;

/// The properties that can be judged under these rules.
pub(super) fn all(rules: Variant, settings: &Settings) -> Vec<Property> {
    let counter = Property::new("no-lost-increment", Mode::Always, Watch::boxed((), no_lost_increment));
    if rules == Variant::None {
        return vec![counter];
    }
    let waiting = Waiting { patience_us: patience_us(settings), since_us: None };
    let mut all = vec![
        Property::new("service-exclusive", Mode::Always, Watch::boxed(Ledger::default(), service_exclusive)),
        counter,
        Property::new("no-stale-write", Mode::Always, Watch::boxed(Stale::default(), no_stale_write)),
        Property::new("lock-granted", Mode::Eventually, Watch::boxed(waiting, lock_granted)),
        Property::new("two-believe", Mode::Sometimes, Watch::boxed((), two_believe)),
    ];
    if matches!(rules, Variant::TtlFenced | Variant::Znode | Variant::Chubby) {
        all.push(Property::new("tokens-rise", Mode::Always, Watch::boxed(Tokens::default(), tokens_rise)));
        all.push(Property::new("late-write-refused", Mode::Sometimes, Watch::boxed((), late_write_refused)));
    }
    match rules {
        Variant::Znode => all.push(Property::new("fifo", Mode::Always, Watch::boxed((), znodes_in_order))),
        // What gives the lock to whoever comes at the right moment promises no order, and breaks it.
        Variant::None | Variant::TtlFenced | Variant::Redlock | Variant::Chubby => {}
        _ => all.push(Property::new("fifo", Mode::Always, Watch::boxed(Order::default(), fifo))),
    }
    all
}

/// After how long somebody who waits for the lock has waited too long, in microseconds: leases that crashed clients
/// took, and what it takes to ask again.
pub(super) fn patience_us(settings: &Settings) -> u64 {
    let number = |key| match settings.get(key) {
        Some(crate::schema::SettingValue::Number(number)) => number,
        _ => 0,
    };
    let lease_us = number("ttl_us").saturating_mul(3);
    let asking_us = number("retry_us").saturating_add(settings.range("backoff_us").1).saturating_mul(10);
    let session_us = number("session_timeout_us").saturating_mul(3);
    let chubby_us = number("grace_us").saturating_add(number("lock_delay_us")).saturating_mul(2);
    let times_us = [lease_us, asking_us, session_us, chubby_us, number("work_us").saturating_mul(2)];
    times_us.into_iter().fold(0, u64::saturating_add)
}

/// The properties in words.
pub(super) const WORDS: &[PropertyWords] = &[
    PropertyWords {
        id: "service-exclusive",
        title: Text::new("The service grants once at a time", "服务同一时刻只授予一次"),
        sentence: Text::new(
            "The service gives the lock to nobody while another's grant runs: not given back, its lease not over.",
            "只要他人的授予仍然有效（未归还、租约未到期），服务就不会把锁授予别人。",
        ),
        finding: Text::new(
            "{second} is granted the lock while the grant of {first} still runs",
            "{first} 的授予尚未结束，{second} 又得到了锁",
        ),
    },
    PropertyWords {
        id: "no-lost-increment",
        title: Text::new("No increment is lost", "没有丢失的加一"),
        sentence: Text::new(
            "The counter is as high as the number of increments that were acknowledged.",
            "计数器的值等于已确认的加一次数。",
        ),
        finding: Text::new(
            "{node} sets the counter to {counter}; with it {should} increments are acknowledged",
            "{node} 把计数器设为 {counter}，而已确认的加一共有 {should} 次",
        ),
    },
    PropertyWords {
        id: "no-stale-write",
        title: Text::new("No stale write is accepted", "不接受过期的写入"),
        sentence: Text::new(
            "Once the resource has served a holder, it accepts no write of an earlier holder.",
            "资源一旦为某个持有者服务过，就不再接受更早持有者的写入。",
        ),
        finding: Text::new(
            "a write of {owner} is accepted after {later} was served, whose grant is later",
            "在为后来的持有者 {later} 服务之后，又接受了 {owner} 的写入",
        ),
    },
    PropertyWords {
        id: "lock-granted",
        title: Text::new("Whoever waits gets the lock", "等待者终会得到锁"),
        sentence: Text::new(
            "While somebody waits for the lock it is granted again in time, whoever crashed with it.",
            "只要有人在等锁，即使持有者崩溃，锁也会在有限时间内再次授予。",
        ),
        finding: Text::new("nobody has been granted the lock for too long", "太久没有人得到锁"),
    },
    PropertyWords {
        id: "two-believe",
        title: Text::new("Two clients believe to hold it", "两个客户端都自认持有"),
        sentence: Text::new(
            "A client that stands still, or whose grant was given away, believes on: two at once.",
            "停顿的客户端，或锁已被转授他人的客户端，仍自认持有，于是同时有两个。",
        ),
        finding: Text::new(
            "{first} and {second} both believe to hold the lock",
            "{first} 和 {second} 都认为自己持有锁",
        ),
    },
    PropertyWords {
        id: "tokens-rise",
        title: Text::new("Tokens strictly rise", "令牌严格递增"),
        sentence: Text::new(
            "Each grant comes with a fencing token that is higher than all before.",
            "每次授予的防护令牌都大于此前所有令牌。",
        ),
        finding: Text::new(
            "{owner} is granted token {token} after {before}",
            "{owner} 得到令牌 {token}，而此前已发出 {before}",
        ),
    },
    PropertyWords {
        id: "late-write-refused",
        title: Text::new("A late request is refused", "迟到的请求被拒绝"),
        sentence: Text::new(
            "The resource refuses a token that is lower than one it has seen.",
            "令牌低于已见过的最大值时，资源拒绝请求。",
        ),
        finding: Text::new(
            "{owner} comes with token {token}; the resource has seen {highest}",
            "{owner} 带来令牌 {token}，资源已见过 {highest}",
        ),
    },
    PropertyWords {
        id: "fifo",
        title: Text::new("First come, first served", "先到先得"),
        sentence: Text::new(
            "At one place clients are granted the lock in the order in which they asked.",
            "在同一处，客户端按申请的先后得到锁。",
        ),
        finding: Text::new(
            "{second} is granted the lock before {first}, who asked earlier",
            "{first} 先申请，{second} 却先得到锁",
        ),
    },
];

fn client(owner: Owner) -> String {
    owner.client.to_string()
}

/// The first break in a list of judgements, or whether any premise held.
fn worst(signals: impl Iterator<Item = Signal>) -> Signal {
    signals.fold(Signal::Silent, |worst, signal| match (&worst, &signal) {
        (Signal::Struck(_), _) | (_, Signal::Silent) => worst,
        _ => signal,
    })
}

fn service_exclusive(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    worst(ledger.observe(world, step).into_iter().map(|event| match event {
        Event::Granted { owner, other: Some(other), .. } => {
            Signal::Struck(vec![("first", client(other)), ("second", client(owner))])
        }
        Event::Granted { .. } => Signal::Held,
        Event::Served { .. } => Signal::Silent,
    }))
}

fn no_lost_increment(_: &mut (), world: &World, step: &Step) -> Signal {
    let accepted = step.notes.iter().find_map(|note| match note.get::<Note>() {
        Some(&Note::Accepted { owner, value, .. }) => Some((owner, value)),
        _ => None,
    });
    let Some((owner, _)) = accepted else { return Signal::Silent };
    let resource = step.node.and_then(|id| world.node(id)).and_then(state::resource_of);
    let Some(resource) = resource else { return Signal::Silent };
    if resource.counter == resource.acknowledged {
        return Signal::Held;
    }
    Signal::Struck(vec![
        ("node", client(owner)),
        ("counter", resource.counter.to_string()),
        ("should", resource.acknowledged.to_string()),
    ])
}

/// The latest grant that the resource has served.
#[derive(Clone, Debug, Default, Hash)]
struct Stale {
    ledger: Ledger,
    latest: Option<(u64, Owner)>,
}

fn no_stale_write(memory: &mut Stale, world: &World, step: &Step) -> Signal {
    let events = memory.ledger.observe(world, step);
    worst(events.into_iter().map(|event| {
        let Event::Served { owner, is_write } = event else { return Signal::Silent };
        let Some(place) = memory.ledger.place(owner) else { return Signal::Silent };
        match memory.latest.filter(|&(latest, _)| latest > place) {
            Some((_, later)) if is_write => {
                Signal::Struck(vec![("owner", client(owner)), ("later", client(later))])
            }
            Some(_) => Signal::Silent,
            None => {
                memory.latest = Some((place, owner));
                if is_write { Signal::Held } else { Signal::Silent }
            }
        }
    }))
}

/// Since when somebody waits and nobody is granted the lock.
#[derive(Clone, Debug, Hash)]
struct Waiting {
    patience_us: u64,
    since_us: Option<u64>,
}

fn lock_granted(memory: &mut Waiting, world: &World, step: &Step) -> Signal {
    let is_granted = step.notes.iter().any(|note| matches!(note.get::<Note>(), Some(Note::Acquired { .. })));
    if is_granted {
        memory.since_us = None;
    }
    if step.node.is_some_and(NodeId::is_client) {
        let somebody_waits = world.clients().any(|node| node.status == Status::Up && waits(node));
        memory.since_us = somebody_waits.then(|| memory.since_us.unwrap_or(step.at_us));
    }
    match memory.since_us {
        _ if is_granted => Signal::Held,
        Some(since_us) if step.at_us.saturating_sub(since_us) > memory.patience_us => {
            Signal::Struck(Finding::new())
        }
        _ => Signal::Silent,
    }
}

fn waits(node: &faultscope_sim::Node) -> bool {
    let phase = state::client_of(node).and_then(|client| Some(client.job.as_ref()?.phase));
    matches!(phase, Some(Phase::Waiting | Phase::Presetting | Phase::Asking | Phase::Clearing))
}

fn two_believe(_: &mut (), world: &World, step: &Step) -> Signal {
    if !step.notes.iter().any(|note| matches!(note.get::<Note>(), Some(Note::Acquired { .. }))) {
        return Signal::Silent;
    }
    let mut believers = believers(world);
    match (believers.next(), believers.next()) {
        (Some(first), Some(second)) => {
            Signal::Struck(vec![("first", first.to_string()), ("second", second.to_string())])
        }
        _ => Signal::Held,
    }
}

/// The highest token so far.
#[derive(Clone, Debug, Default, Hash)]
struct Tokens {
    highest: Option<u64>,
}

fn tokens_rise(memory: &mut Tokens, world: &World, step: &Step) -> Signal {
    worst(step.notes.iter().map(|note| {
        let Some(&Note::Granted { owner, token: Some(token) }) = note.get::<Note>() else {
            return Signal::Silent;
        };
        // A client that slept may learn of its grant when the service has long ended it, and granted others.
        if !stands(world, owner) {
            return Signal::Silent;
        }
        let before = memory.highest.replace(memory.highest.unwrap_or(0).max(token));
        match before.filter(|&before| before >= token) {
            Some(before) => Signal::Struck(vec![
                ("owner", client(owner)),
                ("token", token.to_string()),
                ("before", before.to_string()),
            ]),
            None => Signal::Held,
        }
    }))
}

fn late_write_refused(_: &mut (), _: &World, step: &Step) -> Signal {
    worst(step.notes.iter().map(|note| match note.get::<Note>() {
        Some(&Note::Fenced { owner, token, highest_token }) => Signal::Struck(vec![
            ("owner", client(owner)),
            ("token", token.to_string()),
            ("highest", highest_token.to_string()),
        ]),
        _ => Signal::Silent,
    }))
}

/// Who waits at each place, in the order of asking there.
#[derive(Clone, Debug, Default, Hash)]
struct Order {
    waiting: Vec<(NodeId, NodeId, u64)>,
}

fn fifo(memory: &mut Order, _: &World, step: &Step) -> Signal {
    let Some(id) = step.node else { return Signal::Silent };
    if step.kind == Kind::Crash {
        memory.waiting.retain(|&(place, client, _)| place != id && client != id);
    }
    let asked =
        step.body.as_ref().filter(|_| step.kind == Kind::Deliver).and_then(|body| body.get::<Message>());
    // A znode may be asked for at any server, and granted is what its client hears of.
    let is_znode = matches!(asked, Some(Message::Service(_)))
        || step
            .notes
            .iter()
            .any(|note| matches!(note.get::<Note>(), Some(Note::Granted { .. })) && id.is_client());
    let id = if is_znode { NodeId::server(2) } else { id };
    let asker = match asked {
        Some(&(Message::SetNx { owner, .. } | Message::Lock { owner })) => Some((owner.client, owner.op)),
        Some(Message::Service(coordination::Message::Request { op: Op::Create { data, .. }, .. })) => {
            state::owner_in(data)
        }
        _ => None,
    };
    if let Some((client, op)) = asker {
        memory.waiting.retain(|&(place, it, older)| (place, it) != (id, client) || older >= op);
        if !memory.waiting.iter().any(|&(place, it, _)| (place, it) == (id, client)) {
            memory.waiting.push((id, client, op));
        }
    }
    worst(step.notes.iter().map(|note| match note.get::<Note>() {
        Some(&Note::Granted { owner, .. }) => memory.serve(id, owner),
        _ => Signal::Silent,
    }))
}

impl Order {
    fn serve(&mut self, place: NodeId, owner: Owner) -> Signal {
        let first = self.waiting.iter().find(|(it, ..)| *it == place).copied();
        self.waiting.retain(|&(it, client, _)| (it, client) != (place, owner.client));
        match first.filter(|(_, client, _)| *client != owner.client) {
            Some((_, first, _)) => {
                Signal::Struck(vec![("first", first.to_string()), ("second", client(owner))])
            }
            None => Signal::Held,
        }
    }
}

/// Nobody is granted the lock while an earlier znode stands.
fn znodes_in_order(_: &mut (), world: &World, step: &Step) -> Signal {
    worst(step.notes.iter().map(|note| {
        let Some(&Note::Granted { owner, .. }) = note.get::<Note>() else { return Signal::Silent };
        let standing = state::standing(world);
        let own = standing.iter().find(|(data, _)| *data == owner.to_string());
        let Some((_, made)) = own else { return Signal::Silent };
        match standing.iter().find(|(_, other)| other < made).and_then(|(data, _)| state::owner_in(data)) {
            Some((first, _)) => Signal::Struck(vec![("first", first.to_string()), ("second", client(owner))]),
            None => Signal::Held,
        }
    }))
}
