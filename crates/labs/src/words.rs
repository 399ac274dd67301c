//! Words in every language that Faultscope speaks, and the engine's own words, which the page and the command
//! line share.

use faultscope_sim::{
    Action, Deed, FaultKind, Kind, Latency, Links, Mode, Shape, Standing, Status, TextError, TextErrorKind,
};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The code of it, as `lang` attributes have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// One text in every language. Holes are written `{name}` and filled by [`Text::fill`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    en: &'static str,
    zh: &'static str,
}

impl Text {
    /// A text, in English and in Simplified Chinese.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The text in one language.
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The text in one language, with its holes filled by name.
    pub fn fill(self, lang: Lang, values: &[(&str, &str)]) -> String {
        fill(self.get(lang), values)
    }
}

/// `template` with each `{name}` replaced by its value; unknown holes stay as they are.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                match values.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => filled.push_str(value),
                    None => {
                        filled.push('{');
                        filled.push_str(name);
                        filled.push('}');
                    }
                }
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What is unknown, with the nearest known word, or with all of them. The text has a hole for the word.
pub fn unknown(text: Text, word: &str, known: &[&str], lang: Lang) -> String {
    let what = text.fill(lang, &[("word", word)]);
    match nearest(word, known.iter().copied()) {
        Some(near) => Text::new("{what}; did you mean “{near}”?", "{what}，是否想写“{near}”？")
            .fill(lang, &[("what", &what), ("near", near)]),
        None => Text::new("{what}; known: {known}", "{what}，可用：{known}")
            .fill(lang, &[("what", &what), ("known", &known.join(" "))]),
    }
}

/// The nearest of `known` to `word`, if any is near enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The edit distance of two short words (Levenshtein 1966).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, &other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

/// When a property must hold, as a heading.
pub const fn mode(mode: Mode) -> Text {
    match mode {
        Mode::Always => Text::new("Always", "始终"),
        Mode::Eventually => Text::new("Eventually", "最终"),
        Mode::Sometimes => Text::new("Sometimes", "有时"),
    }
}

/// The state of a node.
pub const fn status(status: Status) -> Text {
    match status {
        Status::Absent => Text::new("not started", "未启动"),
        Status::Up => Text::new("up", "运行中"),
        Status::Paused => Text::new("paused", "已暂停"),
        Status::Down => Text::new("down", "已宕机"),
    }
}

/// A kind of step.
pub const fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Boot => Text::new("starts", "启动"),
        Kind::Deliver => Text::new("receives", "收到"),
        Kind::Timer => Text::new("timer fires", "定时器到期"),
        Kind::Command => Text::new("is asked", "收到命令"),
        Kind::Reply => Text::new("answers", "应答"),
        Kind::Durable => Text::new("write is durable", "写入已落盘"),
        Kind::Lost => Text::new("message lost", "消息丢失"),
        Kind::Crash => Text::new("crashes", "崩溃"),
        Kind::Restart => Text::new("restarts", "重启"),
        Kind::Pause => Text::new("pauses", "暂停"),
        Kind::Resume => Text::new("goes on", "恢复运行"),
        Kind::Fault => Text::new("fault", "故障"),
    }
}

/// A kind of random fault, as an assumption is worded.
pub const fn fault(kind: FaultKind) -> Text {
    match kind {
        FaultKind::Crash => Text::new("servers crash and restart", "服务器崩溃并重启"),
        FaultKind::CrashClient => Text::new("clients crash and restart", "客户端崩溃并重启"),
        FaultKind::Pause => Text::new("processes pause", "进程暂停"),
        FaultKind::Cut => Text::new("the network splits", "网络分区"),
        FaultKind::CutOneWay => Text::new("one direction of the network fails", "网络单向中断"),
        FaultKind::Loss => Text::new("messages are lost", "消息丢失"),
        FaultKind::Duplication => Text::new("messages arrive twice", "消息重复"),
        FaultKind::Latency => Text::new("messages are late and overtake each other", "消息延迟和乱序"),
        FaultKind::SlowDisk => Text::new("disks are slow", "磁盘变慢"),
        FaultKind::Reordering => Text::new("messages fall behind others", "消息落后乱序"),
        FaultKind::SlowProcessor => Text::new("processors are slow", "处理器变慢"),
        FaultKind::Clock => Text::new("clocks are wrong", "时钟不准"),
        FaultKind::LostDisk => Text::new("disks lose what they hold", "磁盘数据丢失"),
    }
}

