//! What leaves a run as text: events, states, history and a summary.
//!
//! The first three are JSON Lines. Times are integers in microseconds of virtual time, every line stands for itself,
//! and the names of the fields are fixed:
//!
//! - [`events`]: a header (`lab`, `variant`, `revision`, `seed`, `manual`, `settings`, `nodes`, `run`, `steps`,
//!   `fingerprint`), then one line a step: `step`, `at_us`, `node` (null for what concerns the whole network),
//!   `kind`, what it was about (`message`, `from`, `type`, `body`; `op`; `timer`; `action`), `sent`, `notes`, and
//!   the vector `clock` after the step.
//! - [`states`]: a line for each node that a step changed: `step`, `at_us`, `node`, `event`, `status`, and the state
//!   as the lab tells it.
//! - [`history`]: a line for each command, in the order of calls: `client`, `op`, the command's own fields,
//!   `call_us`, `return_us` (null while it is open), `result`, `status`. Fields of a command that would hide one of
//!   these names are put behind `command_`.
//!
//! A vector clock counts the steps of each node. A message carries the sender's clock, and an arrival takes the
//! greater of both in every place (Fidge 1988, Mattern 1989). A message that is lost counts on no node; its line
//! shows the clock that it carried.
//!
//! Other tools read [`shiviz()`] and [`mermaid()`]; slides and pages take [`picture`], [`spacetime()`] and [`animation()`];
//! [`run_file`] is the run itself, which [`crate::import`] reads again.

mod animation;
mod clock;
mod mermaid;
mod shiviz;

use faultscope_protocol::ordered::{self, Set};
use std::io::{self, Write};

use faultscope_protocol::{NodeId, Outcome};
use faultscope_scene::{SvgOptions, Theme, svg};
use faultscope_sim::{Finding, Kind, Mode, Moment, Payload, Property, REVISION, Sent, Step};
use serde_json::{Map, Value, json};

use crate::lab::Lab;
use crate::place::status_word;
use crate::schema::SettingValue;
use crate::session::Session;
use crate::spacetime::{self, Window};
use crate::stage::{self, Frame};
use crate::verdict::{self, Judged};
use crate::words::{Lang, Text, fill};

pub use animation::{ANIMATION_BYTES_MAX, ANIMATION_FRAMES_MAX, Film, TooLarge, animation};
pub use clock::{Clock, Clocks};
pub use mermaid::{MERMAID_LENGTH_MAX, ending as mermaid_ending, mermaid};
pub use shiviz::{SHIVIZ_EXPRESSION, shiviz};

/// The steps that an export covers: from `first`, at least 1, to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first step.
    pub first: u64,
    /// The last step.
    pub last: u64,
}

impl Span {
    /// The steps of a session between two virtual times, both included, as far as it was played.
    pub fn of_times(session: &Session, from_us: u64, until_us: u64) -> Self {
        let before = from_us.checked_sub(1).map_or(0, |before_us| session.run().steps_until(before_us));
        Self { first: before + 1, last: session.run().steps_until(until_us) }
    }

    /// The same within what was played.
    fn within(self, session: &Session) -> Self {
        Self { first: self.first.max(1), last: self.last.min(session.len()) }
    }
}

impl From<u64> for Span {
    /// The first so many steps.
    fn from(last: u64) -> Self {
        Self { first: 1, last }
    }
}

/// The text of a run as a file: one line, which [`crate::import::text_of`] reads again.
pub fn run_file(session: &Session) -> String {
    format!("{}\n", session.text())
}

/// The space-time diagram of a window of the run as an SVG picture.
///
/// # Errors
/// If the window holds more steps than a diagram can show.
pub fn spacetime(
    session: &Session,
    window: Window,
    frame: &spacetime::Frame,
    theme: Theme,
) -> Result<String, spacetime::TooMany> {
    let scene = spacetime::picture(session, window, frame)?;
    Ok(svg(&scene, theme, &svg_options(frame.lang)))
}

fn svg_options(lang: Lang) -> SvgOptions<'static> {
    let language = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    SvgOptions { language, ..SvgOptions::default() }
}

