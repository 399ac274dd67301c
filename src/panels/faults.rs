//! The bar of fault tools.

use faultscope_labs::Lang;
use yew::prelude::*;

use crate::handle::Handle;
use crate::intent::{Intent, Selection, Tool};

/// What the bar is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FaultBarProps {
    /// The run.
    pub handle: Handle,
    /// The language.
    pub lang: Lang,
    /// What is picked up.
    pub selection: Selection,
    /// The tool in hand; none for selecting.
    pub tool: Option<Tool>,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// See the module.
#[component]
pub(crate) fn FaultBar(props: &FaultBarProps) -> Html {
    let _ = props;
    html! {}
}
