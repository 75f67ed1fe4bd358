//! How other accounts are reached: connection blocks, their secrets, and the credentials they lead to.
//!
//! A configuration document is read ([`document`]), its `${NAME}` and `secret:` texts are replaced
//! ([`resolve`]), and a [`Block`] in it says how AWS is reached. [`source`] decides which credentials
//! count, [`Session`] turns the decision into the configuration that clients are made from.

pub mod accounts;
pub mod block;
pub mod document;
#[cfg(test)]
mod documentation;
mod error;
pub mod expand;
mod hidden;
pub mod identity;
pub mod mask;
mod profile;
pub mod resolve;
mod role_credentials;
pub mod secret;
pub mod session;
pub mod source;
mod typed;
mod walk;

pub use accounts::Accounts;
pub use block::{Block, BlockError};
pub use error::ConnectionError;
pub use hidden::Hidden;
pub use identity::{Caller, Identity};
pub use session::Session;
pub use source::Source;
