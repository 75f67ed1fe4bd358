//! Child processes that never outlive this one.

use std::{
    io,
    process::{Command as BlockingCommand, ExitStatus, Stdio},
};

use tokio::process::{Child, Command};

/// A process with all it starts: dropping this ends every one of them.
pub(crate) struct Group {
    child: Child,
    leader: Option<u32>,
}

impl Group {
    /// Starts the command at the head of a process group of its own.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        let leader = child.id();
        Ok(Self { child, leader })
    }

    /// The process at the head of the group.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the head of the group to end by itself, after which there is nothing to kill.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.leader = None;
        Ok(status)
    }

    /// Whether and how the head of the group has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Group {
    /// The shell's own `kill` reaches the whole group and is there on every machine.
    fn drop(&mut self) {
        let Some(leader) = self.leader else { return };
        let _ = BlockingCommand::new("sh")
            .args(["-c", "kill -s KILL -- \"-$1\"", "sh", &leader.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait;

    #[tokio::test]
    async fn dropping_a_group_ends_the_grandchildren_too() {
        let dir = tempfile::tempdir().unwrap();
        let pid_file = dir.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", pid_file.display());
        let group = Group::start(Command::new("sh").args(["-c", &script])).unwrap();
        let pid = wait::until("the grandchild", Duration::from_secs(10), async || {
            let text = std::fs::read_to_string(&pid_file).unwrap_or_default();
            Ok(text.ends_with('\n').then(|| text.trim().to_owned()))
        })
        .await
        .unwrap();
        drop(group);
        wait::until("its end", Duration::from_secs(10), async || {
            let alive = BlockingCommand::new("sh")
                .args([
                    "-c",
                    "kill -s 0 \"$1\" && ! grep -q '^State:.Z' /proc/$1/status",
                    "sh",
                    &pid,
                ])
                .stderr(Stdio::null())
                .status()
                .unwrap()
                .success();
            Ok((!alive).then_some(()))
        })
        .await
        .unwrap();
    }
}
