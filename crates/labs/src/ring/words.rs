//! Words of the ring lab: properties, rules, changes.

use faultscope_protocol::ring::{ChangeKind, Refusal, rules};

use crate::lab::{PropertyWords, Rule};
use crate::words::Text;

/// The properties.
pub(super) const PROPERTIES: &[PropertyWords] = &[
    PropertyWords {
        id: "one-owner",
        title: Text::new("Every key has one owner", "每个键恰有一个归属节点"),
        sentence: Text::new(
            "In every view each key has exactly one owner, and the owner has the key on its disk.",
            "在每个视图中，每个键恰有一个归属节点，并且它的磁盘上有这个键。",
        ),
        finding: Text::new(
            "in view {view}, {owner} owns key {key} and does not have it; {missing} keys are so",
            "视图 {view} 中键 {key} 归 {owner}，但它没有这个键；这样的键共 {missing} 个",
        ),
    },
    PropertyWords {
        id: "only-what-must",
        title: Text::new("Only what must move moves", "只搬动必须搬的键"),
        sentence: Text::new(
            "A join gives keys to the newcomer alone, a leave takes them from the leaver alone.",
            "节点加入时键只归给新节点，节点退出时只有它自己的键易主。",
        ),
        finding: Text::new(
            "key {key} changed from {from} to {to}, which both stay; {moved} of {keys} keys changed owner",
            "键 {key} 从 {from} 换到 {to}，而两者都没有增减；{keys} 个键中有 {moved} 个易主",
        ),
    },
    PropertyWords {
        id: "distinct-replicas",
        title: Text::new("Replicas on distinct nodes", "副本在不同节点上"),
        sentence: Text::new(
            "The replicas of every key lie on as many different nodes as were asked for.",
            "每个键的副本都分布在要求数目的不同节点上。",
        ),
        finding: Text::new(
            "key {key} lies on {found} of {wanted} nodes: {nodes}",
            "键 {key} 应在 {wanted} 个节点上，实际只有 {found} 个：{nodes}",
        ),
    },
    PropertyWords {
        id: "no-miss",
        title: Text::new("No read misses", "读取不会落空"),
        sentence: Text::new(
            "A read that is answered finds what was stored and acknowledged before it, also while keys move.",
            "凡得到答复的读取，都能读到此前已确认写入的内容，搬动期间也不例外。",
        ),
        finding: Text::new(
            "{client} read key {key} and found {found}, though {wanted} was stored",
            "{client} 读取键 {key} 得到 {found}，而此前已存入 {wanted}",
        ),
    },
    PropertyWords {
        id: "placed",
        title: Text::new("Keys lie where the ring says", "键都在该在的位置"),
        sentence: Text::new(
            "In the end no change is under way, all members share one view, and every replica has its keys.",
            "最终没有未完成的变更，所有成员视图一致，每个副本都持有自己的键。",
        ),
        finding: Text::new("a change is under way in view {view}", "视图 {view} 中有变更尚未完成"),
    },
    PropertyWords {
        id: "overloaded",
        title: Text::new("A node 20 % over its share", "某节点超出均值 20 %"),
        sentence: Text::new(
            "Some node owns a fifth more keys than an even share.",
            "有节点拥有的键比平均份额多出五分之一以上。",
        ),
        finding: Text::new(
            "{node} owns {keys} keys, {percent} % over the ideal {ideal}",
            "{node} 拥有 {keys} 个键，比理想值 {ideal} 多 {percent} %",
        ),
    },
];

/// The rules that notes name.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: rules::NEWER_VIEW,
        sentence: Text::new(
            "Adopt a view only if it is newer than your own, and put it on the disk before you act by it.",
            "只接受比自己更新的视图，并且先落盘再照它行事。",
        ),
        source: "DeCandia et al., SOSP 2007, §4.8.1",
    },
    Rule {
        id: rules::ONE_CHANGE,
        sentence: Text::new("Make one change of the membership at a time.", "成员变更一次只做一个。"),
        source: "DeCandia et al., SOSP 2007, §4.8.1",
    },
    Rule {
        id: rules::PENDING_RANGES,
        sentence: Text::new(
            "While keys are copied, read from the old replicas and write to old and new ones.",
            "复制期间，读旧副本，写则新旧副本都写。",
        ),
        source: "DeCandia et al., SOSP 2007, §4.9; pending ranges of Apache Cassandra",
    },
    Rule {
        id: rules::COPY_THEN_SWITCH,
        sentence: Text::new(
            "Let reads go to the new replicas only when every moved key is on their disks.",
            "要搬的键全部在新副本上落盘之后，才让读取转向新副本。",
        ),
        source: "DeCandia et al., SOSP 2007, §4.9",
    },
    Rule {
        id: rules::DROP_LAST,
        sentence: Text::new(
            "Drop a copy only when every member knows that nobody reads it any more.",
            "所有成员都知道某个副本不再被读取之后，才删除它。",
        ),
        source: "DeCandia et al., SOSP 2007, §4.9",
    },
    Rule {
        id: rules::SWITCH_AT_ONCE,
        sentence: Text::new(
            "The naive way: all read by the new placement at once, while keys are still on their way.",
            "朴素做法：键还在路上，所有节点就立即按新位置读取。",
        ),
        source: "Karger et al., STOC 1997, introduction",
    },
    Rule {
        id: rules::ALL_MISS,
        sentence: Text::new(
            "Believe that a key is missing only if every replica of one view says so.",
            "同一视图的全部副本都说没有，才认定这个键不存在。",
        ),
        source: "DeCandia et al., SOSP 2007, §4.5",
    },
];

/// A change in the word of its command.
pub(super) const fn change_word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Join => "join",
        ChangeKind::Leave => "leave",
        ChangeKind::Remove => "remove",
    }
}

/// What a change does to a node.
pub(super) const fn change(kind: ChangeKind) -> Text {
    match kind {
        ChangeKind::Join => Text::new("{node} joins", "{node} 加入"),
        ChangeKind::Leave => Text::new("{node} leaves", "{node} 退出"),
        ChangeKind::Remove => Text::new("{node} is removed", "{node} 被移除"),
    }
}

/// Why a command was refused.
pub(super) const fn refusal(why: Refusal) -> Text {
    match why {
        Refusal::WrongNode => Text::new("not a command for this node", "此节点不接受该命令"),
        Refusal::NotAMember => Text::new("not a member", "不是成员"),
        Refusal::AlreadyAMember => Text::new("a member already", "已是成员"),
        Refusal::Steward => Text::new("the steward stays", "管理节点不能退出"),
        Refusal::Busy => Text::new("busy with a change", "正在变更中"),
        Refusal::Retired => Text::new("ids are never used again", "编号不可再用"),
    }
}

/// A number with a comma between thousands.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
