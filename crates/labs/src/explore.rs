//! A search in someone's hands: from where a session's cursor stands, some states at a time, with its findings as runs
//! and in words.
//!
//! [`Explorer::run`] goes on for so many states and returns; whoever calls shows progress, and may stop it. There is
//! no thread and no clock in here, so the command line, a test and a worker of the page drive it alike.

use faultscope_sim::{
    Asymmetry, Bounds, Finding, Judgement, Limit, Mode, Progress, RunText, Search, Symmetry,
};

use crate::export::finding_words;
use crate::lab::Lab;
use crate::session::Session;
use crate::words::{Lang, Text};

/// A search from a moment of a run of a lab.
pub struct Explorer {
    lab: &'static Lab,
    claims: &'static [&'static str],
    /// The run's text without its actions and cursor.
    text: RunText,
    search: Search,
}

/// What a search says of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explored {
    /// The property's id.
    pub id: &'static str,
    /// When it must hold.
    pub mode: Mode,
    /// Whether the variant claims it: a naive one pretends to.
    pub is_claimed: bool,
    /// What the search says.
    pub judgement: Judgement,
    /// The shortest run in which it is broken, or seen, if the search has found one.
    pub run: Option<FoundRun>,
}

/// A run that a search has found: a manual schedule that the player replays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRun {
    /// The run, with its cursor at the step that broke the property or showed it.
    pub text: RunText,
    /// The step after which the search began.
    pub start: u64,
    /// Whether playing it showed what the search saw. If not, the property depends on times, which a search leaves out.
    pub is_replayed: bool,
}

impl Explored {
    /// Whether an *always* property is broken.
    pub fn is_broken(&self) -> bool {
        self.mode == Mode::Always && self.finding().is_some()
    }

    /// What was found.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.judgement {
            Judgement::Struck { finding, .. } | Judgement::Before(finding) => Some(finding),
            _ => None,
        }
    }
}

impl Explorer {
    /// A search from the cursor of `session`; from the end of the boots, if the cursor is before that.
    pub fn new(session: &Session, bounds: Bounds) -> Self {
        Self {
            lab: session.lab(),
            claims: session.variant().about().claims,
            text: RunText { actions: Vec::new(), cursor: None, ..session.text_without_cursor() },
            search: Search::new(session.run(), session.step(), bounds),
        }
    }

    /// Goes on until about `states` more states were reached, or nothing is left to do.
    pub fn run(&mut self, states: u64) -> Progress {
        self.search.step(states)
    }

    /// Gives up: what is known stays.
    pub fn stop(&mut self) {
        self.search.stop();
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.search.progress()
    }

    /// The lab.
    pub fn lab(&self) -> &'static Lab {
        self.lab
    }

    /// Its bounds.
    pub fn bounds(&self) -> &Bounds {
        self.search.bounds()
    }

    /// Whether every state within the budgets was visited.
    pub fn is_exhausted(&self) -> bool {
        self.search.is_exhausted()
    }

    /// Whether it uses symmetry.
    pub fn symmetry(&self) -> Symmetry {
        self.search.symmetry()
    }

    /// Whether it uses symmetry, in a sentence.
    pub fn symmetry_words(&self, lang: Lang) -> String {
        match self.symmetry() {
            Symmetry::On { renamings } => Text::new(
                "symmetry: on, one state stands for up to {count} that differ in node names alone",
                "对称约简：已启用，仅节点名称不同的状态只访问一个（最多 {count} 个合为一个）",
            )
            .fill(lang, &[("count", &renamings.to_string())]),
            Symmetry::Off(why) => {
                let (why, property) = asymmetry_text(why);
                let why = why.fill(lang, &[("property", property)]);
                Text::new("symmetry: off, {why}", "对称约简：未启用，{why}").fill(lang, &[("why", &why)])
            }
        }
    }

    /// Why not every state was visited.
    pub fn limits(&self) -> &[Limit] {
        self.search.limits()
    }

    /// What it says of each property, in the variant's order.
    pub fn explored(&self) -> Vec<Explored> {
        let judged = self.search.judged().into_iter();
        let explored = judged.map(|judged| Explored {
            id: judged.id,
            mode: judged.mode,
            is_claimed: self.claims.contains(&judged.id),
            judgement: judged.judgement,
            run: self.run_of(judged.id),
        });
        explored.collect()
    }

    fn run_of(&self, id: &str) -> Option<FoundRun> {
        let found = self.search.counterexample(id)?;
        let text = RunText { actions: found.actions, cursor: Some(found.step), ..self.text.clone() };
        Some(FoundRun { text, start: found.start, is_replayed: found.is_replayed })
    }

    /// What it says of a property, in a sentence.
    pub fn judgement_words(&self, explored: &Explored, lang: Lang) -> String {
        let depth = match &explored.judgement {
            Judgement::Struck { depth, .. } => depth.to_string(),
            _ => String::new(),
        };
        judgement_text(explored).fill(lang, &[("depth", &depth)])
    }

    /// What was found out about a property, in the lab's words.
    pub fn finding_words(&self, explored: &Explored, lang: Lang) -> Option<String> {
        Some(finding_words(self.lab, explored.id, explored.finding()?, lang))
    }

    /// How far it is, in a few words.
    pub fn progress_words(&self, lang: Lang) -> String {
        let Progress { generated, unique, depth, waiting, .. } = self.progress();
        let values = [generated, unique, u64::from(depth), waiting].map(|value| value.to_string());
        Text::new(
            "{generated} states, {unique} unique, {waiting} waiting, depth {depth}",
            "{generated} 个状态，其中 {unique} 个互不相同，{waiting} 个待展开，深度 {depth}",
        )
        .fill(
            lang,
            &[
                ("generated", &values[0]),
                ("unique", &values[1]),
                ("depth", &values[2]),
                ("waiting", &values[3]),
            ],
        )
    }

    /// How complete the search is, in a sentence.
    pub fn completeness_words(&self, lang: Lang) -> String {
        let progress = self.progress();
        if self.is_exhausted() {
            return Text::new(
                "exhausted: every state within the bounds was visited",
                "已穷尽：界限内的每个状态都已访问",
            )
            .get(lang)
            .to_owned();
        }
        let mut whys: Vec<&str> = self.limits().iter().map(|limit| limit_text(*limit).get(lang)).collect();
        if !progress.is_done {
            whys.push(Text::new("it is not over", "尚未结束").get(lang));
        }
        let why = whys.join(Text::new("; ", "；").get(lang));
        Text::new("not exhausted: {why}", "未穷尽：{why}").fill(lang, &[("why", &why)])
    }
}

