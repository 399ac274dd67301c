//! The panel `EventLog`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn EventLog(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
