//! One file for each command: from its arguments to its exit code.

pub(crate) mod apply;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod feed;
pub(crate) mod grants;
pub(crate) mod plan;
pub(crate) mod redrive;
pub(crate) mod report;
pub(crate) mod revoke_all;
