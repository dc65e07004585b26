//! Waiting until a machine has nothing left to run.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How often a machine has been idle, and who waits for the next time.
#[derive(Default)]
pub struct Idle {
    times: Cell<u64>,
    wakers: RefCell<Vec<Waker>>,
}

impl Idle {
    /// The machine is idle now.
    pub fn reached(&self) {
        self.times.set(self.times.get() + 1);
        for waker in self.wakers.take() {
            waker.wake();
        }
    }

    /// Ends when the machine is idle for the next time.
    pub fn wait(self: &Rc<Idle>) -> NextIdle {
        NextIdle { idle: self.clone(), seen: self.times.get() }
    }
}

pub struct NextIdle {
    idle: Rc<Idle>,
    seen: u64,
}

impl Future for NextIdle {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.idle.times.get() > self.seen {
            return Poll::Ready(());
        }
        self.idle.wakers.borrow_mut().push(context.waker().clone());
        Poll::Pending
    }
}
