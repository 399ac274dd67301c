//! Raft's properties and rules in words.

use crate::lab::{PropertyWords, Rule};
use crate::linear;
use crate::words::Text;

pub(super) const PROPERTIES: &[PropertyWords] = &[
    PropertyWords {
        id: "election-safety",
        title: Text::new("Election Safety", "选举安全性"),
        sentence: Text::new(
            "At most one leader is elected in a given term.",
            "一个任期内至多选出一个领导者。",
        ),
        finding: Text::new(
            "{first} and {second} both lead term {term}",
            "{first} 和 {second} 都是任期 {term} 的领导者",
        ),
    },
    PropertyWords {
        id: "one-vote-a-term",
        title: Text::new("One vote a term", "一任期一票"),
        sentence: Text::new(
            "A server votes for at most one candidate in a term, even across a restart.",
            "服务器在一个任期内至多投一票，重启前后也算同一票。",
        ),
        finding: Text::new(
            "{node} voted for {first} and for {second} in term {term}",
            "{node} 在任期 {term} 先后投票给 {first} 和 {second}",
        ),
    },
    PropertyWords {
        id: "term-monotone",
        title: Text::new("Terms only grow", "任期只增不减"),
        sentence: Text::new(
            "A server never goes back to a term before one that it has told to others.",
            "服务器对外宣告过的任期不会倒退。",
        ),
        finding: Text::new(
            "{node} went from term {before} back to {after}",
            "{node} 从任期 {before} 倒退到 {after}",
        ),
    },
    PropertyWords {
        id: "leader-append-only",
        title: Text::new("Leader Append-Only", "领导者只追加"),
        sentence: Text::new(
            "A leader never overwrites or deletes entries of its log.",
            "领导者从不覆盖或删除自己日志中的条目。",
        ),
        finding: Text::new(
            "{node} changed its log while it led term {term}",
            "{node} 在领导任期 {term} 时改动了已有日志",
        ),
    },
    PropertyWords {
        id: "log-matching",
        title: Text::new("Log Matching", "日志匹配"),
        sentence: Text::new(
            "If two logs have an entry with the same index and term, they are identical up to there.",
            "两份日志若在同一索引处任期相同，则此前的所有条目都相同。",
        ),
        finding: Text::new(
            "{node} differs from another log at index {index} of term {term}",
            "{node} 在索引 {index}（任期 {term}）处与另一份日志不同",
        ),
    },
    PropertyWords {
        id: "leader-completeness",
        title: Text::new("Leader Completeness", "领导者完备性"),
        sentence: Text::new(
            "An entry that was committed in a term is in the logs of the leaders of all later terms.",
            "某任期提交的条目会出现在之后所有任期的领导者日志中。",
        ),
        finding: Text::new(
            "{node} leads term {term} without the committed entry {index}",
            "{node} 成为任期 {term} 的领导者，却缺少已提交的条目 {index}",
        ),
    },
    PropertyWords {
        id: "state-machine-safety",
        title: Text::new("State Machine Safety", "状态机安全性"),
        sentence: Text::new(
            "No two servers apply different entries at the same index.",
            "任何两台服务器都不会在同一索引处应用不同的条目。",
        ),
        finding: Text::new(
            "{node} applied another entry at index {index} than a server before it",
            "{node} 在索引 {index} 处应用了与先前不同的条目",
        ),
    },
    PropertyWords {
        id: "leader-elected",
        title: Text::new("A majority has a leader", "多数派拥有领导者"),
        sentence: Text::new(
            "When a majority of servers talk to each other in time, they get a leader.",
            "只要多数派能及时通信，就会选出领导者。",
        ),
        finding: Text::new("no majority follows a leader", "没有多数派追随同一领导者"),
    },
    linear::WORDS,
    PropertyWords {
        id: "split-vote",
        title: Text::new("Split vote", "选票分裂"),
        sentence: Text::new("Two candidates stand in the same term.", "同一任期出现两个候选人。"),
        finding: Text::new(
            "{first} and {second} both stand in term {term}",
            "{first} 和 {second} 同时在任期 {term} 参选",
        ),
    },
    PropertyWords {
        id: "two-claim-to-lead",
        title: Text::new("Two claim to lead", "两个自认的领导者"),
        sentence: Text::new(
            "Two servers believe at once that they lead, in different terms. Raft does not exclude that.",
            "两台服务器同时认为自己是领导者，但任期不同。Raft 并不排除这种情况。",
        ),
        finding: Text::new(
            "{first} and {second} both believe that they lead",
            "{first} 和 {second} 都认为自己是领导者",
        ),
    },
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "followers-2",
        sentence: Text::new(
            "A follower that hears of no leader and grants no vote for an election timeout becomes a candidate.",
            "跟随者在选举超时内既没有领导者消息也没有投出选票，就成为候选人。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, Followers",
    },
    Rule {
        id: "candidates-1",
        sentence: Text::new(
            "A candidate begins a new term, votes for itself and asks all others for their votes.",
            "候选人开启新任期，投自己一票，并向其他所有服务器请求投票。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, Candidates; §5.2",
    },
    Rule {
        id: "candidates-2",
        sentence: Text::new(
            "A candidate with the votes of a majority becomes leader.",
            "候选人得到多数派的选票，成为领导者。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, Candidates; §5.2",
    },
    Rule {
        id: "servers-2",
        sentence: Text::new(
            "Whoever hears of a newer term adopts it and follows.",
            "任何服务器得知更新的任期，就采用它并转为跟随者。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, All Servers; §5.1",
    },
    Rule {
        id: "request-vote-1",
        sentence: Text::new("A candidate of an old term gets no vote.", "旧任期的候选人得不到选票。"),
        source: "Ongaro & Ousterhout 2014, Figure 2, RequestVote receiver 1; §5.1",
    },
    Rule {
        id: "request-vote-2",
        sentence: Text::new(
            "A server gives its one vote of the term to a candidate whose log is at least as up to date as its own.",
            "服务器把本任期唯一的一票投给日志不比自己旧的候选人。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, RequestVote receiver 2; §5.4.1",
    },
    Rule {
        id: "append-entries-2",
        sentence: Text::new(
            "Entries are refused if the log has nothing that matches the entry before them.",
            "若日志中没有与前一条目匹配的条目，则拒绝追加。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, AppendEntries receiver 2; §5.3",
    },
    Rule {
        id: "append-entries-3",
        sentence: Text::new(
            "An entry that conflicts with a new one is deleted, with all that follow it.",
            "与新条目冲突的已有条目及其后的全部条目都被删除。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, AppendEntries receiver 3; §5.3",
    },
    Rule {
        id: "append-entries-5",
        sentence: Text::new(
            "A follower commits what the leader has committed, as far as its own log is known to match.",
            "跟随者按领导者的提交位置推进，但不超过已确认匹配的部分。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, AppendEntries receiver 5; §5.3",
    },
    Rule {
        id: "leaders-2",
        sentence: Text::new(
            "A leader appends a client's command to its log and answers once it is applied.",
            "领导者把客户端命令追加到日志，应用之后才应答。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, Leaders; §5.3",
    },
    Rule {
        id: "leaders-4",
        sentence: Text::new(
            "An index that a majority holds is committed, if its entry is of the leader's own term.",
            "多数派持有且属于领导者当前任期的条目才算提交。",
        ),
        source: "Ongaro & Ousterhout 2014, Figure 2, Leaders; §5.3, §5.4.2",
    },
    Rule {
        id: "client-retry",
        sentence: Text::new(
            "A client without an answer asks another server, with the same serial number: it is applied once.",
            "客户端得不到应答时换一台服务器重试，序号不变，因此只会应用一次。",
        ),
        source: "Ongaro & Ousterhout 2014, §8",
    },
    Rule {
        id: "pre-vote",
        sentence: Text::new(
            "Before it raises its term a server asks whether it would be elected.",
            "服务器在提高任期之前，先询问自己能否当选。",
        ),
        source: "Ongaro 2014 (dissertation), §9.6",
    },
    Rule {
        id: "leader-memory",
        sentence: Text::new(
            "Who heard from a leader within the shortest election timeout helps nobody against it.",
            "在最短选举超时内听到过领导者的服务器，不帮助任何人取代它。",
        ),
        source: "Ongaro 2014 (dissertation), §4.2.3, §6.4.1, §9.6",
    },
    Rule {
        id: "read",
        sentence: Text::new(
            "A leader that is sure that it still leads, and has applied what was committed, answers reads from its state.",
            "领导者确认自己仍是领导者、且已应用全部已提交条目之后，可直接依据状态应答读取。",
        ),
        source: "Ongaro 2014 (dissertation), §6.4; extended paper, §8",
    },
    Rule {
        id: "snapshot",
        sentence: Text::new(
            "A snapshot of what was applied takes the place of the entries that it stands for.",
            "已应用状态的快照取代它所涵盖的条目。",
        ),
        source: "Ongaro & Ousterhout 2014, §7",
    },
    Rule {
        id: "install-snapshot",
        sentence: Text::new(
            "A follower that lacks entries which the leader no longer has gets its snapshot instead.",
            "跟随者缺少的条目若领导者已不再保留，就改为接收快照。",
        ),
        source: "Ongaro & Ousterhout 2014, §7, Figure 13",
    },
    Rule {
        id: "config",
        sentence: Text::new(
            "The latest configuration in a server's log applies at once, committed or not.",
            "服务器日志中最新的成员配置立即生效，无论是否已提交。",
        ),
        source: "Ongaro 2014 (dissertation), §4.1, §4.3",
    },
    Rule {
        id: "catch-up",
        sentence: Text::new(
            "A newcomer is filled with the log before it gets a vote.",
            "新服务器先追上日志，然后才有投票权。",
        ),
        source: "Ongaro 2014 (dissertation), §4.2.1",
    },
];
