//! Where things are: what is read from the repository, and what is written below `.build`.

use std::path::{Path, PathBuf};

use crate::failure::{Explain, Failure};

/// The functions, by the name of their binary.
pub(crate) const FUNCTIONS: [&str; 4] =
    ["poll_feed", "manage_iam_policies", "reconcile", "ingest_glue"];

/// The repository's root and the directory for everything this program writes.
pub(crate) struct Workspace {
    root: PathBuf,
    scratch: PathBuf,
}

impl Workspace {
    /// The repository that the program is started in, and the directory of that name in `.build`.
    pub(crate) fn here(name: &str) -> Result<Self, Failure> {
        let root = std::env::current_dir().explain("the current directory is not known", "")?;
        if !root.join("local/terraform").is_dir() {
            let what = format!("{} is not the root of the repository", root.display());
            return Err(Failure::new(what, "start this through ./cicd.sh local"));
        }
        let scratch = root.join(".build").join(name);
        std::fs::create_dir_all(&scratch)
            .explain(format!("{} cannot be made", scratch.display()), "")?;
        Ok(Self { root, scratch })
    }

    /// A file or directory of the repository.
    pub(crate) fn source(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A file or directory that this program makes.
    pub(crate) fn scratch(&self, path: &str) -> PathBuf {
        self.scratch.join(path)
    }

    /// The binary that cargo built for development.
    pub(crate) fn binary(&self, function: &str) -> PathBuf {
        self.root.join("target/debug").join(function)
    }
}

/// Copies a directory, without what terraform leaves behind in one.
pub(crate) fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name().to_string_lossy().starts_with(".terraform") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_directory(&source, &target)?;
        } else {
            std::fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
