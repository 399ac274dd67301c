//! The words of the panels at the side, their splitters, and the comparison of two runs, in every language.

use faultscope_labs::Text;

/// A table of words, and the same as a list, which the test below walks through.
macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        $(pub(crate) const $name: Text = Text::new($en, $zh);)*
        #[cfg(test)]
        const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

words! {
    // Splitters.
    STORY_WIDTH: "Width of the story", "故事栏宽度";
    SIDE_WIDTH: "Width of the side", "侧栏宽度";
    TIME_HEIGHT: "Height of the timeline", "时间线高度";
    INSPECTOR_HEIGHT: "Height of the inspector", "检查器高度";
    VERDICTS_HEIGHT: "Height of the verdicts", "判定栏高度";
    RULES_HEIGHT: "Height of the rules", "规则栏高度";
    STATISTICS_HEIGHT: "Height of the statistics", "统计栏高度";
    LOG_HEIGHT: "Height of the log", "日志高度";
    SPLIT_HELP: "Drag, or arrow keys; double click puts back", "拖动或用方向键调整，双击还原";

    // Rules.
    RULES: "Rules", "规则";
    RULES_NOTE: "of the protocol", "协议规则";
    TO_NEXT: "Run until it is followed next", "运行到下次用到这条规则";
    TO_LAST: "Back to where it was followed last", "回到上次用到这条规则";
    TO_NEXT_OF: "Run until this rule is followed next: {rule}", "运行到下次用到这条规则：{rule}";
    TO_LAST_OF: "Back to where this rule was followed last: {rule}", "回到上次用到这条规则：{rule}";

    // Statistics.
    STATISTICS: "Statistics", "统计";
    UP_TO_STEP: "up to step {step}", "截至第 {step} 步";
    KIND: "message", "消息";
    SENT: "sent", "发送";
    LOST: "lost", "丢失";
    FLYING: "flying", "在途";
    MESSAGES_SENT: "messages sent", "发送消息数";
    MESSAGES_ARRIVED: "messages arrived", "送达消息数";
    MESSAGES_LOST: "messages lost", "丢失消息数";
    MESSAGES_FLYING: "messages on the way", "在途消息数";
    ALL_KINDS: "all", "合计";
    NO_MESSAGES: "No message was sent yet.", "尚未发送任何消息。";
    BAR: "{sent} sent, {arrived} arrived, {lost} lost, {flying} on the way", "发送 {sent}，送达 {arrived}，丢失 {lost}，在途 {flying}";
    BYTES: "bytes sent", "发送字节数";
    ANSWERED: "commands answered", "已应答命令";
    OF: "{part} of {all}", "{part} / {all}";
    MEDIAN: "median latency", "延迟中位数";
    TAIL: "99 % within", "99% 的延迟不超过";
    AVAILABILITY: "availability", "可用率";
    SILENCE: "longest silence", "最长无应答";
    WRITES: "disk writes", "写盘次数";
    TIMEOUTS: "timeouts", "超时次数";
    LATENCIES: "Latencies from {low} to {high}, on a log scale", "延迟分布，{low} 到 {high}，对数刻度";
    HOW_COUNTED: "How these are counted", "统计口径";
    HOW_BYTES: "Bytes: the bodies of messages in a plain binary encoding: integers in their own width, one byte for which kind a value is, four for a length; no headers, nothing packed.",
        "字节数：消息体的朴素二进制编码，整数按自身宽度，类型标记 1 字节，长度 4 字节；不含报文头，不压缩。";
    HOW_LATENCY: "Latency: from the step that gives a command to the step at which its answer leaves the node; told to within a thirty-second.",
        "延迟：从命令发出到应答离开节点的虚拟时间，误差不超过 1/32。";
    HOW_AVAILABILITY: "Availability: of all spans of 100 ms in which a command waited, the share in which at least one was answered.",
        "可用率：在有命令等待的每个 100 ms 区间中，至少应答了一条命令的区间所占的比例。";
    HOW_SILENCE: "Longest silence: the longest stretch in which a command waited and none was answered.",
        "最长无应答：有命令等待却没有任何应答的最长一段时间。";
    HOW_WRITES: "Disk writes: those that nodes asked for, forced or not. Timeouts: timers that ran out.",
        "写盘次数：节点请求的写入，无论是否强制落盘。超时次数：到期的定时器。";

    // Comparison.
    COMPARE: "Compare", "对比";
    COMPARE_WITH: "Compare with", "与之对比";
    COMPARE_NOTE: "The same seed and the same actions are played a second time, beside the first.", "用同一个种子和同样的操作再运行一次，并排显示。";
    A_VARIANT: "Another variant", "另一个变体";
    A_SETTING: "Another setting", "另一个设置";
    A_BRANCH: "Another branch", "另一个分支";
    NO_BRANCHES: "There is only one branch: act in the past, and there are two.", "目前只有一个分支；在过去做出操作就会有两个。";
    SETTING: "Setting", "设置项";
    VALUE: "Value", "取值";
    BEGIN: "Compare", "开始对比";
    END_COMPARISON: "End the comparison", "结束对比";
    AGAINST: "{first} against {second}", "{first} 对比 {second}";
    SAME_FAULTS: "same seed, same faults", "种子与故障相同";
    SAME_SEED: "same seed, other actions", "种子相同，操作不同";
    PARTED: "They part behind step {step}, at {time}.", "在第 {step} 步之后（{time}）分开。";
    NOT_PARTED: "The same so far, step by step.", "到目前为止每一步都相同。";
    TO_PARTING: "Go there", "跳到那里";
    COSTS: "Costs up to {time}", "截至 {time} 的开销";
    SAME_VERDICTS: "No verdict differs.", "判定没有差别。";
    VERDICTS_DIFFER: "Verdicts that differ", "不同的判定";
    NOT_CHECKED: "not checked", "不检查";
    DOES_NOT_FIT: "{second} cannot do this: {what}", "{second} 不支持这个操作：{what}";
    SECOND_REFUSED: "The second run cannot be opened: {why}", "无法打开第二次运行：{why}";
    SECOND_PICTURE: "Picture of the second run: {label}", "第二次运行的画面：{label}";
    PARTING_MARK: "the runs part at step {step}", "两次运行在第 {step} 步分开";

    // Stories.
    DONE: "done", "已完成";
    STORIES_DONE: "{done} of {count} stories done", "已完成 {done} / {count} 个故事";
}

#[cfg(test)]
mod tests {
    use faultscope_labs::Lang;

    use super::*;

    fn holes(text: &str) -> Vec<&str> {
        let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
        let mut holes: Vec<&str> = parts.map(|(name, _)| name).collect();
        holes.sort_unstable();
        holes
    }

    #[test]
    fn every_text_says_the_same_in_every_language() {
        for (name, text) in ALL {
            let (english, chinese) = (text.get(Lang::En), text.get(Lang::Zh));
            assert_eq!(holes(english), holes(chinese), "{name}");
            assert!(!english.trim().is_empty() && !chinese.trim().is_empty(), "{name}");
            assert!(!chinese.contains(", ") && !chinese.ends_with('.'), "{name}: Chinese has its own marks");
        }
    }
}
