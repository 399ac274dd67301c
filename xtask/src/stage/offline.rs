//! The service worker's list: every file that the page needs without a network, with its digest, as one version.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use tinyjson::JsonValue;

use super::script;
use crate::console::Result;
use crate::workspace;

/// The name of the service worker. It never changes: under another name, the one before would stay for ever.
pub(crate) const NAME: &str = "offline.js";

/// How many bytes of a digest are written; `static/offline.js` compares as many.
const DIGEST_BYTES: usize = 12;

/// Puts the list of a finished site in front of the service worker. `address` tells under which address the page asks
/// for a file.
pub(crate) fn write_list(site: &Path, address: impl Fn(&str, &[u8]) -> String) -> Result<()> {
    let mut files = Vec::new();
    let mut version = Sha256::new();
    for file in workspace::files_below(site)? {
        let name = file.to_string_lossy().replace('\\', "/");
        if is_needed(&name) {
            let path = site.join(&file);
            let content = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            version.update(name.as_bytes());
            version.update(Sha256::digest(&content));
            let parts = [address(&name, &content), short(&Sha256::digest(&content))];
            files.push(JsonValue::from(parts.map(JsonValue::from).to_vec()));
        }
    }
    let version = short(&version.finalize());
    let path = site.join(NAME);
    let worker = script::minified(&workspace::read_text(&path)?);
    let files = JsonValue::from(files).stringify().map_err(|error| error.to_string())?;
    let list = format!("{{\"version\":\"{version}\",\"files\":{files}}}");
    fs::write(&path, format!("const site = {list};\n{worker}"))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// What only the browser's own windows show, what is for other people's pages, and the list itself are not kept.
fn is_needed(name: &str) -> bool {
    !(name == NAME || name.ends_with(".png") || name.starts_with("fault-scope"))
}

fn short(digest: &[u8]) -> String {
    BASE64.encode(&digest[..DIGEST_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_follows_every_file() {
        let site = std::env::temp_dir().join(format!("faultscope-offline-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        let list = |page: &str| {
            fs::write(site.join(NAME), "// says why\nstart();\n").unwrap();
            fs::write(site.join("index.html"), page).unwrap();
            write_list(&site, |name, _| format!("./{name}")).unwrap();
            fs::read_to_string(site.join(NAME)).unwrap()
        };
        let first = list("hello");
        // echo -n hello | sha256sum | xxd -r -p | head -c 12 | base64
        assert!(first.contains(r#"["./index.html","LPJNul+wow4m6Dsq"]"#), "{first}");
        assert!(first.ends_with(";\nstart();\n"), "{first}");
        assert_ne!(first, list("hello, again"));
        assert_eq!(first, list("hello"));
        fs::remove_dir_all(&site).unwrap();
    }
}
