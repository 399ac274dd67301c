//! `cargo xtask dist`: the page as a static folder that works under any path of any static host.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::console::{self, Result};
use crate::{tools, workspace};

/// Builds the folder and says where it is.
pub(crate) fn run() -> Result<ExitCode> {
    build()?;
    println!("dist/: ready; every path in it is relative, so it works in any folder of any static host");
    Ok(ExitCode::SUCCESS)
}

/// Builds the folder aside and then puts it in place, so that `dist/` is never half a site.
pub(crate) fn build() -> Result<()> {
    let path = tools::ready()?;
    let aside = workspace::root().join("target").join(format!("dist-{}", std::process::id()));
    console::long_step("building dist/ with the profile of the page", "1 to 3 min after a change", || {
        fs::create_dir_all(&aside).map_err(|error| format!("{}: {error}", aside.display()))?;
        let built =
            console::run(tools::trunk(&path)?.arg("build").args(tools::PUBLISHED).arg("--dist").arg(&aside));
        if built.is_err() {
            fs::remove_dir_all(&aside).map_err(|error| format!("{}: {error}", aside.display()))?;
        }
        built?;
        let dist = workspace::dist();
        replace(&dist, &aside).map_err(|error| format!("{}: {error}", dist.display()))
    })
}

/// Moves a folder to a place where another one may stand.
fn replace(place: &Path, new: &Path) -> io::Result<()> {
    let old = new.with_extension("old");
    match fs::rename(place, &old) {
        Ok(()) => {
            fs::rename(new, place)?;
            fs::remove_dir_all(&old)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(new, place),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_site_takes_the_place_of_the_old_one() {
        let folder = std::env::temp_dir().join(format!("faultscope-dist-{}", std::process::id()));
        let (place, new) = (folder.join("dist"), folder.join("new"));
        for (round, name) in ["first.html", "second.html"].into_iter().enumerate() {
            fs::create_dir_all(&new).unwrap();
            fs::write(new.join(name), "").unwrap();
            replace(&place, &new).unwrap();
            assert!(place.join(name).is_file(), "{name}");
            assert_eq!(fs::read_dir(&place).unwrap().count(), 1, "nothing of the old site is left");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "round {round}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
