//! The zip that Lambda takes: one file, the same bytes whenever and wherever it is made.

use std::{
    fs::File,
    io::{self, Cursor, Write as _},
    path::Path,
};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::failure::{Explain, Failure};

/// Packs `binary` as `bootstrap`, the name that `provided.al2023` starts. Another `stamp` gives
/// other bytes that do the same.
pub(crate) fn package(binary: &Path, target: &Path, stamp: &str) -> Result<(), Failure> {
    let program = std::fs::read(binary).explain(
        format!("{} cannot be read", binary.display()),
        "build the functions first: ./cicd.sh builds them before it packs them",
    )?;
    let write = || -> io::Result<()> {
        if let Some(directory) = target.parent() {
            std::fs::create_dir_all(directory)?;
        }
        File::create(target)?.write_all(&zipped(&program, stamp)?)
    };
    write().explain(format!("{} cannot be written", target.display()), "")
}

/// The time of day, the owner and the umask of the builder stay outside.
fn zipped(program: &[u8], stamp: &str) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(program)?;
    writer.set_comment(stamp)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read as _,
        time::{Duration, SystemTime},
    };

    use super::*;

    #[test]
    fn the_bytes_do_not_depend_on_when_the_binary_was_built() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("poll_feed");
        std::fs::write(&binary, "program").unwrap();
        let pack = |name: &str, age: u64| {
            let built = SystemTime::UNIX_EPOCH + Duration::from_secs(age);
            File::options().write(true).open(&binary).unwrap().set_modified(built).unwrap();
            let target = dir.path().join(name);
            package(&binary, &target, "").unwrap();
            std::fs::read(target).unwrap()
        };
        assert_eq!(pack("one/a.zip", 1_000_000_000), pack("two/b.zip", 1_700_000_000));
    }

    #[test]
    fn the_zip_holds_one_executable_called_bootstrap() {
        let bytes = zipped(b"program", "").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!(content, "program");
    }

    #[test]
    fn a_stamp_changes_the_bytes() {
        assert_ne!(zipped(b"program", "v1").unwrap(), zipped(b"program", "v2").unwrap());
    }

    #[test]
    fn a_missing_binary_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let failure =
            package(&dir.path().join("absent"), &dir.path().join("a.zip"), "").unwrap_err();
        assert!(failure.report().contains("absent"));
    }
}
