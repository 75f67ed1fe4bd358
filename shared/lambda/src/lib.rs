//! What every function needs to run in AWS Lambda: settings, time left, FIFO batches, logs, metrics.

pub mod clock;
pub mod deadline;
pub mod fifo;
pub mod interval;
pub mod settings;
pub mod telemetry;

pub use domain::chain;