/// What an action did, in a sentence without its node.
pub fn action(action: &Action, lang: Lang) -> String {
    let list = |nodes: &[crate::NodeId]| nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
    match action {
        Action::Crash { keep: 0, .. } => say(Text::new("crashes", "崩溃"), &[]),
        Action::Crash { keep, .. } => say(
            Text::new("crashes; {keep} unfinished writes survive", "崩溃，{keep} 个未完成的写入保留"),
            &[("keep", &keep.to_string())],
        ),
        Action::Restart(_) => say(Text::new("restarts", "重启"), &[]),
        Action::Pause(_) => say(Text::new("pauses", "暂停"), &[]),
        Action::Resume(_) => say(Text::new("goes on", "恢复运行"), &[]),
        Action::Join(_) => say(Text::new("starts as a new server", "作为新服务器启动"), &[]),
        Action::Cut { from, to, one_way } => {
            let (from, to) = (list(from), list(to));
            let text = match (one_way, to.is_empty()) {
                (false, true) => Text::new("cut: {from} from all others", "切断 {from} 与其余节点"),
                (false, false) => Text::new("cut: {from} | {to}", "切断 {from} | {to}"),
                (true, true) => {
                    Text::new("one-way cut: nothing leaves {from}", "单向切断：{from} 发不出消息")
                }
                (true, false) => Text::new("one-way cut: {from} to {to}", "单向切断：{from} 到 {to}"),
            };
            say(text, &[("from", &from), ("to", &to)])
        }
        Action::Heal => say(Text::new("all cuts heal", "所有切断恢复"), &[]),
        Action::HealCut(cut) => {
            say(Text::new("cut {cut} heals", "切断 {cut} 恢复"), &[("cut", &cut.to_string())])
        }
        Action::Latency { links, latency } => say(
            Text::new("latency {where}: {latency}", "延迟 {where}：{latency}"),
            &[("where", &links_name(*links, lang)), ("latency", &latency_words(latency, lang))],
        ),
        Action::Loss { links, parts_ppm } => say(
            Text::new("loss {where}: {parts}", "丢包 {where}：{parts}"),
            &[("where", &links_name(*links, lang)), ("parts", &percent(*parts_ppm))],
        ),
        Action::Duplication { links, parts_ppm } => say(
            Text::new("duplication {where}: {parts}", "重复 {where}：{parts}"),
            &[("where", &links_name(*links, lang)), ("parts", &percent(*parts_ppm))],
        ),
        Action::Reordering { links, parts_ppm } => say(
            Text::new("reordering {where}: {parts}", "乱序 {where}：{parts}"),
            &[("where", &links_name(*links, lang)), ("parts", &percent(*parts_ppm))],
        ),
        Action::Zone { zone, deed } => zone_deed(*zone, *deed, lang),
        Action::Restore => say(
            Text::new("links, disks, clocks and processors are restored", "链路、磁盘、时钟和处理器恢复正常"),
            &[],
        ),
        Action::Mend => say(Text::new("nothing is left to mend", "没有需要修复的故障"), &[]),
        Action::Manual => say(Text::new("from here on nothing happens by itself", "此后一切由人工推进"), &[]),
        Action::Load(_) => say(Text::new("gives its next command", "发出下一条命令"), &[]),
        Action::StepClock { by_us, .. } => {
            say(Text::new("clock jumps by {by} µs", "时钟跳变 {by} µs"), &[("by", &by_us.to_string())])
        }
        Action::Processor { high_us: 0, .. } => {
            say(Text::new("processor is fast again", "处理器恢复正常"), &[])
        }
        Action::Processor { low_us, high_us, .. } => say(
            Text::new("every input takes {low} to {high} µs", "每个输入耗时 {low} 到 {high} µs"),
            &[("low", &low_us.to_string()), ("high", &high_us.to_string())],
        ),
        Action::Delay { message, by_us } => say(
            Text::new("message {name} is delayed by {by} µs", "消息 {name} 推迟 {by} µs"),
            &[("name", &message.to_string()), ("by", &by_us.to_string())],
        ),
        Action::Disk { low_us, high_us, .. } => say(
            Text::new("disk writes take {low} to {high} µs", "磁盘写入耗时 {low} 到 {high} µs"),
            &[("low", &low_us.to_string()), ("high", &high_us.to_string())],
        ),
        Action::Wipe(_) => say(Text::new("loses its disk", "磁盘数据全部丢失"), &[]),
        Action::Clock { offset_us, rate_ppm, .. } => say(
            Text::new("clock off by {offset} µs, rate {rate} ppm", "时钟偏移 {offset} µs，速率 {rate} ppm"),
            &[("offset", &offset_us.to_string()), ("rate", &rate_ppm.to_string())],
        ),
        Action::Drop(name) => {
            say(Text::new("message {name} dropped", "丢弃消息 {name}"), &[("name", &name.to_string())])
        }
        Action::Hold(name) => {
            say(Text::new("message {name} held", "扣住消息 {name}"), &[("name", &name.to_string())])
        }
        Action::Release(name) => {
            say(Text::new("message {name} released", "放行消息 {name}"), &[("name", &name.to_string())])
        }
        Action::Deliver(name) => say(
            Text::new("message {name} delivered now", "立即送达消息 {name}"),
            &[("name", &name.to_string())],
        ),
        Action::Duplicate(name) => {
            say(Text::new("message {name} duplicated", "复制消息 {name}"), &[("name", &name.to_string())])
        }
        Action::Fire { .. } => say(Text::new("timer fired by hand", "手动触发定时器"), &[]),
        Action::FinishWrite(_) => say(Text::new("write finished by hand", "手动完成写入"), &[]),
        Action::Pick { value, .. } => say(
            Text::new("next choice fixed: {value}", "下一次选择固定为 {value}"),
            &[("value", &value.to_string())],
        ),
        Action::Do { words, .. } => {
            say(Text::new("command {words}", "命令 {words}"), &[("words", &words.join(" "))])
        }
    }
}

