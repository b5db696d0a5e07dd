//! A scheduler and executors as processes, which end with the test.

use datafusion::prelude::{SessionConfig, SessionContext};
use selfsame_datafusion::FaceFunctions;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_selfsame-ballista");

/// Between two looks at what processes did.
const LOOK: Duration = Duration::from_millis(20);

pub struct Machines {
    scheduler: Child,
    executors: Vec<Child>,
    works: Vec<PathBuf>,
    port: u16,
}

/// A port such that it and the next are free.
fn port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn wait(done: impl Fn() -> bool) {
    while !done() {
        std::thread::sleep(LOOK);
    }
}

fn start(arguments: &[&str]) -> Child {
    Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap()
}

impl Machines {
    /// A scheduler that gives up whom it does not hear for three seconds, and `count` executors.
    pub fn start(folder: &Path, count: usize) -> Self {
        let scheduling = port();
        let address = format!("127.0.0.1:{scheduling}");
        let scheduler = start(&["scheduler", "--address", &address, "--lost-after", "3"]);
        wait(|| listens(scheduling));
        let mut machines = Self { scheduler, executors: Vec::new(), works: Vec::new(), port: scheduling };
        for number in 0..count {
            let (work, own) = (folder.join(format!("work{number}")), port());
            let (address, port) = (format!("127.0.0.1:{own}"), scheduling.to_string());
            machines.executors.push(start(&[
                "executor",
                "--scheduler-port",
                &port,
                "--address",
                &address,
                "--work",
                work.to_str().unwrap(),
            ]));
            wait(|| listens(own));
            machines.works.push(work);
        }
        machines
    }

    pub async fn session(&self, functions: &FaceFunctions, partitions: usize) -> SessionContext {
        let config = SessionConfig::new().with_target_partitions(partitions);
        let address = format!("http://127.0.0.1:{}", self.port);
        selfsame_ballista::session(&address, functions, config).await.unwrap()
    }

    /// Files of what an executor has found so far.
    pub fn written(&self, executor: usize) -> usize {
        let (mut folders, mut count) = (vec![self.works[executor].clone()], 0);
        while let Some(folder) = folders.pop() {
            // One that was cleared away meanwhile holds nothing.
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { count += 1 }
            }
        }
        count
    }

    pub async fn until(&self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// As if its machine had gone: what it found goes, too, which others would read from one disk.
    pub fn kill(&mut self, executor: usize) {
        self.executors[executor].kill().unwrap();
        self.executors[executor].wait().unwrap();
        std::fs::remove_dir_all(&self.works[executor]).unwrap();
    }

    /// Asks all executors to end, and says how many pictures each has looked at.
    pub fn stop(&mut self) -> Vec<u64> {
        let ended = self.executors.iter_mut().map(|executor| {
            let asked = Command::new("kill").args(["-TERM", &executor.id().to_string()]).status().unwrap();
            assert!(asked.success());
            let mut said = String::new();
            executor.stdout.take().unwrap().read_to_string(&mut said).unwrap();
            assert!(executor.wait().unwrap().success(), "{said}");
            said.trim().strip_prefix("templated ").unwrap().parse().unwrap()
        });
        ended.collect()
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        for child in self.executors.iter_mut().chain([&mut self.scheduler]) {
            // One that has ended already is as it should be.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
