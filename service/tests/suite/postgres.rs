//! A PostgreSQL of the test's own, in a folder that is deleted at the end. Where its programs are
//! missing there is none, and the test says so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// See the module.
pub struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<_> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}

impl Server {
    /// Starts one; `None` if that cannot be done here.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: no PostgreSQL (package postgresql)");
            return None;
        };
        let server = Self { folder: tempfile::tempdir().ok()?, programs };
        let path = server.folder.path().display().to_string();
        // PostgreSQL does not run as root.
        if is_root() && !Command::new("chown").args(["nobody", &path]).status().ok()?.success() {
            println!("skipped: PostgreSQL's folder cannot be given away");
            return None;
        }
        let data = format!("{path}/data");
        let made =
            server.run("initdb", &["-D", &data, "-U", "selfsame", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]);
        let options = format!("-c listen_addresses='' -c unix_socket_directories={path} -c max_connections=60");
        let log = format!("{path}/log");
        let started = made && server.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"]);
        if !started {
            println!("skipped: PostgreSQL does not start");
            return None;
        }
        Some(server)
    }

    /// Runs one of its programs, as nobody where the test is root.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let command = command.args(arguments).current_dir(self.folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// How to reach a database of this name, which is made.
    pub fn database(&self, name: &str) -> String {
        let folder: &Path = self.folder.path();
        self.run("createdb", &["-h", &folder.display().to_string(), "-U", "selfsame", name]);
        format!("host={} user=selfsame dbname={name}", folder.display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
    }
}
