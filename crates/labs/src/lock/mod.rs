//! The lab of locks: clients add one to a shared counter, each under a lock, or what it takes for one.
//!
//! All variants run the machine of [`faultscope_protocol::lock`]. What the service has promised to whom is kept in
//! `ledger`, from its notes; what a node shows to pictures and traces is read in `state`.

mod ledger;
mod looks;
mod properties;
mod state;
#[cfg(test)]
mod tests;
mod variants;
mod words;

use crate::lab::{Family, Lab};
use crate::words::Text;

/// The lab of locks.
pub static LAB: Lab = Lab {
    id: "lock",
    family: Family::Coordinate,
    title: Text::new("Distributed lock", "分布式锁"),
    sentence: Text::new(
        "Clients on many machines add one to a counter; a lock lets one of them at a time do so.",
        "多台机器上的客户端给同一个计数器加一，锁让它们一次只进一个。",
    ),
    broken_by: Text::new(
        "a holder that stands still for longer than its lease, and writes when it wakes.",
        "持有者停顿的时间超过租约，醒来后照样写入。",
    ),
    variants: &[
        &variants::TTL_FENCED,
        &variants::TTL,
        &variants::TTL_PLAIN_DEL,
        &variants::REDLOCK,
        &variants::SETNX,
        &variants::SETEX_FIRST,
        &variants::LOCAL_MUTEX,
        &variants::NONE,
    ],
    properties: properties::WORDS,
    rules: words::RULES,
    kinds: words::KINDS,
    timers: &[
        ("client retry", Text::new("client retry", "客户端重试定时器")),
        ("backoff", Text::new("backoff", "退避定时器")),
        ("work", Text::new("work", "处理")),
        ("lease", Text::new("lease", "租约")),
        ("key expiry", Text::new("key expiry", "键过期定时器")),
    ],
    spelling: words::SPELLING,
    stories: &[],
    tools: &[],
    miniature: "lock:ttl-fenced;r1;s4;@400000pause.c1;@900000resume.c1",
};
