//! The panel `KeysSheet`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn KeysSheet(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
