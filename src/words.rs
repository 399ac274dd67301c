//! The words of the page's frame: stage, transport, timeline, errors. The panels have their own beside them.

use faultscope_labs::Text;

/// Between the parts of an enumeration.
pub(crate) const COMMA: Text = Text::new(", ", "，");
/// Names the list that equals the stage.
pub(crate) const STAGE_LIST: Text =
    Text::new("The stage as a list of nodes and messages", "舞台内容：节点与消息列表");
/// Heads the nodes of that list.
pub(crate) const NODES: Text = Text::new("Nodes", "节点");
/// Heads the messages of that list.
pub(crate) const MESSAGES: Text = Text::new("Messages in flight", "传输中的消息");
/// Counts what is not listed.
pub(crate) const MORE_MESSAGES: Text = Text::new("and {count} more", "另有 {count} 条");
/// A message on its way.
pub(crate) const MESSAGE: Text = Text::new(
    "{message} from {from} to {to}, arrives in {time}",
    "{from} 发往 {to} 的 {message}，{time} 后到达",
);
/// A message that a person holds.
pub(crate) const MESSAGE_HELD: Text =
    Text::new("{message} from {from} to {to}, held", "{from} 发往 {to} 的 {message}，已扣住");
/// A message at the door of a paused node.
pub(crate) const MESSAGE_WAITING: Text =
    Text::new("{message} from {from}, waits at {to}", "{from} 的 {message}，在 {to} 处等待");
/// Names the stage.
pub(crate) const STAGE: Text = Text::new("Stage", "舞台");
/// Describes the canvas.
pub(crate) const PICTURE: Text = Text::new("Picture of the run: {label}", "运行画面：{label}");
/// There is no canvas to paint on.
pub(crate) const UNPAINTED: Text = Text::new(
    "The browser cannot paint the stage here: this list is the same stage in words.",
    "浏览器无法绘制舞台，下面的列表以文字呈现同样的内容。",
);
/// Names the legend.
pub(crate) const LEGEND: Text = Text::new("Messages", "消息图例");
/// What a hollow mark is.
pub(crate) const REPLY: Text = Text::new("reply", "应答");

/// Names the bar of the timeline.
pub(crate) const RUN: Text = Text::new("run", "运行");
/// Tells a note on the timeline.
pub(crate) const MARK_NOTE: Text = Text::new("{time}: a note", "{time}：备注");
/// Names the transport.
pub(crate) const TRANSPORT: Text = Text::new("Playback", "播放控制");
/// Plays.
pub(crate) const PLAY: Text = Text::new("Play", "播放");
/// Stands.
pub(crate) const PAUSE: Text = Text::new("Pause", "暂停");
/// One step back.
pub(crate) const STEP_BACK: Text = Text::new("Step back", "后退一步");
/// One step on.
pub(crate) const STEP_FORWARD: Text = Text::new("Step forward", "前进一步");
/// To the beginning.
pub(crate) const TO_START: Text = Text::new("To the start", "回到开头");
/// Heads the speed.
pub(crate) const SPEED: Text = Text::new("Speed", "速度");
/// A speed in words.
pub(crate) const SPEED_OF: Text = Text::new("{speed} of real time", "真实时间的 {speed}");
/// A speed above real time in words.
pub(crate) const SPEED_TIMES: Text = Text::new("{speed} times real time", "真实时间的 {speed} 倍");
/// Heads the buttons that run until something comes.
pub(crate) const RUN_TO: Text = Text::new("Run to", "运行到");
/// Names one of them.
pub(crate) const RUN_TO_NEXT: Text = Text::new("Run to the next {what}", "运行到下一个{what}");
/// The next message that arrives or is lost.
pub(crate) const MESSAGE_STOP: Text = Text::new("message", "消息");
/// The next remark.
pub(crate) const NOTE_STOP: Text = Text::new("note", "标注");
/// The next decision.
pub(crate) const DECISION_STOP: Text = Text::new("decision", "决定");
/// The next broken property.
pub(crate) const BROKEN_STOP: Text = Text::new("broken property", "被违反的性质");
/// The next step that follows a rule.
pub(crate) const RULE_STOP: Text = Text::new("step that follows this rule", "用到这条规则的步骤");
/// Where the cursor is, in words.
pub(crate) const STEP_OF: Text =
    Text::new("step {step} of {all}, {time}", "第 {step} 步，共 {all} 步，{time}");
/// Nothing of the kind came.
pub(crate) const NOT_FOUND: Text =
    Text::new("No {what} within the next {steps} steps", "接下来的 {steps} 步内没有{what}");
