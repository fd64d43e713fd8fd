//! Whether anything of a request was said at all: the last link of a connection's making marks the first byte of the request. What
//! fails before it (no such name, nobody there, a certificate that is not trusted) has not left; after it nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Remembers of the last request whether a byte of it was handed to a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken(Arc<AtomicBool>);

impl Spoken {
    /// Another request begins.
    pub(super) fn begin(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
    /// Something of it may have arrived.
    pub(super) fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl<In: Transport> Connector<In> for Spoken {
    type Out = Watched<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, made: Option<In>) -> Result<Option<Watched<In>>, Error> {
        self.begin(); // what a proxy was told on the way is not the request
        Ok(made.map(|inner| Watched { inner, spoken: self.clone() }))
    }
}

/// A connection that is listened to.
#[derive(Debug)]
pub(super) struct Watched<T> {
    inner: T,
    spoken: Spoken,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.spoken.0.store(true, Ordering::SeqCst);
        self.inner.transmit_output(amount, timeout)
    }
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }
    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }
    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