fn links_name(links: Links, lang: Lang) -> String {
    match links {
        Links::All => Text::new("everywhere", "全网").get(lang).to_owned(),
        Links::One { from, to } => format!("{from}→{to}"),
        Links::Zones { from, to } => format!("z{}→z{}", from + 1, to + 1),
    }
}

/// Chances in a million as per cent, with as many decimals as they have.
fn percent(parts_ppm: u32) -> String {
    let decimals = format!("{:04}", parts_ppm % 10_000);
    let decimals = decimals.trim_end_matches('0');
    let dot = if decimals.is_empty() { "" } else { "." };
    format!("{}{dot}{decimals} %", parts_ppm / 10_000)
}

/// A distribution of latencies, such as `exponential, 1000 µs and 4000 µs on top`.
fn latency_words(latency: &Latency, lang: Lang) -> String {
    let (low_us, high_us) = (latency.range_us.start, latency.range_us.end);
    let text = match (latency.shape, low_us == high_us) {
        (_, true) => Text::new("{low} µs", "{low} µs"),
        (Shape::Uniform, _) => Text::new("{low} to {high} µs", "{low} 到 {high} µs"),
        (Shape::Exponential, _) => {
            Text::new("exponential, from {low} µs, mean {high} µs", "指数分布，下限 {low} µs，均值 {high} µs")
        }
        (Shape::Heavy, _) => {
            Text::new("heavy tail, from {low} µs, mean {high} µs", "重尾分布，下限 {low} µs，均值 {high} µs")
        }
    };
    text.fill(lang, &[("low", &low_us.to_string()), ("high", &high_us.to_string())])
}

/// What is done to a whole zone.
fn zone_deed(zone: u16, deed: Deed, lang: Lang) -> String {
    let zone = format!("z{}", zone + 1);
    let text = match deed {
        Deed::Cut { one_way: false } => {
            return Text::new("cut: {zone} from all others", "切断 {zone} 与其余节点")
                .fill(lang, &[("zone", &zone)]);
        }
        Deed::Cut { one_way: true } => {
            return Text::new("one-way cut: nothing leaves {zone}", "单向切断：{zone} 发不出消息")
                .fill(lang, &[("zone", &zone)]);
        }
        other => action(&other.on(crate::NodeId::server(1)), lang),
    };
    Text::new("zone {zone}: {what}", "分区 {zone}：{what}").fill(lang, &[("zone", &zone), ("what", &text)])
}