/// Nothing of the kind came before.
pub(crate) const NOTHING_BEFORE: Text = Text::new("There was none before", "之前没有");
/// No fault was drawn.
pub(crate) const NO_STORM: Text = Text::new(
    "No fault was drawn: the variant assumes none, or the time was too short",
    "没有抽到故障：该变体不假设任何故障，或持续时间太短",
);
/// Opens what else a run can be run to.
pub(crate) const MORE_STOPS: Text = Text::new("more …", "更多……");
/// The next message to a node.
pub(crate) const MESSAGE_TO_STOP: Text = Text::new("message to {node}", "发给 {node} 的消息");
/// The next message from a node.
pub(crate) const MESSAGE_FROM_STOP: Text = Text::new("message from {node}", "{node} 发出的消息");
/// The next step of a node.
pub(crate) const STEP_AT_STOP: Text = Text::new("step of {node}", "{node} 的步骤");
/// The run has come to its end.
pub(crate) const NOTHING_LEFT: Text = Text::new("Nothing is left to happen", "不会再发生任何事");

/// Names the timeline.
pub(crate) const TIMELINE: Text = Text::new("Timeline", "时间线");
/// A mark of the timeline: an action.
pub(crate) const MARK_ACTION: Text = Text::new("{time}: {node} {what}", "{time}：{node} {what}");
/// A mark of the timeline: a decision.
pub(crate) const MARK_DECISION: Text = Text::new("{time}: decision", "{time}：决定");
/// A mark of the timeline: a broken property.
pub(crate) const MARK_BROKEN: Text = Text::new("{time}: {what} is broken", "{time}：{what} 被违反");

/// Names the tabs of a phone.
pub(crate) const TABS: Text = Text::new("Panels", "面板");
/// A tab.
pub(crate) const TAB_STORY: Text = Text::new("Story", "故事");
/// A tab.
pub(crate) const TAB_INSPECT: Text = Text::new("Inspect", "检查");
/// A tab.
pub(crate) const TAB_VERDICTS: Text = Text::new("Verdicts", "判定");
/// A tab.
pub(crate) const TAB_LOG: Text = Text::new("Log", "日志");
/// A tab.
pub(crate) const TAB_TIME: Text = Text::new("Time", "时间");

/// What a live region says of a step.
pub(crate) const SAID: Text =
    Text::new("Step {step}, {time}: {who}{words}", "第 {step} 步，{time}：{who}{words}");
/// What a step or a stretch of the run has broken.
pub(crate) const SAID_BROKEN: Text = Text::new("Broken: {what}.", "被违反：{what}。");
/// What a live region says of a stretch that was played.
pub(crate) const SAID_PLAYED: Text =
    Text::new("Played {count} steps: {what}.", "已播放 {count} 步：{what}。");
/// How many messages arrived in a stretch.
pub(crate) const SAID_ARRIVED: Text = Text::new("{count} messages arrived", "送达 {count} 条消息");
/// How many were lost.
pub(crate) const SAID_LOST: Text = Text::new("{count} lost", "丢失 {count} 条");
/// How many nodes crashed.
pub(crate) const SAID_CRASHED: Text = Text::new("{count} crashes", "崩溃 {count} 次");
/// Before the first step.
pub(crate) const SAID_START: Text = Text::new("Start of the run", "运行开始");

/// The text of a run cannot be opened.
pub(crate) const CANNOT_OPEN: Text = Text::new("This run cannot be opened", "无法打开此运行");
/// An action cannot be done.
pub(crate) const CANNOT_DO: Text = Text::new("That cannot be done", "无法执行此操作");
/// Actions that do not fit the new settings were left out.
pub(crate) const LEFT_OUT: Text =
    Text::new("Left out, because they do not fit here: {what}", "以下内容不适用于此处，已略去：{what}");
/// Leads to the home page.
pub(crate) const HOME: Text = Text::new("All labs", "所有实验");
/// Closes a message.
pub(crate) const DISMISS: Text = Text::new("Close", "关闭");
/// A line that cuts nothing.
pub(crate) const EMPTY_CUT: Text =
    Text::new("All nodes stand on one side of that line", "所有节点都在这条线的同一侧");
/// The title of the home page.
pub(crate) const HOME_TITLE: Text =
    Text::new("Faultscope: a laboratory for fault-tolerant systems", "Faultscope：容错分布式系统实验室");

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::Lang;

    #[test]
    fn sentences_keep_their_holes_in_every_language() {
        let texts = [MORE_MESSAGES, MESSAGE, MESSAGE_HELD, MESSAGE_WAITING, PICTURE, SPEED_OF, SPEED_TIMES];
        let more = [RUN_TO_NEXT, STEP_OF, NOT_FOUND, MARK_ACTION, MARK_DECISION, MARK_BROKEN, SAID, LEFT_OUT];
        for text in texts.into_iter().chain(more) {
            let [first, second] = Lang::ALL.map(|lang| holes(text.get(lang)));
            assert_eq!(first, second, "{text:?}");
            assert!(!first.is_empty(), "{text:?}");
        }
    }

    fn holes(text: &str) -> Vec<&str> {
        let mut holes: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        holes.sort_unstable();
        holes
    }
}
