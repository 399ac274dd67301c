//! What each role keeps on its disk.

use serde::Serialize;

use super::resource::Resource;
use super::store::Store;
use crate::coordination;

/// All that survives a crash of a node, by role. Mutexes keep nothing, and clients at most how often they have started.
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
    /// A part of the coordination service: what that has written.
    Service(coordination::Stable),
}

impl Stable {
    // A disk of another role cannot be: a node keeps its seat. Were it so, a blank disk is the safe reading.

    pub(super) fn into_resource(self) -> Resource {
        if let Self::Resource(resource) = self { resource } else { Resource::default() }
    }

    pub(super) fn into_store(self) -> Option<Store> {
        if let Self::Store(store) = self { Some(store) } else { None }
    }

    pub(super) fn into_service(self) -> coordination::Stable {
        if let Self::Service(service) = self { service } else { coordination::Stable::default() }
    }
}