/// A fault that stands, in a few words.
pub fn standing(fault: &Standing, lang: Lang) -> String {
    let say =
        |text: Text, key: &str, value: &dyn std::fmt::Display| text.fill(lang, &[(key, &value.to_string())]);
    match fault {
        Standing::Cut(cut) => say(Text::new("cut {cut}", "切断 {cut}"), "cut", cut),
        Standing::Network => Text::new("the network is altered", "网络参数被改动").get(lang).to_owned(),
        Standing::Link { from, to } => say(
            Text::new("link {link} is altered", "链路 {link} 被改动"),
            "link",
            &format_args!("{from}→{to}"),
        ),
        Standing::Held(name) => say(Text::new("message {name} is held", "消息 {name} 被扣住"), "name", name),
        Standing::Down(node) => say(Text::new("{node} is down", "{node} 已宕机"), "node", node),
        Standing::Paused(node) => say(Text::new("{node} is paused", "{node} 已暂停"), "node", node),
        Standing::Disk(node) => {
            say(Text::new("the disk of {node} is altered", "{node} 的磁盘被改动"), "node", node)
        }
        Standing::Clock(node) => {
            say(Text::new("the clock of {node} is wrong", "{node} 的时钟不准"), "node", node)
        }
        Standing::Processor(node) => {
            say(Text::new("the processor of {node} is slow", "{node} 的处理器变慢"), "node", node)
        }
    }
}

/// Why a run's text cannot be read, and where.
pub fn text_error(error: &TextError, lang: Lang) -> String {
    let place = (error.at + 1).to_string();
    let what = text_error_kind(&error.kind, lang);
    Text::new("character {place}: {what}", "第 {place} 个字符：{what}")
        .fill(lang, &[("place", &place), ("what", &what)])
}

/// What is wrong with a run's text, without the place.
pub fn text_error_kind(kind: &TextErrorKind, lang: Lang) -> String {
    let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
    match kind {
        TextErrorKind::TooLong(limit) => say(
            Text::new("the text is longer than {limit} bytes", "文本超过 {limit} 字节"),
            &[("limit", &limit.to_string())],
        ),
        TextErrorKind::TooManyActions(limit) => say(
            Text::new("more than {limit} actions", "动作超过 {limit} 个"),
            &[("limit", &limit.to_string())],
        ),
        TextErrorKind::TooManyPanels(limit) => say(
            Text::new("more than {limit} panels", "面板超过 {limit} 个"),
            &[("limit", &limit.to_string())],
        ),
        TextErrorKind::TooManySettings(limit) => say(
            Text::new("more than {limit} settings", "设置超过 {limit} 个"),
            &[("limit", &limit.to_string())],
        ),
        TextErrorKind::NoLab => {
            say(Text::new("a run begins with lab:variant", "运行文本应以 lab:variant 开头"), &[])
        }
        TextErrorKind::Revision(found) => say(
            Text::new(
                "made with revision {found} of the rules; this version plays revision {known}",
                "由规则的第 {found} 版生成，当前版本只支持第 {known} 版",
            ),
            &[("found", &found.to_string()), ("known", &faultscope_sim::REVISION.to_string())],
        ),
        TextErrorKind::UnknownField(word) => {
            say(Text::new("unknown field “{word}”", "无法识别的字段“{word}”"), &[("word", word)])
        }
        TextErrorKind::Repeated(word) => {
            say(Text::new("“{word}” stands twice", "“{word}”重复出现"), &[("word", word)])
        }
        TextErrorKind::BadNumber(word) => say(
            Text::new("“{word}” is not a number that fits here", "“{word}”不是合适的数字"),
            &[("word", word)],
        ),
        TextErrorKind::TooLate(limit) => say(
            Text::new("a time later than {limit} µs", "时间晚于 {limit} µs"),
            &[("limit", &limit.to_string())],
        ),
        TextErrorKind::UnknownVerb(word, known) => match nearest(word, known.iter().copied()) {
            Some(near) => say(
                Text::new(
                    "unknown action “{word}”; did you mean “{near}”?",
                    "未知动作“{word}”，是否想写“{near}”？",
                ),
                &[("word", word), ("near", near)],
            ),
            None => say(
                Text::new("unknown action “{word}”; known: {known}", "未知动作“{word}”，可用：{known}"),
                &[("word", word), ("known", &known.join(" "))],
            ),
        },
        TextErrorKind::BadArguments(form) => {
            say(Text::new("expected {form}", "应写作 {form}"), &[("form", form)])
        }
    }
}
