//! What a browser test needs: the site on a local address, one Chromium for all tests, and pages in it.

mod browser;
mod connection;
mod console;
mod keys;
mod page;
#[path = "../../../xtask/src/path_search.rs"]
mod path_search;
mod site;
mod view;

pub(crate) use page::Page;
pub(crate) use site::Site;
pub(crate) use view::{Language, Theme, View};
