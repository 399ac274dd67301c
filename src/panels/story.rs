//! The panel `StoryPanel`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn StoryPanel(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