/// Writes the header and one line for each step of the span. Clocks count from the run's beginning.
///
/// # Errors
/// If the output cannot be written.
pub fn events(session: &Session, span: impl Into<Span>, out: &mut dyn Write) -> io::Result<()> {
    let Span { first, last } = span.into().within(session);
    line(out, &header(session, last))?;
    let mut clocks = Clocks::default();
    each_step(session, 1, last, |moment, step| {
        let clock = clocks.take(moment, step);
        if step.number < first { Ok(()) } else { line(out, &event(session, step, &clock)) }
    })
}

/// Writes one line for each node that a step of the span changed.
///
/// # Errors
/// If the output cannot be written.
pub fn states(session: &Session, span: impl Into<Span>, out: &mut dyn Write) -> io::Result<()> {
    let Span { first, last } = span.into().within(session);
    let before = session.run().moment(first - 1);
    let ids = before.world.nodes().map(|node| node.id);
    let mut known: ordered::Map<NodeId, Value> =
        ids.filter_map(|id| Some((id, state_of(session, &before, id)?))).collect();
    each_step(session, first, last, |moment, step| {
        let touched: Vec<NodeId> = match step.node {
            Some(node) => vec![node],
            None => moment.world.nodes().map(|node| node.id).collect(),
        };
        for id in touched {
            let Some(state) = state_of(session, moment, id) else { continue };
            if known.get(&id) == Some(&state) {
                continue;
            }
            let mut fields = Map::new();
            fields.insert("step".into(), step.number.into());
            fields.insert("at_us".into(), step.at_us.into());
            fields.insert("node".into(), id.to_string().into());
            fields.insert("event".into(), step.kind.name().into());
            if let Value::Object(told) = &state {
                fields.extend(told.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            line(out, &Value::Object(fields))?;
            known.insert(id, state);
        }
        Ok(())
    })
}

/// Writes one line for each command that a step of the span gave, with the answer that it had by the span's end.
///
/// # Errors
/// If the output cannot be written.
pub fn history(session: &Session, span: impl Into<Span>, out: &mut dyn Write) -> io::Result<()> {
    for call in calls(session, span.into().within(session)) {
        line(out, &call.value())?;
    }
    Ok(())
}

/// The moment at the cursor as an SVG picture.
pub fn picture(session: &Session, frame: &Frame, theme: Theme) -> String {
    let scene = stage::picture(session.lab(), session.variant(), session.world(), frame);
    svg(&scene, theme, &svg_options(frame.lang))
}

/// Shows each step from `first` to `last` to `see`, until one fails.
fn each_step(
    session: &Session,
    mut first: u64,
    last: u64,
    mut see: impl FnMut(&Moment, &Step) -> io::Result<()>,
) -> io::Result<()> {
    let last = last.min(session.len());
    // In chunks, so that a closed pipe ends the replay soon.
    while first <= last {
        let chunk_last = last.min(first + 4095);
        let mut result = Ok(());
        session.run().replay(first, chunk_last, |moment, step| {
            if result.is_ok() {
                result = see(moment, step);
            }
        });
        result?;
        first = chunk_last + 1;
    }
    Ok(())
}

fn line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn header(session: &Session, last: u64) -> Value {
    let settings: Map<String, Value> = session
        .schema()
        .iter()
        .filter_map(|setting| {
            let value = session.settings().get(setting.key)?;
            Some((setting.key.to_owned(), setting_value(value)))
        })
        .collect();
    let seats = session.run().plan().seats.iter();
    let nodes: Vec<Value> = seats
        .map(|seat| json!({"node": seat.id.to_string(), "role": seat.role, "zone": seat.zone}))
        .collect();
    let run = session.text_without_cursor();
    json!({
        "lab": run.lab,
        "variant": run.variant,
        "revision": REVISION,
        "seed": run.seed,
        "manual": run.manual,
        "settings": settings,
        "nodes": nodes,
        "run": run.to_string(),
        "steps": last,
        "fingerprint": fingerprint_words(session.run().moment(last).world.fingerprint()),
    })
}

/// Numbers are numbers; ranges and choices are written as `--set` takes them.
fn setting_value(value: SettingValue) -> Value {
    match value {
        SettingValue::Number(number) => number.into(),
        other => other.to_string().into(),
    }
}

/// A fingerprint as text: JSON readers would round a number of 64 bits.
pub fn fingerprint_words(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

fn event(session: &Session, step: &Step, clock: &Clock) -> Value {
    let mut fields = Map::new();
    fields.insert("step".into(), step.number.into());
    fields.insert("at_us".into(), step.at_us.into());
    fields.insert("node".into(), step.node.map_or(Value::Null, |node| node.to_string().into()));
    fields.insert("kind".into(), step.kind.name().into());
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(key.into(), value);
        }
    };
    put("message", step.message.map(Value::from));
    put("from", step.from.map(|from| from.to_string().into()));
    put("op", step.op.map(Value::from));
    put("type", step.body.as_ref().map(|body| body.name().into()));
    put("body", step.body.as_ref().map(Payload::fields));
    put("timer", step.timer.map(Value::from));
    put("action", step.action.as_ref().map(|action| action.to_string().into()));
    put("sent", Some(step.sent.iter().map(sent_value).collect()));
    put("notes", Some(step.notes.iter().map(|note| note_value(session, note)).collect()));
    let clock: Map<String, Value> =
        clock.iter().map(|(node, count)| (node.to_string(), Value::from(*count))).collect();
    put("clock", Some(Value::Object(clock)));
    Value::Object(fields)
}

fn sent_value(sent: &Sent) -> Value {
    json!({
        "id": sent.id,
        "to": sent.to.to_string(),
        "type": sent.body.name(),
        "body": sent.body.fields(),
    })
}

fn note_value(session: &Session, note: &Payload) -> Value {
    let mut fields = Map::new();
    fields.insert("type".into(), note.name().into());
    fields.insert("body".into(), note.fields());
    if let Some(rule) = note.rule() {
        fields.insert("rule".into(), rule.into());
    }
    if note.is_decision() {
        fields.insert("decision".into(), true.into());
    }
    fields.insert("words".into(), session.variant().note_words(note, Lang::En).into());
    Value::Object(fields)
}

/// Status and state of a node as one object; none before it was started.
fn state_of(session: &Session, moment: &Moment, id: NodeId) -> Option<Value> {
    let node = moment.world.node(id)?;
    let mut fields = Map::new();
    fields.insert("status".into(), status_word(node.status)?.into());
    fields.extend(session.variant().state(&moment.world, node));
    Some(Value::Object(fields))
}

/// One command and what became of it.
struct Call {
    client: NodeId,
    body: Payload,
    call_us: u64,
    returned: Option<(u64, Payload)>,
}

/// Names of a history's own fields.
const CALL_FIELDS: [&str; 6] = ["client", "op", "call_us", "return_us", "result", "status"];

impl Call {
    fn value(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("client".into(), self.client.to_string().into());
        fields.insert("op".into(), self.body.name().into());
        match self.body.fields() {
            Value::Object(own) => {
                for (key, value) in own {
                    let is_taken = CALL_FIELDS.contains(&key.as_str());
                    fields.insert(if is_taken { format!("command_{key}") } else { key }, value);
                }
            }
            own => {
                fields.insert("value".into(), own);
            }
        }
        fields.insert("call_us".into(), self.call_us.into());
        let returned = self.returned.as_ref();
        fields.insert("return_us".into(), returned.map_or(Value::Null, |(at_us, _)| (*at_us).into()));
        fields.insert("result".into(), returned.map_or(Value::Null, |(_, body)| result_of(body)));
        let outcome = returned.and_then(|(_, body)| body.outcome()).unwrap_or(Outcome::Info);
        fields.insert("status".into(), outcome_word(outcome).into());
        Value::Object(fields)
    }
}

/// What a reply says: its one field alone, or all of them, or its name where it has none.
fn result_of(body: &Payload) -> Value {
    match body.value() {
        Value::String(name) => name.into(),
        _ => match body.fields() {
            Value::Object(fields) if fields.len() == 1 => {
                fields.into_iter().next().map_or(Value::Null, |(_, value)| value)
            }
            other => other,
        },
    }
}

const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Fail => "fail",
        Outcome::Info => "info",
    }
}

