//! The page as one file that opens by double click: everything that a finished site loads stands in it, the program
//! packed with gzip. A browser refuses modules, requests and workers from a disk, so the script is a classic one, and the
//! worker is made of the page's own text (`static/single.js`, `static/host.js`).

use std::fs;
use std::io::Write;
use std::path::Path;

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::console::Result;
use crate::stage::{css, html, policy, script};
use crate::{json, workspace};

/// The name of the file, beside `index.html`.
pub(crate) const NAME: &str = "faultscope.html";

/// Writes the file beside the site that it is made of.
pub(crate) fn write(site: &Path) -> Result<()> {
    let page = one_file(site)?;
    let path = site.join(NAME);
    fs::write(&path, page).map_err(|error| format!("{}: {error}", path.display()))
}

fn one_file(site: &Path) -> Result<String> {
    let page = workspace::read_text(&site.join("index.html"))?;
    let page = without_what_is_loaded(&page);
    let head = format!(
        "<link rel=\"icon\" href=\"data:image/svg+xml;base64,{}\">\n<style>{}</style>\n</head>",
        BASE64.encode(&read(&site.join("icon.svg"))?),
        inside("style", &workspace::read_text(&site.join(css::NAME))?)?,
    );
    let page = page.replacen("</head>", &head, 1).replacen("</body>", &format!("{}</body>", parts(site)?), 1);
    Ok(policy::with_policy(&page, policy::Place::OneFile))
}

/// The page without links to files, without the module that starts it, and without the way to the service worker.
fn without_what_is_loaded(page: &str) -> String {
    let mut ranges = html::tags(page, "link");
    let offline = |tag: &str| {
        html::attribute(tag, "name")
            .is_some_and(|name| matches!(name, "faultscope-offline" | "faultscope-worker"))
    };
    ranges.extend(html::tags(page, "meta").into_iter().filter(|range| offline(&page[range.clone()])));
    let modules = html::inline_scripts(page)
        .into_iter()
        .filter(|(tag, _)| html::attribute(&page[tag.clone()], "type") == Some("module"));
    ranges.extend(modules.map(|(tag, inside)| tag.start..inside.end + "</script>".len()));
    html::without(page, &ranges)
}

/// The program, its script, its worker and its files, as elements of the page.
fn parts(site: &Path) -> Result<String> {
    let glue = classic(&workspace::read_text(&site.join("faultscope-page.js"))?)?;
    let worker = workspace::read_text(&site.join("worker.js"))?;
    let program = read(&site.join("faultscope-page_bg.wasm"))?;
    let start = workspace::read_text(&workspace::root().join("static").join("single.js"))?;
    Ok(format!(
        "<script type=\"text/plain\" id=\"worker\">{}</script>\n\
         <script type=\"application/json\" id=\"files\">{}</script>\n\
         <script type=\"application/octet-stream\" id=\"program\">{}</script>\n\
         <script id=\"glue\">{}</script>\n<script>{}</script>\n",
        inside("script", &script::minified(&worker))?,
        files(site)?,
        BASE64.encode(&packed(&program)?),
        inside("script", &glue)?,
        inside("script", &script::minified(&start))?,
    ))
}

/// The stories, by their paths. JSON may write `<` in another way, so nothing in it can end the element.
fn files(site: &Path) -> Result<String> {
    let mut files = Vec::new();
    for file in workspace::files_below(&site.join("stories"))? {
        let name = format!("stories/{}", file.to_string_lossy().replace('\\', "/"));
        let text = workspace::read_text(&site.join("stories").join(&file))?;
        files.push(format!("{}:{}", json::written(name)?, json::written(text)?));
    }
    Ok(format!("{{{}}}", files.join(",")).replace('<', "\\u003c"))
}

