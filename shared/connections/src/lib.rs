//! How other accounts are reached: connection blocks, their secrets, and the credentials they lead to.
