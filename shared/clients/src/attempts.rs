//! Notices attempts of a call that may have taken effect although nobody heard of it: the SDK
//! repeats them without a word, and the repetition then meets what the first one did.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Counts the attempts of one call, and those that the service decided about: an attempt that ended
/// by its timeout, by a broken connection or with a status of 500 and above says nothing.
///
/// What begins is counted apart from what ends, because the SDK drops an attempt that times out
/// without telling any interceptor of its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts {
    sent: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Attempts {
    /// Whether of every attempt it is known what it did.
    pub(crate) fn all_answered(&self) -> bool {
        self.sent.load(Ordering::Relaxed) == self.answered.load(Ordering::Relaxed)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(|response| response.status().as_u16() < 500) {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
