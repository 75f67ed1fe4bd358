//! `manage_iam_policies`: takes hints from the queue and converges the agreement each one names. The
//! only writer of IAM.

pub mod config;
pub mod handler;
