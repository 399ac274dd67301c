//! Files of packages of the npm registry, fetched without npm or Node: an archive, its pinned hash, and the few files
//! that tests need of it.
//!
//! Nothing in a package is run here. Its bytes are pinned: another package of the same version is refused.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::BASE64;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha512};
use tar::Archive;

use crate::console::{self, Result};
use crate::path_search::program;
use crate::tools;

/// Whose registry packages come from when this machine is not told otherwise.
const PUBLIC_HOST: &str = "npmjs.org";

/// Mermaid itself, with which the browser tests read the diagrams that we write, and a page that loads it.
pub(crate) const MERMAID: Package = Package {
    name: "mermaid",
    version: "12.3.0",
    integrity: "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
    files: &[("dist/mermaid.min.js", "mermaid.min.js")],
    page: Some(
        "<!doctype html><meta charset=\"utf-8\"><title>Mermaid</title><link rel=\"icon\" href=\"data:,\">\
         <script src=\"mermaid.min.js\"></script>\n",
    ),
};

/// axe, which reads a page as the rules of accessibility do.
pub(crate) const AXE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    files: &[("axe.min.js", "axe.min.js")],
    page: None,
};

/// A package at a version, of which some files are wanted.
pub(crate) struct Package {
    /// Its name in the registry.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The hash of its archive, as the registry writes it.
    integrity: &'static str,
    /// What is kept: the place in the package, and the name in our folder.
    files: &'static [(&'static str, &'static str)],
    /// A page beside the files, `index.html`, where they are to be opened in a browser.
    page: Option<&'static str>,
}

impl Package {
    /// The folder with the wanted files; fetches them where one is missing.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        let home = tools::folder()?.join(format!("{}-{}", self.name, self.version));
        if !self.is_whole(&home) {
            let what = format!("fetching {} {} into {}", self.name, self.version, home.display());
            console::long_step(&what, "10 s, once", || self.fetch(&home))?;
        }
        Ok(home)
    }

    fn is_whole(&self, home: &Path) -> bool {
        let page = self.page.map(|_| "index.html");
        self.files.iter().map(|(_, name)| *name).chain(page).all(|name| home.join(name).is_file())
    }

    /// Fetches, checks, unpacks into a folder aside, and only then gives that its name.
    fn fetch(&self, home: &Path) -> Result<()> {
        let at = |error: io::Error| format!("{}: {error}", home.display());
        let unfinished = home.with_file_name(format!("unfinished-{}-{}", self.name, self.version));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(at)?;
        }
        fs::create_dir_all(&unfinished).map_err(at)?;
        let archive = download(&self.address(&registry()), &unfinished.join("package.tgz"))?;
        self.check(&archive)?;
        self.unpack(&archive, &unfinished)?;
        fs::remove_file(unfinished.join("package.tgz")).map_err(at)?;
        if home.exists() {
            fs::remove_dir_all(home).map_err(at)?;
        }
        fs::rename(&unfinished, home).map_err(at)
    }

    /// Where a registry keeps the archive.
    fn address(&self, registry: &str) -> String {
        format!("{}/{name}/-/{name}-{}.tgz", registry.trim_end_matches('/'), self.version, name = self.name)
    }

    /// Refuses an archive that is not the pinned one.
    fn check(&self, archive: &[u8]) -> Result<()> {
        let found = format!("sha512-{}", BASE64.encode(&Sha512::digest(archive)));
        if found == self.integrity {
            return Ok(());
        }
        let Self { name, version, integrity, .. } = self;
        Err(format!("{name} {version} is not the package that was pinned: {found} instead of {integrity}"))
    }

    /// Writes the wanted files into a folder.
    fn unpack(&self, archive: &[u8], folder: &Path) -> Result<()> {
        let failed = |error: io::Error| format!("{} {}: {error}", self.name, self.version);
        for entry in Archive::new(GzDecoder::new(archive)).entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            let place = entry.path().map_err(failed)?.to_string_lossy().into_owned();
            if let Some((_, name)) =
                self.files.iter().find(|(inside, _)| place.strip_prefix("package/") == Some(inside))
            {
                let mut content = Vec::new();
                entry.read_to_end(&mut content).map_err(failed)?;
                fs::write(folder.join(name), content).map_err(failed)?;
            }
        }
        if let Some(page) = self.page {
            fs::write(folder.join("index.html"), page).map_err(failed)?;
        }
        if self.is_whole(folder) {
            return Ok(());
        }
        Err(format!("{} {}: not every wanted file is in the package", self.name, self.version))
    }
}

/// What stands at an address. curl knows proxies and certificates of its machine better than a crate would.
fn download(address: &str, into: &Path) -> Result<Vec<u8>> {
    if program(Path::new("curl")).is_none() {
        return Err(format!("there is no curl in PATH to fetch {address}"));
    }
    let options = ["--fail", "--location", "--silent", "--show-error", "--retry", "3", "--output"];
    console::run(Command::new("curl").args(options).arg(into).arg(address))?;
    fs::read(into).map_err(|error| format!("{}: {error}", into.display()))
}

/// The registry that this machine's npm would use, if there were one: the environment, then the user's `.npmrc`.
fn registry() -> String {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let file = env::home_dir().map(|home| home.join(".npmrc"));
    set("npm_config_registry")
        .or_else(|| set("NPM_CONFIG_REGISTRY"))
        .or_else(|| registry_of(&fs::read_to_string(file?).ok()?))
        .unwrap_or_else(|| format!("https://registry.{PUBLIC_HOST}"))
}

/// What a `.npmrc` sets as the registry of all packages.
fn registry_of(settings: &str) -> Option<String> {
    let pairs = settings.lines().filter_map(|line| line.split_once('='));
    let mut value = pairs.filter(|(key, _)| key.trim() == "registry").map(|(_, value)| value.trim());
    value.next_back().map(|value| value.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    /// An archive with these files, as a registry would send it.
    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (place, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, place, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    const TOY: Package = Package {
        name: "toy",
        version: "1.2.3",
        integrity: "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        files: &[("dist/toy.js", "toy.js")],
        page: Some("<!doctype html>"),
    };

    #[test]
    fn another_package_is_refused() {
        assert_eq!(TOY.check(b""), Ok(()), "the pinned hash is that of nothing");
        let refusal = TOY.check(b"x").unwrap_err();
        assert!(refusal.starts_with("toy 1.2.3 is not the package that was pinned"), "{refusal}");
    }

    #[test]
    fn only_the_wanted_files_are_unpacked() {
        let folder = env::temp_dir().join(format!("faultscope-npm-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let refusal = TOY.unpack(&archive(&[("package/other.js", "x")]), &folder).unwrap_err();
        assert_eq!(refusal, "toy 1.2.3: not every wanted file is in the package");
        let whole = archive(&[("package/other.js", "x"), ("package/dist/toy.js", "toy()")]);
        TOY.unpack(&whole, &folder).unwrap();
        assert_eq!(fs::read_to_string(folder.join("toy.js")).unwrap(), "toy()");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "the file and its page");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_registry_is_the_one_of_this_machine() {
        let settings =
            "fund=false\n@mine:registry=https://a.example/\nregistry = \"https://b.example/npm/\"\n";
        assert_eq!(registry_of(settings).as_deref(), Some("https://b.example/npm/"));
        assert_eq!(registry_of("fund=false"), None);
        assert_eq!(TOY.address("https://b.example/npm/"), "https://b.example/npm/toy/-/toy-1.2.3.tgz");
    }
}
