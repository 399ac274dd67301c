//! The panel `SettingsSheet`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn SettingsSheet(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
