//! A session that many components read: the page owns and changes it, the panels look at it.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use faultscope_labs::Session;

/// A shared session and the number of its change. Two handles are equal when nothing changed between them, so a
/// panel is drawn again only when it has something new to show.
#[derive(Clone)]
pub(crate) struct Handle {
    session: Rc<RefCell<Session>>,
    change: u64,
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.change == other.change && Rc::ptr_eq(&self.session, &other.session)
    }
}

impl Handle {
    /// A handle on a session.
    pub(crate) fn new(session: Session) -> Self {
        Self { session: Rc::new(RefCell::new(session)), change: 0 }
    }

    /// Looks at the session.
    pub(crate) fn read(&self) -> Ref<'_, Session> {
        self.session.borrow()
    }

    /// Changes the session. The caller tells the panels with [`Handle::touch`] when they are to look again.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut Session) -> R) -> R {
        change(&mut self.session.borrow_mut())
    }

    /// Marks the session as changed.
    pub(crate) fn touch(&mut self) {
        self.change += 1;
    }
}
