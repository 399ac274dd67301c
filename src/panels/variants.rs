//! The panel `VariantsSheet`.

use yew::prelude::*;

use super::PanelProps;

/// See the module.
#[component]
pub(crate) fn VariantsSheet(props: &PanelProps) -> Html {
    let _ = props;
    html! {}
}
