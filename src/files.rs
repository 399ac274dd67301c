//! Files that leave the page and files that are brought to it.

use faultscope_labs::import::{self, ImportError};
use gloo::timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, File, FileList, HtmlAnchorElement, Url};

/// How long a file stays at hand after it was handed to the browser, in milliseconds: some ask where to put it first.
const KEEP_MS: u32 = 60_000;

/// Hands a text to the browser as a file to keep.
///
/// # Errors
/// What the browser says if it refuses, as it does in some sandboxed frames.
pub(crate) fn save(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = Array::of1(&text.into());
    save_blob(name, &Blob::new_with_str_sequence_and_options(&parts, &options)?)
}

/// Hands a file to the browser to keep.
///
/// # Errors
/// What the browser says if it refuses.
pub(crate) fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(KEEP_MS, move || {
        // An address that is gone already is as good as one that is given up.
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// Reads the first of some files and hands on the text of the run in it. Nothing happens without a file.
pub(crate) fn read_first(files: Option<FileList>, then: impl FnOnce(Result<String, ImportError>) + 'static) {
    let Some(file) = files.and_then(|files| files.get(0)) else { return };
    spawn_local(async move { then(read(&file).await) });
}

async fn read(file: &File) -> Result<String, ImportError> {
    import::check_size(file.size() as u64)?;
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| ImportError::NotText)?;
    import::text_of_bytes(&Uint8Array::new(&buffer).to_vec())
}
