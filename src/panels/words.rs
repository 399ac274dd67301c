//! The words of the panels, the home page and the top bar, in every language.

use faultscope_labs::{Lang, Text};

/// A table of words, and the same as a list, which the test below walks through.
macro_rules! words {
    ($group:ident; $($name:ident: $en:literal, $zh:literal;)*) => {
        $(pub(crate) const $name: Text = Text::new($en, $zh);)*
        #[cfg(test)]
        const $group: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

// Everywhere.
words! {
    EVERYWHERE;
    CLOSE: "Close", "关闭";
    NONE: "none", "无";
    YES: "yes", "是";
    NO: "no", "否";
    EMPTY: "empty", "空";
    ONE_ENTRY: "1 entry", "1 项";
    ENTRIES: "{count} entries", "{count} 项";
    MORE: "{count} more", "另有 {count} 项";
    NODES: "Nodes", "节点";
    NODE_AND_STATUS: "{node}, {status}", "{node}，{status}";
    ROLE_AND_STATUS: "{role}, {status}", "{role}，{status}";
    ACTIONS: "Actions", "操作";
    LOADING: "Loading …", "正在加载……";
    BACK: "Back", "上一步";
}

// The top bar.
words! {
    TOP_BAR;
    ALL_LABS: "Faultscope, all labs", "Faultscope，全部实验";
    VARIANTS: "Variants", "变体";
    RIGHT: "Right", "正确的变体";
    RIGHT_MANY: "{count} right variants", "{count} 个正确的变体";
    BREAK_IT: "Break it", "攻破它";
    BREAK_ONE: "Break it: 1 naive variant", "攻破它：1 个缺陷变体";
    BREAK_MANY: "Break it: {count} naive variants", "攻破它：{count} 个缺陷变体";
    SETTINGS: "Settings", "设置";
    SHARE: "Share", "分享";
    KEYS: "Keys", "快捷键";
    LANGUAGE: "Language", "语言";
    THEME: "Colours", "配色";
    THEME_SYSTEM: "As the system", "跟随系统";
    THEME_LIGHT: "Light", "浅色";
    THEME_DARK: "Dark", "深色";
    MENU: "More", "更多";
}

// Files to take along.
words! {
    FILES;
    TAKE_ALONG: "Take it along", "导出文件";
    SPAN: "Span of pictures of time", "时间区间";
    SPAN_HELP: "For the space-time diagram, the animation and the sequence diagram; in ms.",
        "用于时空图、动画和时序图，单位为毫秒。";
    SPAN_FROM: "from", "从";
    SPAN_UNTIL: "to", "到";
    SPAN_WRONG: "Two times in milliseconds, the earlier one first.", "请填两个时间（毫秒），先早后晚。";
    SAVE_REFUSED: "The browser saves no files from here.", "浏览器不允许在此保存文件。";
    FILE_RUN: "Run", "运行文件";
    FILE_RUN_HELP: "The run as a small text: opens here, and with the command line.",
        "一小段文本，可在本页或命令行中打开。";
    FILE_PICTURE: "Picture", "图片";
    FILE_PICTURE_HELP: "The stage at this step, as SVG for slides.", "当前这一步的舞台，SVG，适合幻灯片。";
    FILE_SPACETIME: "Space-time diagram", "时空图";
    FILE_SPACETIME_HELP: "A lane for each node, a line for each message, as SVG.",
        "每个节点一条泳道，每条消息一条线，SVG。";
    FILE_ANIMATION: "Animation", "动画";
    FILE_ANIMATION_HELP: "The stage over the span, as an SVG that moves by itself.",
        "区间内的舞台，会自己播放的 SVG。";
    FILE_EVENTS: "Events", "事件";
    FILE_EVENTS_HELP: "Every step with its vector clock, as JSON Lines.", "每一步及其向量时钟，JSON Lines。";
    FILE_STATES: "States", "状态";
    FILE_STATES_HELP: "Every change of a node's state, as JSON Lines.", "节点状态的每次变化，JSON Lines。";
    FILE_HISTORY: "History", "操作历史";
    FILE_HISTORY_HELP: "Every command with its answer, for a linearizability checker.",
        "每条命令及其结果，供线性一致性检查器使用。";
    FILE_SHIVIZ: "ShiViz log", "ShiViz 日志";
    FILE_SHIVIZ_HELP: "Opens in ShiViz as it is.", "可直接用 ShiViz 打开。";
    FILE_MERMAID: "Mermaid", "Mermaid 时序图";
    FILE_MERMAID_HELP: "A sequence diagram for documents in Markdown.", "可放进 Markdown 文档的时序图。";
}

// The home page.
words! {
    HOME;
    TAGLINE: "Break a distributed system, watch every message, and see the step where a property fails.",
        "亲手弄坏一个分布式系统，看清每一条消息，找到性质被违反的那一步。";
    FIND: "Find a lab, a fault or a variant", "查找实验、故障或变体";
    LABS_COUNT: "{count} labs", "{count} 个实验";
    LABS_ONE: "1 lab", "1 个实验";
    FOUND_COUNT: "{found} of {count} labs", "{found} / {count} 个实验";
    FOUND_NONE: "No lab has “{text}” in its name, its sentence or its variants.", "没有哪个实验的名称、简介或变体包含“{text}”。";
    CLEAR: "Show all labs", "显示全部实验";
    ONE_VARIANT: "1 variant", "1 个变体";
    VARIANT_COUNT: "{count} variants", "{count} 个变体";
    BROKEN_BY: "Broken by", "败于";
    STRIP: "One run of {lab}: {messages} messages in {time}, {lost} of them lost.",
        "{lab} 的一次运行：{time} 内 {messages} 条消息，丢失 {lost} 条。";
    STRIP_LABEL: "A space-time diagram: one lane a node, one line a message.", "时空图：每个节点一条线，每条消息一道斜线。";
    YOURS: "Yours", "你的运行";
    YOURS_QUESTION: "Have a run already?", "已有一次运行？";
    OPEN_A_RUN: "Open a run", "打开运行";
    OPEN_SENTENCE: "A run is a short text: lab, settings, seed, actions. It replays bit for bit.",
        "一次运行就是一段短文本：实验、设置、种子和操作，可逐位重放。";
    PASTE: "Link or text of a run", "运行的链接或文本";
    OPEN: "Open", "打开";
    DROP_HERE: "Drop a file here, or", "把文件拖到这里，或";
    CHOOSE_FILE: "choose one", "选择文件";
    NOTHING_TO_OPEN: "Paste a link, or the text of a run.", "请粘贴链接或运行文本。";
    FOOT_REAL: "Real state machines, virtual time, nothing scripted.", "真实的状态机，虚拟的时间，没有预先编排的动画。";
    FOOT_OFFLINE: "Works offline, from a folder or a USB stick.", "可离线使用，放在文件夹或 U 盘里即可。";
    FOOT_KEYS: "In a lab, ? lists the keys.", "在实验页按 ? 查看快捷键。";
}

// About, and the commands.
words! {
    ABOUT_AND_COMMANDS;
    ABOUT: "About", "简介";
    ASK_A_NODE: "Ask a node", "向节点发命令";
    MADE_FOR: "What it is made for", "它能承受什么";
    NO_FAULTS: "no faults at all", "不能承受任何故障";
    MOST_DOWN: "at most {down} of {servers} servers down at once", "{servers} 台服务器中最多同时宕机 {down} 台";
    OUTSIDE: "This run goes beyond what it is made for", "本次运行超出了它的假设";
    AT: "at", "发给";
    SEND: "Send", "发送";
    NOBODY_TAKES: "No node can take this now.", "目前没有节点能接受这条命令。";
    LESS: "{what}: one less", "{what}减一";
    MORE_OF: "{what}: one more", "{what}加一";
}

// The story.
words! {
    STORY_WORDS;
    STORY: "Story", "故事";
    STORIES: "Stories", "故事";
    OTHER_STORIES: "Other stories", "其他故事";
    STORY_PLACE: "Story · {place} / {count}", "故事 · {place} / {count}";
    STORY_NOT_FETCHED: "The story cannot be fetched from {path}. Is the page offline?", "无法从 {path} 获取这个故事，是否已离线？";
    PREDICT: "Predict", "先猜一猜";
    RIGHT_ANSWER: " (right)", "（正确）";
    WRONG_ANSWER: " (wrong)", "（错误）";
    REVEAL: "Reveal", "揭晓答案";
    NEXT: "Next", "下一步";
    FINISH: "Finish", "结束";
    LEAVE: "Leave", "退出";
    GOAL: "Your turn", "轮到你了";
    GOAL_WON: "Reached, within the budget.", "已达成，且没有超出限额。";
    GOAL_OVER: "Over the budget: undo something.", "超出限额，请撤销一些操作。";
    GOAL_OPEN: "Not reached yet; there are {time} for it.", "尚未达成，限时 {time}。";
}

// The inspector and what can be done.
words! {
    INSPECTOR_WORDS;
    INSPECTOR: "Inspector", "检查器";
    STATE: "State", "状态";
    CHANGED_AT: "changed at step {step}", "第 {step} 步有变化";
    STEP_WITHOUT_CHANGE: "step {step} changed nothing", "第 {step} 步没有变化";
    STEP_OF_NODE_BEFORE: "The step of {node} before", "{node} 的上一步";
    STEP_OF_NODE_AFTER: "The next step of {node}", "{node} 的下一步";
    ADDED: "new: ", "新增：";
    REMOVED: "gone: ", "移除：";
    NOT_STARTED: "nothing happened yet", "尚未发生任何事";
    WAS: "was ", "原为 ";
    MESSAGE: "Message", "消息";
    MESSAGE_NUMBER: "number {number}", "第 {number} 号";
    MESSAGE_GONE: "This message is no longer on its way.", "这条消息已不在途中。";
    PUT_DOWN: "Back to the nodes", "回到节点";
    MORE_ACTIONS: "More", "更多";
    SENT: "sent", "发送于";
    ARRIVES: "arrives", "到达";
    ARRIVES_IN: "{time}, in {left}", "{time}，还有 {left}";
    HELD_BACK: "held by hand", "被扣住";
    WAITS_AT_DOOR: "waits at a paused node", "在暂停的节点门口等待";
    WILL_BE_LOST: "the link loses it", "将在链路上丢失";
    WILL_MEET_CUT: "dies at the cut", "将在切断处丢失";
    BODY: "body", "内容";
    INSPECT: "Inspect", "检查";
    ACTIONS_OF: "What to do to {what}", "对 {what} 的操作";
    CRASH: "Crash", "崩溃";
    CRASH_KEEPING: "Crash, its writes survive", "崩溃，保留未完成的写入";
    RESTART: "Restart", "重启";
    PAUSE: "Pause", "暂停";
    RESUME: "Resume", "恢复运行";
    ISOLATE: "Cut from all", "与全部节点切断";
    MUTE: "Cut what it sends", "只切断它的发送";
    HEAL: "Heal", "恢复链路";
    FIRE: "Fire {timer} ({left} left)", "触发 {timer}（还剩 {left}）";
    FINISH_WRITE: "Finish its write now", "立即完成写盘";
    SLOW_DISK_BY: "Slow disk: 200 ms a write", "磁盘变慢：每次写盘 200 ms";
    SLOW_PROCESSOR_BY: "Slow processor: 20 ms an input", "处理器变慢：每个输入 20 ms";
    PROCESSOR_RIGHT: "Fast processor again", "处理器恢复正常";
    LOSE_DISK: "Lose its disk", "丢失磁盘数据";
    CLOCK_BEHIND: "Clock jumps back 500 ms", "时钟回跳 500 ms";
    CLOCK_AHEAD: "Clock 500 ms ahead", "时钟拨快 500 ms";
    CLOCK_FAST: "Clock 20% fast", "时钟走快 20%";
    CLOCK_RIGHT: "Set its clock right", "校准时钟";
    DROP: "Drop", "丢弃";
    DELIVER: "Deliver now", "立即送达";
    HOLD: "Hold", "扣住";
    RELEASE: "Release", "放行";
    DUPLICATE: "Duplicate", "复制";
    DELAY: "Delay by 50 ms", "推迟 50 ms";
    BEYOND_SIGN: "beyond what this variant assumes", "超出本变体的假设";
}

// The sheet of all faults.
words! {
    FAULT_SHEET;
    ALL_FAULTS: "All faults", "全部故障";
    STANDING: "Standing now", "当前存在的故障";
    NOTHING_STANDS: "Nothing: every node runs, every link is as it was set.", "没有：节点都在运行，链路都是设定的样子。";
    MEND: "Mend everything", "全部修复";
    NODES_AND_ZONES: "Nodes and zones", "节点与分区";
    WHOM: "Whom", "对象";
    WHAT: "What", "故障";
    SLOW_DISK: "Slow disk", "磁盘变慢";
    SLOW_PROCESSOR: "Slow processor", "处理器变慢";
    CLOCK_OFF: "Clock off by", "时钟偏移";
    CLOCK_DRIFT: "Clock drifts by", "时钟漂移";
    CLOCK_JUMP: "Clock jumps by", "时钟跳变";
    LINKS: "Links", "链路";
    ALL_LINKS: "all", "全部";
    FROM: "From", "从";
    TO: "To", "到";
    LATENCY_UNIFORM: "Latency, uniform", "延迟，均匀分布";
    LATENCY_EXPONENTIAL: "Latency, exponential (least – mean)", "延迟，指数分布（下限 – 均值）";
    LATENCY_HEAVY: "Latency, heavy tail (least – mean)", "延迟，重尾分布（下限 – 均值）";
    LOSS: "Loss", "丢包";
    DUPLICATION: "Duplication", "重复";
    REORDERING: "Reordering", "乱序";
    AT_LEAST: "from", "从";
    BY_HOW_MUCH: "by how much", "多少";
    CUT_BETWEEN: "Cut between two groups", "在两组之间切断";
    CUT_BETWEEN_HELP: "Touch a node to put it on a side. A node on no side still reaches all.",
        "点节点选择它在哪一侧；不属于任何一侧的节点仍与所有节点连通。";
    NO_SIDE: "no side", "不参与";
    ONE_SIDE: "side A", "A 侧";
    OTHER_SIDE: "side B", "B 侧";
    ONE_WAY: "Only from A to B", "仅切断 A 到 B";
    IN_WORDS: "In words", "文字形式";
    IN_WORDS_HELP: "Any action, as it stands in a run's text.", "任意动作，写法与运行文本相同。";
    DO_IT: "Do it now", "立即执行";
    STORM: "Random faults", "随机故障";
    STORM_HELP: "Drawn from a seed, from the cursor on. One undo takes them all back.", "由种子抽取，从游标处开始；一次撤销即可全部撤回。";
    STORM_RATE: "Faults", "故障频率";
    STORM_BUDGET: "At the most", "最多次数";
    STORM_LENGTH: "For", "持续时间";
    TIMES: "times", "次";
    A_SECOND: "a second", "次/秒";
    SECONDS: "s", "秒";
    STORM_HEALS: "Undo each of them in the end", "最后全部恢复";
    STORM_BEYOND: "Beyond what the variant assumes", "超出变体的假设";
    STORM_BEGIN: "Let them strike", "开始";
    BEYOND: "Goes beyond what this variant assumes: {what}.", "超出本变体的假设：{what}。";
}

// The bar of faults.
words! {
    FAULT_BAR;
    FAULTS: "Faults", "故障";
    SELECT: "Select", "选择";
    CUT: "Cut", "切断";
    UNDO: "Undo", "撤销";
    REDO: "Redo", "重做";
    SELECT_HELP: "Pick up a node or a message", "拾取一个节点或一条消息";
    CUT_HELP: "Draw a line across links", "在链路上划一道线";
    CRASH_HELP: "Touch a node: it crashes, or restarts", "点一个节点，使它崩溃或重启";
    PAUSE_HELP: "Touch a node: it pauses, or goes on", "点一个节点，使它暂停或恢复运行";
    DROP_HELP: "Touch a message: it is lost", "点一条消息，使它丢失";
}

// The verdicts.
words! {
    VERDICT_WORDS;
    VERDICTS: "Verdicts", "判定";
    CHECKED: "checked {count} times", "已检查 {count} 次";
    HELD: "held", "成立";
    BREAKS_AT: "breaks at step {step}", "第 {step} 步被违反";
    BROKEN_AT: "broken at step {step}", "已在第 {step} 步被违反";
    MET_AT: "met, step {step}", "第 {step} 步达成";
    DUE: "due", "待达成";
    UNMET: "unmet", "未达成";
    GAVE_UP_AT: "given up at step {step}", "第 {step} 步放弃判定";
    SEEN_AT: "seen, step {step}", "第 {step} 步出现";
    NOT_YET: "not yet", "尚未出现";
    PREMISE: "There was something to check {count} times.", "共有 {count} 次可供检查。";
}

// Branches.
words! {
    BRANCH_WORDS;
    BRANCHES: "Branches", "分支";
    BRANCHES_NOTE: "Acting in the past forks the run; the old future stays here.", "在过去做出操作会让运行分叉，原来的未来保留在这里。";
    BRANCH_PLACE: "parts behind step {step}; {steps} steps, {end}", "第 {step} 步后分叉；共 {steps} 步，{end}";
    BRANCH_LENGTH: "{steps} steps, {end}", "共 {steps} 步，{end}";
    BRANCH_NAME: "Name of the branch", "分支名称";
    ON_SCREEN: "on screen", "当前分支";
    SWITCH: "Show", "切换到";
    COMPARE: "Compare", "比较";
    DELETE: "Delete", "删除";
    BRANCH_LINK: "Link", "链接";
    COMPARED: "They part behind step {step}, at {time}; compared up to {until}", "在第 {step} 步后（{time}）分开；比较到 {until}";
    TO_PARTING: "Go to where they part", "跳到分叉处";
    FIRST_DIFFERENCE: "first step apart", "分开后的第一步";
    ARRIVED: "messages arrived", "送达消息数";
    LOST_COUNT: "messages lost", "丢失消息数";
    ANSWERED: "commands answered", "应答命令数";
}

// Run until.
words! {
    UNTIL_WORDS;
    RUN_UNTIL: "Run until", "运行至";
    ANYWHERE: "Anywhere", "任何位置";
    A_MESSAGE: "a message arrives or is lost", "消息送达或丢失";
    A_NOTE: "a note", "出现标注";
    A_DECISION: "a decision", "做出决定";
    A_BREAK: "a property breaks", "性质被违反";
    AT_A_NODE: "At one node", "某个节点";
    MESSAGE_TO_IT: "a message to it", "发给它的消息";
    MESSAGE_FROM_IT: "a message from it", "它发出的消息";
    STEP_AT_IT: "any step of it", "它的任何一步";
    BACK_TO: "Back to: {what}", "回到：{what}";
    ON_TO: "On to: {what}", "前往：{what}";
    RUN_ON: "Run", "运行";
    PLACE_HELP: "A field of a node, a time, a note, an event; several joined by “and”.", "节点字段、时间、标注或事件；多个条件用 and 连接。";
}

// Experiments.
words! {
    EXPERIMENT_WORDS;
    EXPERIMENTS: "Experiments", "测量实验";
    EXPERIMENT: "Experiment", "测量";
    TRIALS: "Trials a line", "每行试验次数";
    EXPERIMENT_SETTINGS: "What it is set to", "实验设置";
    METHOD: "A trial", "每次试验";
    SOURCE: "Source", "来源";
    MEASURE: "Measure", "开始测量";
    MEASURING: "Measuring", "正在测量";
    MEASURED: "{played} of {of} trials", "已完成 {played} / {of} 次试验";
    NUMBERS: "The numbers", "数值";
    NO_EXPERIMENTS: "Nothing is measured in this lab yet.", "本实验尚无测量项目。";
}

// The search for a counterexample.
words! {
    SEARCH_WORDS;
    SEARCH: "Search for a counterexample", "搜索反例";
    SEARCH_NOTE: "Tries every order of events from step {step} on, breadth first, within these bounds: the first break it finds is a shortest one. “any” is no bound. Time stands still in a search.",
        "从第 {step} 步起，在下列界限内按广度优先尝试所有事件顺序，最先找到的反例就是最短的。any 表示不设限。搜索中时间静止。";
    SEARCH_CRASHES: "Crashes", "崩溃次数";
    SEARCH_DROPS: "Lost messages", "丢失消息数";
    SEARCH_DUPLICATES: "Doubled messages", "重复消息数";
    SEARCH_PAUSES: "Pauses", "暂停次数";
    SEARCH_TIMERS: "Timers that fire", "定时器到期次数";
    SEARCH_COMMANDS: "Commands", "客户端命令数";
    SEARCH_DEPTH: "Choices on a path", "路径上的选择数";
    SEARCH_STATES: "Unique states", "不同状态数";
    SEARCH_DISKS: "Disks", "磁盘";
    DISKS_IMMEDIATE: "durable at once", "立即落盘";
    DISKS_PENDING: "writes wait", "写入等待落盘";
    SEARCH_BEGIN: "Search", "开始搜索";
    SEARCH_STOP: "Stop", "停止";
    SEARCHING: "Searching", "正在搜索";
    SEARCH_PROGRESS: "{unique} unique states, {waiting} waiting, depth {depth}; {rate} states a second, {memory} MB",
        "{unique} 个不同状态，{waiting} 个待展开，深度 {depth}；每秒 {rate} 个状态，{memory} MB";
    SEARCH_PLAY: "Play it", "播放";
    NOT_CLAIMED: "not claimed", "未声称";
}

// The event log.
words! {
    LOG_WORDS;
    LOG: "Log", "日志";
    LOG_OF_NODE: "Show the log of", "日志范围";
    ALL_NODES: "all nodes", "全部节点";
    LOG_SEARCH: "Find in the log", "在日志中查找";
    LOG_EMPTY: "Nothing happened yet.", "尚未发生任何事。";
    LOG_OF_KIND: "Show in the log", "日志内容";
    ALL_KINDS: "everything", "全部事件";
    LOG_NOT_FOUND: "Nothing found in steps {first} to {last}, around the cursor. Move the cursor to search elsewhere.",
        "第 {first} 到 {last} 步（游标附近）中没有找到。移动游标可在别处查找。";
    LOG_NONE: "None of the {all} steps played so far.", "已播放的 {all} 步中没有。";
}

// The settings.
words! {
    SETTING_WORDS;
    SETTINGS_NOTE: "A change starts the run over, with the same actions.", "修改后运行从头开始，已有操作保留。";
    NETWORK_AND_DISKS: "Network and disks", "网络与磁盘";
    RUN: "Run", "运行";
    SEED: "Seed", "种子";
    SEED_HELP: "All chance in a run comes from here: the same seed, the same run.", "运行中的一切随机都由它决定：种子相同，运行相同。";
    ANOTHER_SEED: "Another", "换一个";
    START_OVER: "Start over", "重新开始";
    START_OVER_HELP: "The same settings and seed, no actions.", "设置和种子不变，清除全部操作。";
    UP_TO: "up to", "至";
    EXPECTED_NUMBER: "Expected a number from {min} to {max} {unit}.", "应为 {min} 到 {max} {unit} 之间的数。";
    EXPECTED_RANGE: "Expected two numbers from {min} to {max} {unit}, the lower one first.",
        "应为 {min} 到 {max} {unit} 之间的两个数，小的在前。";
    EXPECTED_SEED: "Expected a whole number.", "应为一个整数。";
}

// Sharing.
words! {
    SHARE_WORDS;
    SHARE_NOTE: "The run is in the link itself; nothing is uploaded.", "整个运行都在链接里，不会上传任何内容。";
    LINK: "Link", "链接";
    LINK_HELP: "Opens this run at this step.", "打开后停在当前运行的这一步。";
    RUN_TEXT: "Text of the run", "运行文本";
    RUN_TEXT_HELP: "For a bug report, a test, or the command line.", "可用于缺陷报告、测试或命令行。";
    EMBED: "Frame for a page", "嵌入网页";
    EMBED_HELP: "Paste it into the page of a course or a manual.", "粘贴到课程或文档的网页中。";
    COPY: "Copy", "复制";
    COPIED: "Copied", "已复制";
    COPY_BY_HAND: "The browser refuses to copy: the text is selected, press Ctrl C (⌘ C on a Mac).",
        "浏览器不允许复制：文本已选中，请按 Ctrl C（Mac 上按 ⌘ C）。";
}

// The keys.
words! {
    KEY_WORDS;
    KEYS_NOTE: "Keys work wherever the focus is not in a field.", "只要焦点不在输入框里，快捷键都有效。";
}

/// A group of keys: its name, and each with what it does.
pub(crate) type KeyGroup = (Text, &'static [(&'static [&'static str], Text)]);

/// The keys of the lab page, in groups.
pub(crate) const KEY_GROUPS: [KeyGroup; 4] = [
    (
        Text::new("Time", "时间"),
        &[
            (&["Space"], Text::new("play, or stand still", "播放或暂停")),
            (&["←", "→"], Text::new("one step back, one step on", "后退一步，前进一步")),
            (&["Home", "End"], Text::new("to the beginning, to the end", "跳到开头，跳到末尾")),
            (&["[", "]"], Text::new("slower, faster", "减速，加速")),
            (
                &[",", "."],
                Text::new("the inspected node's step before, its next", "检查中节点的上一步，下一步"),
            ),
        ],
    ),
    crate::spacetime::KEYS,
    (
        Text::new("What is picked up", "选中的对象"),
        &[
            (&["N", "B"], Text::new("the next node, the one before", "下一个节点，上一个节点")),
            (
                &["M", "⇧ M"],
                Text::new("the next message in flight, the one before", "下一条传输中的消息，上一条"),
            ),
            (&["A"], Text::new("what can be done to it", "可对它执行的操作")),
            (
                &["C"],
                Text::new(
                    "crash it or restart it; with no node, take the tool",
                    "使其崩溃或重启；未选节点时拿起工具",
                ),
            ),
            (
                &["P"],
                Text::new(
                    "pause it or let it go on; with no node, take the tool",
                    "使其暂停或恢复运行；未选节点时拿起工具",
                ),
            ),
            (&["⇧ ←↑→↓"], super::actions::MOVE_KEYS),
            (&["L", "⇧ L"], super::actions::PUT_BACK_KEYS),
            (&["D"], Text::new("drop the message; with none, take the tool", "丢弃消息；未选消息时拿起工具")),
            (&["X"], Text::new("take the tool that cuts, or put it down", "拿起或放下切断工具")),
            (&["V"], Text::new("put the tool down", "放下工具")),
        ],
    ),
    (
        Text::new("The run", "运行"),
        &[
            (&["H"], Text::new("heal all cuts", "恢复全部链路")),
            (&["F"], Text::new("all faults", "全部故障")),
            (&["G"], Text::new("branches", "分支")),
            (&["R"], Text::new("run until …", "运行至……")),
            (&["S"], Text::new("search for a counterexample", "搜索反例")),
            (&["E"], Text::new("experiments", "测量实验")),
            (&["="], Text::new("compare with a second run", "与第二次运行对比")),
            (&["U"], Text::new("undo", "撤销")),
            (&["⇧ U"], Text::new("redo", "重做")),
            (&["?"], Text::new("this list", "显示本列表")),
            (&["Esc"], Text::new("close, or put down", "关闭，或放下选中的对象")),
        ],
    ),
];

/// A kind of action, by its verb in run texts.
pub(crate) fn verb(verb: &str, lang: Lang) -> String {
    let text = match verb {
        "crash" => Text::new("crashes", "崩溃"),
        "pause" => Text::new("pauses", "暂停"),
        "cut" => Text::new("cuts", "切断"),
        "drop" => Text::new("dropped messages", "丢弃的消息"),
        "hold" => Text::new("held messages", "扣住的消息"),
        "deliver" => Text::new("messages delivered by hand", "手动送达的消息"),
        "duplicate" => Text::new("duplicated messages", "复制的消息"),
        "clock" => Text::new("clocks set", "时钟调整"),
        "disk" => Text::new("disks set", "磁盘调整"),
        "do" => Text::new("commands", "命令"),
        "join" => Text::new("new servers", "新服务器"),
        "fire" => Text::new("timers fired", "手动触发的定时器"),
        other => return other.to_owned(),
    };
    text.get(lang).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [&[(&str, Text)]; 18] = [
        EVERYWHERE,
        TOP_BAR,
        FILES,
        HOME,
        ABOUT_AND_COMMANDS,
        STORY_WORDS,
        INSPECTOR_WORDS,
        FAULT_BAR,
        FAULT_SHEET,
        BRANCH_WORDS,
        UNTIL_WORDS,
        EXPERIMENT_WORDS,
        SEARCH_WORDS,
        VERDICT_WORDS,
        LOG_WORDS,
        SETTING_WORDS,
        SHARE_WORDS,
        KEY_WORDS,
    ];

    /// The holes of a text, in order of their names.
    fn holes(text: &str) -> Vec<&str> {
        let mut holes: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        holes.sort_unstable();
        holes
    }

    #[test]
    fn every_text_says_the_same_in_every_language() {
        for (name, text) in GROUPS.into_iter().flatten() {
            let (english, chinese) = (text.get(Lang::En), text.get(Lang::Zh));
            assert_eq!(holes(english), holes(chinese), "{name}");
            assert!(!english.trim().is_empty() && !chinese.trim().is_empty(), "{name}");
            assert!(!chinese.contains(", ") && !chinese.ends_with('.'), "{name}: Chinese has its own marks");
        }
    }

    #[test]
    fn a_budget_is_told_in_words() {
        for word in ["crash", "cut", "drop", "clock"] {
            assert_ne!(verb(word, Lang::En), verb(word, Lang::Zh));
        }
        assert_eq!(verb("unheard-of", Lang::En), "unheard-of");
    }
}
