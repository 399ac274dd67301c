//! Our own scripts as the page carries them: without comments that stand on lines of their own, and without the space
//! before a line. Nothing else is touched, so nothing else can break.

/// A script for the page. A text that runs over several lines loses the space before each of them.
pub(crate) fn minified(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_space_are_gone_and_the_rest_stays() {
        let script = "// What it is.\n\n{\n  const a = 'b // c'; // why\n  // another\n}\n";
        assert_eq!(minified(script), "{\nconst a = 'b // c'; // why\n}\n");
    }
}
