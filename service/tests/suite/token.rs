//! The signing key on a token that Debian's `softhsm2` plays.

use super::client::call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::SigningKey;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PIN: &str = "\"493817\"";

/// The library, where it is.
fn library() -> Option<PathBuf> {
    let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    places.into_iter().map(PathBuf::from).find(|path| path.exists())
}

/// A private key as PKCS #8 (RFC 5958) has it.
fn pem(key: &SigningKey) -> String {
    let head =
        b"\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
        \x04\x27\x30\x25\x02\x01\x01\x04\x20";
    let text = STANDARD.encode([head.as_slice(), &key.to_bytes()].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n", &text[..64], &text[64..])
}

fn service(folder: &Path, library: &Path, pin: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selfsame-service"));
    command.env("SOFTHSM2_CONF", folder.join("conf"));
    let of = |name: &str| format!("SELFSAME_SERVICE_{name}");
    command.env(of("LISTEN"), "127.0.0.1:0").env(of("OPERATOR_LISTEN"), "127.0.0.1:0");
    command.env(of("OPERATOR_TOKEN"), "operator").env(of("FOLDER"), folder.join("service"));
    command.env(of("PKCS11_MODULE"), library).env(of("PKCS11_TOKEN"), "service").env(of("PKCS11_KEY"), "signing");
    command.env(of("PKCS11_PIN"), pin);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_has_the_signing_key() {
    let Some(library) = library() else {
        println!("skipped: no token (package softhsm2)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(path("tokens")).unwrap();
    std::fs::write(path("conf"), format!("directories.tokendir = {}\n", path("tokens"))).unwrap();
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    std::fs::write(path("key.pem"), pem(&key)).unwrap();
    let tool = async |arguments: &[&str]| {
        let done = Command::new("softhsm2-util").args(arguments).env("SOFTHSM2_CONF", path("conf")).output().await;
        assert!(done.as_ref().unwrap().status.success(), "{done:?}");
    };
    let pin = PIN.trim_matches('"');
    tool(&["--init-token", "--free", "--label", "service", "--so-pin", "12345678", "--pin", pin]).await;
    tool(&["--import", &path("key.pem"), "--token", "service", "--label", "signing", "--id", "01", "--pin", pin]).await;

    let mut child = service(folder.path(), &library, PIN);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut operator = None;
    // It has signed once by then.
    while let Some(line) = lines.next_line().await.unwrap() {
        let address = line.strip_prefix("The operator's page: http://").and_then(|rest| rest.strip_suffix("/operator"));
        operator = address.map(|address| address.parse::<SocketAddr>().unwrap());
        if operator.is_some() {
            break;
        }
    }
    let operator = operator.expect("the service starts");
    let (_, listed) = call(operator, "GET", "/operator/api/sessions", "operator", "", "").await.unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let public: String = point.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(listed["public_key"], public);
    assert!(!folder.path().join("service/keys/signing").exists());
    child.kill().await.unwrap();
    let mut refused = service(folder.path(), &library, "\"000000\"");
    assert!(!refused.wait().await.unwrap().success());
}