fn calls(session: &Session, span: Span) -> Vec<Call> {
    let mut calls: ordered::Map<u64, Call> = ordered::Map::new();
    session.run().replay(span.first, span.last, |_, step| {
        let (Some(op), Some(body), Some(node)) = (step.op, &step.body, step.node) else { return };
        match step.kind {
            Kind::Command => {
                let call = Call { client: node, body: body.clone(), call_us: step.at_us, returned: None };
                calls.insert(op, call);
            }
            Kind::Reply => {
                if let Some(call) = calls.get_mut(&op).filter(|call| call.returned.is_none()) {
                    call.returned = Some((step.at_us, body.clone()));
                }
            }
            _ => {}
        }
    });
    calls.into_values().collect()
}

/// A run in numbers, and its verdicts.
#[derive(Clone)]
pub struct Summary {
    lab: &'static Lab,
    /// The run's text.
    pub run: String,
    /// The steps played.
    pub steps: u64,
    /// Virtual time at the last of them, in microseconds.
    pub now_us: u64,
    /// The hash of the steps.
    pub fingerprint: u64,
    /// Messages by type: how many were sent, how many were seen to be lost.
    pub messages: ordered::Map<&'static str, (u64, u64)>,
    /// Commands given.
    pub commands: u64,
    /// Commands answered, by how they ended.
    pub answered: ordered::Map<&'static str, u64>,
    /// The properties, as the last step left them.
    pub verdicts: Vec<Judged>,
}

