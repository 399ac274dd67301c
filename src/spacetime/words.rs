//! The words of the space-time panel, in every language.

use faultscope_labs::Text;

use crate::panels::words::KeyGroup;

/// Names the panel.
pub(super) const TITLE: Text = Text::new("Space-time", "时空图");
/// Names the diagram.
pub(super) const DIAGRAM: Text = Text::new("Space-time diagram", "时空图");
/// Says what keys do in it.
pub(super) const KEYS: Text = Text::new(
    "Left and right move along a lane, with Shift along a message; up and down change the lane; Enter goes to the step; \
     plus and minus zoom",
    "左右键沿泳道移动，按住 Shift 则沿消息移动；上下键切换泳道；回车跳到该步骤；加减号缩放",
);
/// Says what there is to see.
pub(super) const HINT: Text = Text::new(
    "{steps} steps in view. Point at a step to see what can have caused it.",
    "当前显示 {steps} 步。指向某一步，可看出哪些步骤可能引起它。",
);
/// Says that it is seen from afar.
pub(super) const AFAR: Text = Text::new(
    "{steps} steps in view: bars show how dense the messages are. Zoom in to see single messages.",
    "当前显示 {steps} 步：柱高表示消息密度。放大可看到单条消息。",
);
/// Makes the window longer.
pub(super) const ZOOM_OUT: Text = Text::new("Zoom out", "缩小");
/// Makes the window shorter.
pub(super) const ZOOM_IN: Text = Text::new("Zoom in", "放大");
/// Shows the whole run.
pub(super) const WHOLE: Text = Text::new("Whole run", "整个运行");
/// Opens the list of lanes.
pub(super) const LANES: Text = Text::new("Lanes", "泳道");
/// Brings hidden lanes back.
pub(super) const SHOW_HIDDEN: Text = Text::new("{count} hidden, show", "已隐藏 {count} 条，显示");
/// Moves a lane.
pub(super) const UP: Text = Text::new("Move {node} up", "上移 {node}");
/// Moves a lane.
pub(super) const DOWN: Text = Text::new("Move {node} down", "下移 {node}");
/// Names the choice of how a lane is shown.
pub(super) const LOOK: Text = Text::new("How {node} is shown", "{node} 的显示方式");
/// A lane as it is.
pub(super) const FULL: Text = Text::new("shown", "显示");
/// A lane as thin as a hair.
pub(super) const THIN: Text = Text::new("thin", "折叠");
/// A lane that is not shown.
pub(super) const HIDDEN: Text = Text::new("hidden", "隐藏");
/// All clients share a lane.
pub(super) const SHARE: Text = Text::new("All clients in one lane", "所有客户端合为一条泳道");
/// Forgets how lanes were arranged.
pub(super) const RESET: Text = Text::new("Arrange as at first", "恢复默认排列");
/// What a lane's name does.
pub(super) const NAME: Text = Text::new("{node}: drag to reorder", "{node}：拖动以调整顺序");
/// Tells the step with the focus: when, and its cone.
pub(super) const SAID: Text = Text::new("{time}. {cone}", "{time}。{cone}");

/// The keys of the timeline and the diagram, for the list of keys.
pub(crate) const KEY_GROUP: KeyGroup = (
    Text::new("On the timeline and in the space-time diagram", "时间线与时空图中"),
    &[
        (
            &["⇧ ←", "⇧ →"],
            Text::new("to the mark before, the next; along a message", "上一个标记，下一个标记；沿消息移动"),
        ),
        (
            &["←", "→"],
            Text::new(
                "along a lane: its steps, with what can have caused them",
                "沿泳道逐步移动，并显示可能的起因",
            ),
        ),
        (&["↑", "↓"], Text::new("the lane above, the lane below", "上一条泳道，下一条泳道")),
        (&["+", "−"], Text::new("zoom; so does the wheel with Ctrl", "缩放；也可按住 Ctrl 滚动滚轮")),
        (&["Enter"], Text::new("go to the step", "跳到该步骤")),
    ],
);

#[cfg(test)]
mod tests {
    use faultscope_labs::Lang;

    use super::*;

    #[test]
    fn both_languages_fill_the_same_gaps() {
        for text in [HINT, AFAR, SHOW_HIDDEN, UP, DOWN, LOOK, NAME, SAID] {
            let gaps = |lang: Lang| {
                let mut gaps: Vec<&str> =
                    text.get(lang).split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
                gaps.sort_unstable();
                gaps
            };
            assert!(!gaps(Lang::En).is_empty());
            assert_eq!(gaps(Lang::En), gaps(Lang::Zh), "{}", text.get(Lang::En));
        }
    }
}
