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

use crate::lab::{Family, Lab, StorySource, embedded};
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
        &variants::ZNODE,
        &variants::CHUBBY,
        &variants::TTL,
        &variants::TTL_PLAIN_DEL,
        &variants::REDLOCK,
        &variants::ZNODE_PERSISTENT,
        &variants::SETNX,
        &variants::SETEX_FIRST,
        &variants::LOCAL_MUTEX,
        &variants::NONE,
    ],
    properties: properties::WORDS,
    rules: words::RULES,
    kinds: words::KINDS,
    timers: words::TIMERS,
    spelling: words::SPELLING,
    stories: &[
        StorySource {
            id: "ten-clients-no-lock",
            title: Text::new("Ten clients, no lock", "十个客户端，没有锁"),
            text: embedded(include_str!("stories/ten-clients-no-lock.story")),
        },
        StorySource {
            id: "ten-clients-local-mutex",
            title: Text::new("Ten clients, a mutex on each machine", "十个客户端，每台机器一把互斥锁"),
            text: embedded(include_str!("stories/ten-clients-local-mutex.story")),
        },
        StorySource {
            id: "ten-clients-pause",
            title: Text::new("Ten clients, a lease, one pause", "十个客户端，一份租约，一次停顿"),
            text: embedded(include_str!("stories/ten-clients-pause.story")),
        },
        StorySource {
            id: "ten-clients-fenced",
            title: Text::new("Ten clients, a fencing token, one pause", "十个客户端，防护令牌，一次停顿"),
            text: embedded(include_str!("stories/ten-clients-fenced.story")),
        },
        StorySource {
            id: "two-holders",
            title: Text::new("Two holders", "两个持有者"),
            text: embedded(include_str!("stories/two-holders.story")),
        },
        StorySource {
            id: "fencing-token",
            title: Text::new("The fencing token stops the late write", "防护令牌拦下迟到的写入"),
            text: embedded(include_str!("stories/fencing-token.story")),
        },
        StorySource {
            id: "writes-alone",
            title: Text::new("What a token on writes alone does not stop", "只给写请求带令牌，拦不住什么"),
            text: embedded(include_str!("stories/writes-alone.story")),
        },
        StorySource {
            id: "setnx-crash",
            title: Text::new("SETNX and a crash", "SETNX 遇上崩溃"),
            text: embedded(include_str!("stories/setnx-crash.story")),
        },
        StorySource {
            id: "setex-first",
            title: Text::new("SETEX, SETNX, DEL", "SETEX、SETNX、DEL"),
            text: embedded(include_str!("stories/setex-first.story")),
        },
        StorySource {
            id: "async-failover",
            title: Text::new("A failover forgets a lock", "故障转移忘掉了锁"),
            text: embedded(include_str!("stories/async-failover.story")),
        },
        StorySource {
            id: "redlock-clock",
            title: Text::new("Redlock and a clock that jumps", "Redlock 遇上时钟跳变"),
            text: embedded(include_str!("stories/redlock-clock.story")),
        },
        StorySource {
            id: "redlock-restart",
            title: Text::new("Redlock and a restart without fsync", "Redlock 遇上未落盘的重启"),
            text: embedded(include_str!("stories/redlock-restart.story")),
        },
        StorySource {
            id: "znode-line",
            title: Text::new("Standing in line", "排队"),
            text: embedded(include_str!("stories/znode-line.story")),
        },
        StorySource {
            id: "znode-herd",
            title: Text::new("The herd", "羊群"),
            text: embedded(include_str!("stories/znode-herd.story")),
        },
        StorySource {
            id: "znode-crash",
            title: Text::new("The session ends, and the lock with it", "会话结束，锁随之释放"),
            text: embedded(include_str!("stories/znode-crash.story")),
        },
        StorySource {
            id: "anyone-releases",
            title: Text::new("Anyone can release a plain znode", "普通 znode，谁都能释放"),
            text: embedded(include_str!("stories/anyone-releases.story")),
        },
        StorySource {
            id: "chubby-jeopardy",
            title: Text::new("Jeopardy and grace", "危险期与宽限期"),
            text: embedded(include_str!("stories/chubby-jeopardy.story")),
        },
        StorySource {
            id: "lock-delay",
            title: Text::new("The lock-delay", "锁延迟"),
            text: embedded(include_str!("stories/lock-delay.story")),
        },
        StorySource {
            id: "lose-one",
            title: Text::new("Your turn: lose an increment", "轮到你：弄丢一次加一"),
            text: embedded(include_str!("stories/lose-one.story")),
        },
    ],
    tools: &[],
    experiments: &[],
    miniature: "lock:ttl-fenced;r1;s4;@400000pause.c1;@900000resume.c1",
};