/// Sums up the first `last` steps.
pub fn summary(session: &Session, last: u64) -> Summary {
    let last = last.min(session.len());
    let mut messages: ordered::Map<&'static str, (u64, u64)> = ordered::Map::new();
    let (mut commands, mut answered) = (0, ordered::Map::new());
    session.run().replay(1, last, |_, step| {
        for sent in &step.sent {
            messages.entry(sent.body.name()).or_default().0 += 1;
        }
        let body = step.body.as_ref();
        match step.kind {
            Kind::Lost => messages.entry(body.map_or("", Payload::name)).or_default().1 += 1,
            Kind::Command => commands += 1,
            Kind::Reply => {
                if let Some(outcome) = body.and_then(Payload::outcome) {
                    *answered.entry(outcome_word(outcome)).or_default() += 1;
                }
            }
            _ => {}
        }
    });
    let moment = session.run().moment(last);
    let claims: Set<&str> = session.variant().about().claims.iter().copied().collect();
    let needed_us = verdict::needed_us(session.variant(), session.settings());
    let is_whole = last == session.len();
    let end_us = if is_whole { session.end_us() } else { moment.world.now_us() };
    let is_over = is_whole && !session.run().has_waiting_action();
    let judged = |property: &Property| Judged {
        id: property.id,
        mode: property.mode,
        is_claimed: claims.contains(property.id),
        end: verdict::judge(property, &moment, end_us, is_over, needed_us),
        premises: property.premises,
    };
    Summary {
        lab: session.lab(),
        run: session.text_without_cursor().to_string(),
        steps: last,
        now_us: moment.world.now_us(),
        fingerprint: moment.world.fingerprint(),
        messages,
        commands,
        answered,
        verdicts: moment.properties.iter().map(judged).collect(),
    }
}

/// The word for a mode in traces.
pub const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Always => "always",
        Mode::Eventually => "eventually",
        Mode::Sometimes => "sometimes",
    }
}

/// The sentence of a finding: what happened when a property broke or was seen.
pub fn finding_words(lab: &Lab, id: &str, finding: &Finding, lang: Lang) -> String {
    let values: Vec<(&str, &str)> = finding.iter().map(|(key, value)| (*key, value.as_str())).collect();
    lab.property(id).map(|words| fill(words.finding.get(lang), &values)).unwrap_or_default()
}

/// Virtual time in seconds, with as many decimals as it has.
pub fn seconds_words(us: u64) -> String {
    let decimals = format!("{:06}", us % 1_000_000);
    let decimals = decimals.trim_end_matches('0');
    let dot = if decimals.is_empty() { "" } else { "." };
    format!("{}{dot}{decimals} s", us / 1_000_000)
}

