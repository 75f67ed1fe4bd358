//! Makes throttling visible: the SDK repeats a throttled attempt without a word.

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// What AWS services call it.
const THROTTLED: &[&str] = &["Throttling", "ThrottlingException", "RequestLimitExceeded"];

/// Counts the throttled attempts of calls that fail with `E`.
#[derive(Debug)]
pub struct CountThrottles<E> {
    metric: &'static str,
    calls: PhantomData<fn(E)>,
}

impl<E> CountThrottles<E> {
    /// Counts into `metric`.
    pub fn new(metric: &'static str) -> Self {
        Self { metric, calls: PhantomData }
    }
}

#[dyn_dispatch_hint]
impl<E> Intercept for CountThrottles<E>
where
    E: StdError + ProvideErrorMetadata + fmt::Debug + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        "CountThrottles"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let failed = context.output_or_error().and_then(Result::err);
        let error = failed.and_then(OrchestratorError::as_operation_error);
        let code = error.and_then(|error| error.downcast_ref::<E>()).and_then(E::code);
        if code.is_some_and(|code| THROTTLED.contains(&code)) {
            metrics::counter!(self.metric).increment(1);
        }
        Ok(())
    }
}