fn judgement_text(explored: &Explored) -> Text {
    match (&explored.judgement, explored.mode) {
        (Judgement::Struck { .. }, Mode::Sometimes) => {
            Text::new("seen after {depth} choices", "经过 {depth} 次选择后出现")
        }
        (Judgement::Struck { .. }, _) => {
            Text::new("broken after {depth} choices", "经过 {depth} 次选择后被违反")
        }
        (Judgement::Before(_), Mode::Sometimes) => {
            Text::new("seen before the search began", "搜索开始前已经出现")
        }
        (Judgement::Before(_), _) => Text::new("broken before the search began", "搜索开始前已被违反"),
        (Judgement::Exhausted, Mode::Sometimes) => {
            Text::new("not seen in any state within the bounds", "在界限内的任何状态中都不出现")
        }
        (Judgement::Exhausted, _) => {
            Text::new("holds in every state within the bounds", "在界限内的每个状态中都成立")
        }
        (Judgement::Open, Mode::Sometimes) => {
            Text::new("not seen in the states visited", "在已访问的状态中没有出现")
        }
        (Judgement::Open, _) => Text::new("not broken in the states visited", "在已访问的状态中未被违反"),
        (Judgement::GaveUp, _) => Text::new(
            "nobody knows: on some path, judging went beyond its bound",
            "无法判定：在某些路径上，判定所需的计算超出界限",
        ),
        (Judgement::NotJudged, _) => {
            Text::new("not judged: a search has no end of time", "不作判定：搜索中时间静止，无法判断“最终”")
        }
    }
}

/// Why a search uses no symmetry, and the property that its words name.
fn asymmetry_text(why: Asymmetry) -> (Text, &'static str) {
    let text = match why {
        Asymmetry::Undeclared => {
            Text::new("the lab names no interchangeable nodes here", "本实验在此设置下没有可互换的节点")
        }
        Asymmetry::Unwanted => Text::new("it is not wanted", "已按要求关闭"),
        Asymmetry::Ordered => Text::new("links keep order", "链路保序"),
        Asymmetry::Standing => Text::new(
            "cuts, or settings of single links or nodes, tell nodes apart",
            "网络分区，或个别链路、节点的设置，使节点不可互换",
        ),
        Asymmetry::Load => Text::new(
            "the clients' load may name nodes; without it (--commands 0) there is symmetry",
            "客户端负载可能指定节点；不使用负载（--commands 0）即可启用",
        ),
        Asymmetry::Seats => Text::new("the nodes have different roles or zones", "节点的角色或所在区域不同"),
        Asymmetry::TooMany => Text::new("there are too many interchangeable nodes", "可互换的节点太多"),
        Asymmetry::Property(_) => {
            Text::new("the monitor of {property} does not support it", "性质 {property} 的监视器不支持")
        }
        Asymmetry::Browser => Text::new(
            "it is left out in the browser; the faultscope command has it",
            "浏览器中不提供，命令行工具 faultscope 支持",
        ),
    };
    (text, if let Asymmetry::Property(id) = why { id } else { "" })
}

/// Why a search did not visit every state.
pub const fn limit_text(limit: Limit) -> Text {
    match limit {
        Limit::Found => Text::new("what was looked for was found", "已找到要找的反例或情形"),
        Limit::Depth => Text::new("paths are longer than the bound of choices", "路径长度超出选择次数的界限"),
        Limit::Messages => {
            Text::new("there are more messages in flight than the bound", "在途消息数超出界限")
        }
        Limit::States => Text::new("there are more states than the bound", "状态数超出界限"),
        Limit::Memory => Text::new("the states need more memory than the bound", "所需内存超出界限"),
        Limit::Clock => Text::new(
            "a machine looks at its clock, which stands still in a search",
            "有状态机读取时钟，而搜索中时钟静止",
        ),
        Limit::Stopped => Text::new("it was stopped", "已被停止"),
    }
}