impl Summary {
    /// As one JSON object.
    pub fn value(&self) -> Value {
        let messages: Map<String, Value> = self
            .messages
            .iter()
            .map(|(name, (sent, lost))| ((*name).to_owned(), json!({"sent": sent, "lost": lost})))
            .collect();
        let verdicts: Vec<Value> = self
            .verdicts
            .iter()
            .map(|judged| {
                let mut fields = Map::new();
                fields.insert("property".into(), judged.id.into());
                fields.insert("mode".into(), mode_word(judged.mode).into());
                fields.insert("claimed".into(), judged.is_claimed.into());
                fields.insert("verdict".into(), judged.end.word(judged.mode).into());
                fields.insert("premises".into(), judged.premises.into());
                if let Some((step, at_us)) = judged.end.place() {
                    fields.insert("step".into(), step.into());
                    fields.insert("at_us".into(), at_us.into());
                }
                if let Some(finding) = judged.told_finding() {
                    fields.insert(
                        "finding".into(),
                        finding_words(self.lab, judged.id, finding, Lang::En).into(),
                    );
                }
                if let Some(reason) = judged.end.reason(Lang::En) {
                    fields.insert("reason".into(), reason.into());
                }
                Value::Object(fields)
            })
            .collect();
        json!({
            "run": self.run,
            "steps": self.steps,
            "now_us": self.now_us,
            "fingerprint": fingerprint_words(self.fingerprint),
            "messages": messages,
            "commands": {"given": self.commands, "answered": self.answered},
            "properties": verdicts,
        })
    }

    /// As lines to read.
    pub fn words(&self, lang: Lang) -> String {
        let mut lines = vec![
            self.pair(Text::new("run", "运行"), self.run.clone(), lang),
            self.pair(
                Text::new("steps", "步数"),
                Text::new("{steps} in {time} of virtual time", "{steps}，虚拟时间 {time}")
                    .fill(lang, &[("steps", &self.steps.to_string()), ("time", &seconds_words(self.now_us))]),
                lang,
            ),
            self.pair(Text::new("fingerprint", "指纹"), fingerprint_words(self.fingerprint), lang),
            self.pair(Text::new("messages", "消息"), self.message_words(lang), lang),
            self.pair(Text::new("commands", "命令"), self.command_words(lang), lang),
        ];
        lines.extend(self.verdicts.iter().map(|judged| self.verdict_line(judged, lang)));
        lines.join("\n") + "\n"
    }

    fn pair(&self, key: Text, value: String, lang: Lang) -> String {
        format!("{}: {value}", key.get(lang))
    }

    fn message_words(&self, lang: Lang) -> String {
        let text = Text::new("{name} {sent} sent, {lost} lost", "{name} 发送 {sent}，丢失 {lost}");
        let one = |(name, (sent, lost)): (&&str, &(u64, u64))| {
            text.fill(lang, &[("name", name), ("sent", &sent.to_string()), ("lost", &lost.to_string())])
        };
        let total = self.messages.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let all = Text::new("all", "合计");
        let mut parts = vec![one((&all.get(lang), &total))];
        parts.extend(self.messages.iter().map(one));
        parts.join("; ")
    }

    fn command_words(&self, lang: Lang) -> String {
        let mut said =
            Text::new("{given} given", "共 {given}").fill(lang, &[("given", &self.commands.to_string())]);
        for (outcome, count) in &self.answered {
            said.push_str(&format!(", {count} {outcome}"));
        }
        said
    }

    fn verdict_line(&self, judged: &Judged, lang: Lang) -> String {
        let word = judged.end.title(judged.mode).get(lang);
        let mut said =
            Text::new("{id}: {word} (premise {count} times)", "{id}：{word}（前提成立 {count} 次）")
                .fill(lang, &[("id", judged.id), ("word", word), ("count", &judged.premises.to_string())]);
        if let Some((step, at_us)) = judged.end.place() {
            said.push_str(
                &Text::new(" at step {step}, {time}", "，第 {step} 步，{time}")
                    .fill(lang, &[("step", &step.to_string()), ("time", &seconds_words(at_us))]),
            );
        }
        let found = judged.told_finding().map(|finding| finding_words(self.lab, judged.id, finding, lang));
        if let Some(why) = found.or_else(|| judged.end.reason(lang)) {
            said.push_str(&Text::new(": {why}", "：{why}").fill(lang, &[("why", &why)]));
        }
        if !judged.is_claimed {
            said.push_str(Text::new(" [not claimed]", " [未声称]").get(lang));
        }
        said
    }
}
