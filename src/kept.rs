//! What the page keeps on this device: in the browser's storage, or, where that is refused, for this visit alone.

use faultscope_labs::ordered::Map;
use std::cell::RefCell;

use web_sys::Storage;

thread_local! {
    static THIS_VISIT: RefCell<Map<&'static str, String>> = const { RefCell::new(Map::new()) };
}

/// What was kept under a key.
pub(crate) fn recall(key: &'static str) -> Option<String> {
    let of_visit = THIS_VISIT.with_borrow(|kept| kept.get(key).cloned());
    of_visit.or_else(|| storage()?.get_item(key).ok().flatten())
}

/// Keeps something under a key.
pub(crate) fn keep(key: &'static str, value: String) {
    // Without storage, or with a full one, it holds for this visit: nothing is left to do about it.
    let _ = storage().map(|storage| storage.set_item(key, &value));
    THIS_VISIT.with_borrow_mut(|kept| kept.insert(key, value));
}

/// The browser's storage; none in a sandboxed frame, or where the reader forbids it.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
