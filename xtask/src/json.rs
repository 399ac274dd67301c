//! Reads parts of JSON values by their names, and writes texts.
#![expect(
    clippy::disallowed_types,
    reason = "an object of tinyjson is such a map; it is looked into, never walked through"
)]

use std::collections::HashMap;

use tinyjson::JsonValue;

use crate::console::Result;

/// The member of an object.
pub(crate) fn member<'value>(value: &'value JsonValue, name: &str) -> Option<&'value JsonValue> {
    value.get::<HashMap<String, JsonValue>>()?.get(name)
}

/// The text that a member is.
pub(crate) fn text(value: &JsonValue, name: &str) -> Option<String> {
    member(value, name)?.get::<String>().cloned()
}

/// A text as JSON has it, with its quotes.
pub(crate) fn written(text: String) -> Result<String> {
    JsonValue::from(text).stringify().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_name() {
        let value: JsonValue = r#"{"a":{"b":"c"},"d":1}"#.parse().unwrap();
        assert_eq!(text(member(&value, "a").unwrap(), "b").as_deref(), Some("c"));
        assert_eq!(text(&value, "d"), None);
        assert!(member(&value, "e").is_none());
    }
}
