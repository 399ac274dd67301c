//! Names of nodes: `n1`, `n2` … for servers, `c1`, `c2` … for clients, on screen, in the trace and in code.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A node of a run. Ids only grow: a leaver's id is never used again.
///
/// Servers sort before clients, each by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u16);

const CLIENT_BIT: u16 = 1 << 15;

impl NodeId {
    /// The server `n<number>`; `number` is in 1..=32767.
    pub const fn server(number: u16) -> Self {
        assert!(number > 0 && number < CLIENT_BIT);
        Self(number)
    }

    /// The client `c<number>`; `number` is in 1..=32767.
    pub const fn client(number: u16) -> Self {
        assert!(number > 0 && number < CLIENT_BIT);
        Self(number | CLIENT_BIT)
    }

    /// Whether this is a client.
    pub const fn is_client(self) -> bool {
        self.0 & CLIENT_BIT != 0
    }

    /// The id as one number, for places where a picture or a hash needs one.
    pub const fn code(self) -> u16 {
        self.0
    }

    /// The id behind [`NodeId::code`]; none where no id has this code.
    pub const fn from_code(code: u16) -> Option<Self> {
        if code & !CLIENT_BIT == 0 { None } else { Some(Self(code)) }
    }

    /// The number behind the letter, from 1.
    pub const fn number(self) -> u16 {
        self.0 & !CLIENT_BIT
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.is_client() { 'c' } else { 'n' };
        write!(f, "{letter}{}", self.number())
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that names no node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadNodeId;

impl FromStr for NodeId {
    type Err = BadNodeId;

    fn from_str(text: &str) -> Result<Self, BadNodeId> {
        let (class, digits) = match text.as_bytes().first() {
            Some(b'n') => (0, &text[1..]),
            Some(b'c') => (CLIENT_BIT, &text[1..]),
            _ => return Err(BadNodeId),
        };
        if digits.starts_with(['0', '+']) {
            return Err(BadNodeId);
        }
        let number: u16 = digits.parse().map_err(|_| BadNodeId)?;
        if number == 0 || number >= CLIENT_BIT { Err(BadNodeId) } else { Ok(Self(number | class)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for id in [NodeId::server(1), NodeId::server(32767), NodeId::client(1), NodeId::client(12)] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn names_are_written_in_one_way_only() {
        for text in ["", "n", "c", "n0", "n01", "n+1", "n32768", "n65536", "x1", "N1", "n1 ", "n-1", "é1"] {
            assert_eq!(text.parse::<NodeId>(), Err(BadNodeId), "{text}");
        }
    }

    #[test]
    fn servers_sort_before_clients() {
        assert!(NodeId::server(9) < NodeId::client(1));
    }
}
