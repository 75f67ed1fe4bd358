//! Parts of `./cicd.sh`, run by themselves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Runs these lines as a part of `./cicd.sh`, in a copy of it: what it makes lies there.
pub(crate) fn run(lines: &str, exported: &[(&str, &str)]) -> String {
    let copy = copy_of_cicd();
    let script = format!("source ./cicd.sh help >/dev/null\n{lines}");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&copy)
        .envs(exported.iter().copied())
        .output()
        .unwrap();
    fs::remove_dir_all(&copy).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    said
}

fn copy_of_cicd() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let thread = format!("{:?}", std::thread::current().id());
    let copy = env::temp_dir().join(format!("cicd-{}-{thread}", std::process::id()));
    fs::create_dir_all(copy.join("cicd")).unwrap();
    fs::copy(root.join("cicd.sh"), copy.join("cicd.sh")).unwrap();
    for file in fs::read_dir(root.join("cicd")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.join("cicd").join(file.file_name())).unwrap();
    }
    copy
}
