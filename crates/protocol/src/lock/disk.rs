//! What each role keeps on its disk.

use serde::Serialize;

use super::resource::Resource;
use super::store::Store;

/// All that survives a crash of a node, by role. Clients and mutexes keep nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stable {
    /// A disk that was never written, or that was lost.
    #[default]
    Blank,
    /// The resource's.
    Resource(Resource),
    /// A store's.
    Store(Store),
}

impl Stable {
    // A disk of another role cannot be: a node keeps its seat. Were it so, a blank disk is the safe reading.

    pub(super) fn into_resource(self) -> Resource {
        if let Self::Resource(resource) = self { resource } else { Resource::default() }
    }

    pub(super) fn into_store(self) -> Option<Store> {
        if let Self::Store(store) = self { Some(store) } else { None }
    }
}
