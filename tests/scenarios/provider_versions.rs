//! The provider of Terraform: which versions are checked, and what neither of them may take away.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every file below a directory, but for what terraform keeps there.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            found.push(path);
        } else if path.file_name().unwrap() != ".terraform" {
            found.extend(files(&path));
        }
    }
    found
}

#[test]
fn no_lock_file_of_one_platform_is_committed() {
    assert!(read(".gitignore").lines().any(|line| line == ".terraform.lock.hcl"));
    let copy = read("cicd/terraform.sh");
    assert!(copy.contains("-name '.terraform*'"), "copies hold a lock file: {copy}");
}

#[test]
fn both_versions_of_the_provider_are_checked_and_locked_for_four_platforms() {
    let checks = read(".github/workflows/checks.yml");
    assert!(checks.contains(r#"provider: ["5.100.0", "~> 6.0"]"#), "{checks}");
    assert!(checks.contains(r#"./cicd.sh terraform "$PROVIDER""#), "{checks}");
    let release = read("cicd/release.sh");
    let platforms = "PLATFORMS=(linux_amd64 linux_arm64 darwin_amd64 darwin_arm64)";
    assert!(release.contains(platforms), "{release}");
    assert!(read(".github/workflows/release.yml").contains("./cicd.sh release "));
}

/// Of what the guide to version 6 names, this module could use two: the name of a region, which is
/// now called otherwise, and the region of a bucket, which now means something else.
#[test]
fn no_argument_that_version_six_of_the_provider_removes_or_renames_is_used() {
    for directory in ["terraform", "local/terraform"] {
        for path in files(&root().join(directory)) {
            if path.extension().is_some_and(|kind| kind == "tf") {
                let text = fs::read_to_string(&path).unwrap();
                for gone in ["aws_region.current.name", "aws_s3_bucket.state.region"] {
                    assert!(!text.contains(gone), "{}: {gone}", path.display());
                }
            }
        }
    }
}
