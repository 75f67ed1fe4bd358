//! Names and fully qualified names.

/// A part of a fully qualified name; one that holds a point is quoted.
pub(super) fn quoted(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() }
}

/// Why the server does not take a name.
pub(super) fn fault(name: &str, longest: usize) -> Option<String> {
    let length = name.encode_utf16().count();
    let wrong = name.contains("::") || name.contains('"') || name.contains(char::is_control);
    if length == 0 || length > longest {
        Some(format!("name size must be between 1 and {longest}"))
    } else if wrong {
        Some(format!("name {name:?} must match \"^((?!::).)*$\""))
    } else {
        None
    }
}