/// The script that wasm-bindgen wrote as a module, as a function that gives what the module exports. Whatever is not as
/// expected stops the build: a page that does not start helps nobody.
fn classic(module: &str) -> Result<String> {
    let mut exports = Vec::new();
    let mut body = String::with_capacity(module.len());
    for line in module.lines() {
        if let Some(function) = line.strip_prefix("export function ") {
            exports.push(function.split('(').next().unwrap_or_default().to_owned());
            body.push_str("function ");
            body.push_str(function);
        } else if let Some(list) = line.strip_prefix("export { ").and_then(|rest| rest.strip_suffix(" };")) {
            exports.extend(list.split(", ").map(export));
        } else if line.starts_with("export ") || line.starts_with("import ") {
            return Err(format!("the page's script cannot stand in one file: `{line}`"));
        } else {
            body.push_str(&line.replace("import.meta.url", "''"));
        }
        body.push('\n');
    }
    if !exports.iter().any(|export| export.starts_with("default:")) {
        return Err("the page's script has no default export, which starts the program".into());
    }
    Ok(format!(
        "var faultscope = (() => {{\n'use strict';\n{body}return {{ {} }};\n}})();\n",
        exports.join(", ")
    ))
}

/// `a as b` of a list of exports as a member of an object.
fn export(words: &str) -> String {
    match words.split_once(" as ") {
        Some((inner, outer)) => format!("{outer}: {inner}"),
        None => words.to_owned(),
    }
}

/// A text that can stand in an element as it is.
fn inside(element: &str, text: &str) -> Result<String> {
    let lower = text.to_lowercase();
    if lower.contains(&format!("</{element}")) || lower.contains("<!--") {
        return Err(format!("a text for <{element}> would end it"));
    }
    Ok(text.to_owned())
}

fn packed(content: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| format!("compression failed: {error}");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content).map_err(failed)?;
    gzip.finish().map_err(failed)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_becomes_a_function() {
        let module = "/** Answers. */\nexport function answer(text) {\n  return new URL('a', import.meta.url);\n}\nexport { initSync, init as default };\n";
        let script = classic(module).unwrap();
        assert!(script.starts_with("var faultscope = (() => {\n'use strict';\n"), "{script}");
        assert!(script.contains("\nfunction answer(text) {\n  return new URL('a', '');"), "{script}");
        assert!(script.ends_with("return { answer, initSync, default: init };\n})();\n"), "{script}");
    }

    #[test]
    fn a_script_of_another_form_stops_the_build() {
        for module in ["import a from './a.js';\nexport { b as default };", "export class A {}", "let a;"] {
            assert!(classic(module).is_err(), "{module}");
        }
        assert!(inside("script", "a </SCRIPT> b").is_err());
        assert!(inside("script", "a <!-- b").is_err());
    }

    #[test]
    fn a_site_becomes_one_file() {
        let site = std::env::temp_dir().join(format!("faultscope-single-{}", std::process::id()));
        fs::create_dir_all(site.join("stories")).unwrap();
        for (name, text) in [
            (
                "index.html",
                "<meta charset=\"utf-8\">\n<meta name=\"faultscope-offline\" content=\"./offline.js\">\n<link rel=\"stylesheet\" href=\"./faultscope.css\"><script>first()</script><script type=\"module\">import './faultscope-page.js';</script></head><body></body>",
            ),
            ("icon.svg", "<svg/>"),
            (css::NAME, "a{b: c}"),
            ("faultscope-page.js", "export { init as default };\n"),
            ("worker.js", "answer();\n"),
            ("faultscope-page_bg.wasm", "\0asm"),
            ("stories/a.json", "</script> <!-- 一"),
        ] {
            fs::write(site.join(name), text).unwrap();
        }
        write(&site).unwrap();
        let page = fs::read_to_string(site.join(NAME)).unwrap();
        for part in [
            "default-src 'none'",
            "<style>a{b: c}</style>",
            "{\"stories/a.json\":\"\\u003c/script> \\u003c!-- 一\"}",
            "first()",
            "id=\"program\">H4sI",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        for part in ["href=\"./", "import ", "'self'", "offline"] {
            assert!(!page.contains(part), "{part} is in {page}");
        }
        fs::remove_dir_all(&site).unwrap();
    }
}
