//! `cargo xtask dist`: the page as a static folder that works under any path of any static host.

use std::process::ExitCode;

use crate::console::{self, Result};
use crate::{tools, workspace};

/// Builds the folder and says where it is.
pub(crate) fn run() -> Result<ExitCode> {
    build()?;
    println!("dist/: ready; every path in it is relative, so it works in any folder of any static host");
    Ok(ExitCode::SUCCESS)
}

/// Builds the folder.
pub(crate) fn build() -> Result<()> {
    let path = tools::ready()?;
    console::long_step("building dist/ with the release profile", "1 to 3 min after a change", || {
        let mut trunk = tools::trunk(&path)?;
        console::run(trunk.args(["build", "--release", "--dist"]).arg(workspace::dist()))
    })
}
