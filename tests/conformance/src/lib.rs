//! How AWS answers where this project once assumed otherwise. Each fact is a sentence with its source and
//! how sure it is, and a story of calls with what is answered. The same facts are asked of the emulator, of
//! the doubles in memory and, as far as they can be read, of any account.

pub mod account;
pub mod arguments;
pub mod emulator;
pub mod fact;
pub mod facts;
pub mod judge;
pub mod least_policy;
pub mod names;
pub mod program;
pub mod read_only;
pub mod report;
pub mod staged;
pub mod subject;
