//! The zip that Lambda takes: one file, the same bytes whenever and wherever it is made.

use std::{
    fs::File,
    io::{self, Cursor, Write as _},
    path::Path,
};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::failure::{Explain, Failure};

/// What a zip is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// The emulator, which takes it at once.
    ThisMachine,
    /// Lambda, which fetches it at each start of a process: as small as it can be had.
    Release,
}

impl For {
    /// 1 to 9, or the library's own choice between size and time.
    fn level(self) -> Option<i64> {
        match self {
            Self::ThisMachine => None,
            Self::Release => Some(9),
        }
    }
}

/// Packs `binary` as `bootstrap`, the name that `provided.al2023` starts. Another `stamp` gives
/// other bytes that do the same.
pub(crate) fn package(
    binary: &Path,
    target: &Path,
    made_for: For,
    stamp: &str,
) -> Result<(), Failure> {
    let program = std::fs::read(binary).explain(
        format!("{} cannot be read", binary.display()),
        "build the functions first: ./cicd.sh builds them before it packs them",
    )?;
    let write = || -> io::Result<()> {
        if let Some(directory) = target.parent() {
            std::fs::create_dir_all(directory)?;
        }
        File::create(target)?.write_all(&zipped(&program, made_for, stamp)?)
    };
    write().explain(format!("{} cannot be written", target.display()), "")
}

/// The time of day, the owner and the umask of the builder stay outside.
fn zipped(program: &[u8], made_for: For, stamp: &str) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(made_for.level())
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
            package(&binary, &target, For::Release, "").unwrap();
            std::fs::read(target).unwrap()
        };
        assert_eq!(pack("one/a.zip", 1_000_000_000), pack("two/b.zip", 1_700_000_000));
    }

    #[test]
    fn the_zip_holds_one_executable_called_bootstrap() {
        let bytes = zipped(b"program", For::Release, "").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!(content, "program");
    }

    #[test]
    fn what_is_published_is_smaller_than_what_this_machine_gets() {
        // Words that come again, often far away: what a longer search finds more of.
        let next = |n: &u64| Some(n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let random: Vec<u64> = std::iter::successors(Some(1), next).take(40_000).collect();
        let word = |n: &u64| random[usize::try_from(n >> 53).unwrap()].to_be_bytes();
        let program: Vec<u8> = random.iter().flat_map(word).collect();
        let size = |made_for| zipped(&program, made_for, "").unwrap().len();
        assert!(size(For::Release) < size(For::ThisMachine));
    }

    #[test]
    fn a_stamp_changes_the_bytes() {
        assert_ne!(
            zipped(b"program", For::Release, "v1").unwrap(),
            zipped(b"program", For::Release, "v2").unwrap()
        );
    }

    #[test]
    fn a_missing_binary_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let failure =
            package(&dir.path().join("absent"), &dir.path().join("a.zip"), For::Release, "")
                .unwrap_err();
        assert!(failure.report().contains("absent"));
    }
}
