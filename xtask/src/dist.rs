//! `cargo xtask dist`: the page as a static folder that works under any path of any static host, and as one file.
//!
//! `dist/faultscope.html` is the whole page in one file. It stands in the folder, because frames that may not load the
//! folder's modules load it instead. `dist/posters/` has a picture of each lab for other people's pages.

mod labs;
pub(crate) mod single;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::console::{self, Result};
use crate::{stage, tools, workspace};

/// Builds the folder and says where it is, or where the one file in it is.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let is_single = match arguments {
        [] => false,
        [flag] if flag == "--single-file" => true,
        _ => return Err("dist: the only argument is `--single-file`".into()),
    };
    build()?;
    if is_single {
        println!("dist/{}: ready; it is the whole page, and opens from a disk", single::NAME);
    } else {
        println!("dist/: ready; every path in it is relative, so it works in any folder of any static host");
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the folder aside and then puts it in place, so that `dist/` is never half a site.
pub(crate) fn build() -> Result<()> {
    let path = tools::ready()?;
    let aside = workspace::root().join("target").join(format!("dist-{}", std::process::id()));
    let list =
        console::long_step("asking the command line for the labs", "1 min after a change", labs::list)?;
    let kept = labs::keep_list(&list)?;
    console::long_step("building dist/ with the profile of the page", "1 to 3 min after a change", || {
        fs::create_dir_all(&aside).map_err(|error| format!("{}: {error}", aside.display()))?;
        let mut trunk = tools::trunk(&path)?;
        trunk
            .arg("build")
            .args(tools::PUBLISHED)
            .arg("--dist")
            .arg(&aside)
            .env(stage::shell::LABS_VARIABLE, &kept);
        let built = console::run(&mut trunk)
            .and_then(|()| single::write(&aside))
            .and_then(|()| labs::write_posters(&aside, &list));
        fs::remove_file(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
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
