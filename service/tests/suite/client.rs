//! An applicant's client, as the page is one: calls, keys of P-256, and the face check with frames
//! of a simulated camera that answers what the screen shows.

use super::camera::Camera;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use selfsame::digest::Digest;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// What a call was answered with: a status, and JSON or nothing.
pub type Answer = (u16, Value);
/// Any failure, as a sentence.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An account's two keys, as the page keeps them.
#[derive(Clone)]
pub struct Keys {
    authentication: SigningKey,
    signature: SigningKey,
}

impl Keys {
    /// Keys of a number, always the same.
    pub fn numbered(number: u64) -> Self {
        let key = |which: &str| {
            let digest = Digest::of_parts(which, [number.to_be_bytes().as_slice()]);
            SigningKey::from_slice(digest.as_bytes()).expect("a digest is a key, but for one in 2^32")
        };
        Self { authentication: key("authentication"), signature: key("signature") }
    }

    /// Their name.
    pub fn name(&self) -> String {
        let text = |key: &SigningKey| URL_SAFE_NO_PAD.encode(key.verifying_key().to_sec1_point(false).as_bytes());
        format!("p256.{}.{}", text(&self.authentication), text(&self.signature))
    }

    fn sign(key: &SigningKey, message: &[u8]) -> String {
        let signature: Signature = key.sign(message);
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    }
}

/// One applicant's client.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub token: String,
    /// Of the documents that it shows.
    pub issuing_state: String,
    /// Whether the person pulls back once it flashes.
    pub pulls_back: bool,
    pub device: Option<String>,
}

/// One call, on a connection of its own.
pub async fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: impl Into<Bytes>,
) -> Result<Answer, Failure> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = hyper::Request::builder().method(method).uri(path).header(HOST, address.to_string());
    let request = request.header(AUTHORIZATION, format!("Bearer {token}")).header(CONTENT_TYPE, kind);
    let response = sender.send_request(request.body(Full::new(body.into()))?).await?;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await?.to_bytes();
    // Files are no JSON.
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, token: String::new(), issuing_state: "UTO".to_owned(), pulls_back: false, device: None }
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        call(self.address, "GET", path, &self.token, "application/json", Bytes::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Answer, Failure> {
        call(self.address, "POST", path, &self.token, "application/json", body.to_string()).await
    }

    /// A call whose answer is a step.
    pub async fn step(&self, path: &str, body: Value) -> Result<Value, Failure> {
        match self.post(path, body).await? {
            (200, step) => Ok(step),
            (status, answer) => Err(format!("{path}: {status} {answer}").into()),
        }
    }

    /// Begins, and remembers token and device.
    pub async fn begin(&mut self, kind: &str, method: &str, number: &str) -> Result<Value, Failure> {
        let state = &self.issuing_state;
        let mut body = json!({ "kind": kind, "method": method, "issuing_state": state, "document_number": number });
        if let Some(device) = &self.device {
            body["device"] = device.clone().into();
        }
        let (status, mut answer) = self.post("/api/v1/enrolments", body).await?;
        if status != 201 {
            return Err(format!("begin: {status} {answer}").into());
        }
        self.token = answer["token"].as_str().ok_or("no token")?.to_owned();
        self.device = answer["device"].as_str().map(str::to_owned);
        Ok(answer["step"].take())
    }

    pub async fn form(&self, name: &str, old_account: Option<&str>) -> Result<Value, Failure> {
        self.form_of(name, "1984-03-15", old_account).await
    }

    pub async fn form_of(&self, name: &str, born: &str, old_account: Option<&str>) -> Result<Value, Failure> {
        let mut form = json!({ "name": name, "date_of_birth": born });
        if let Some(account) = old_account {
            form["old_account"] = account.into();
        }
        self.step("/api/v1/form", form).await
    }

    /// Sends a document of one part.
    pub async fn document(&self, part: &str, file: &[u8]) -> Result<Answer, Failure> {
        self.documents(&[(part, file)]).await
    }

    /// Sends a document of several parts.
    pub async fn documents(&self, parts: &[(&str, &[u8])]) -> Result<Answer, Failure> {
        self.parts("/api/v1/document", parts).await
    }

    /// Sends files to a call.
    pub async fn parts(&self, path: &str, parts: &[(&str, &[u8])]) -> Result<Answer, Failure> {
        let mut body = Vec::new();
        for (part, file) in parts {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"a\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend([head.as_bytes(), file, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        call(self.address, "POST", path, &self.token, "multipart/form-data; boundary=edge", body).await
    }

    /// Everything up to the face check.
    pub async fn to_the_oval(&self, name: &str, old: Option<&str>, portrait: &[u8]) -> Result<Value, Failure> {
        self.form(name, old).await?;
        self.shows(portrait).await?;
        self.step("/api/v1/instructions", json!({})).await
    }

    /// Sends a portrait that is taken.
    pub async fn shows(&self, portrait: &[u8]) -> Result<Value, Failure> {
        match self.document("portrait", portrait).await? {
            (200, step) if step["phase"] == "instructions" => Ok(step),
            (status, answer) => Err(format!("document: {status} {answer}").into()),
        }
    }

    /// Signs what was proofed.
    pub async fn sign(&self, step: &Value, keys: &Keys) -> Result<Value, Failure> {
        let proofing = Digest::from_hex(step["proofing"].as_str().ok_or_else(|| format!("no proofing: {step}"))?)?;
        let name = keys.name();
        let parts = [proofing.as_bytes().as_slice(), name.as_bytes()];
        let application = Digest::of_parts("selfsame enrolment application 2", parts);
        let signature = Keys::sign(&keys.signature, application.as_bytes());
        self.step("/api/v1/signature", json!({ "keys": name, "signature": signature })).await
    }

    /// What the other device does, with the old account's keys.
    pub async fn confirm(&self, code: &str, keys: &Keys) -> Result<Answer, Failure> {
        let path = format!("/api/v1/confirmations/{code}");
        let (status, asked) = self.get(&path).await?;
        if status != 200 {
            return Ok((status, asked));
        }
        let request = Digest::from_hex(asked["request"].as_str().ok_or("no request")?)?;
        let [first, second] = [&keys.authentication, &keys.signature].map(|key| Keys::sign(key, request.as_bytes()));
        self.post(&path, json!({ "authentication": first, "signature": second })).await
    }

    /// The face check before a live face: one without a verdict is repeated, as often as a person
    /// may. Tells the step that it led to.
    pub async fn live_face(&self, camera: &Camera) -> Result<Value, Failure> {
        for _ in 0..2 {
            let (step, _) = self.face(camera).await?;
            if step["phase"] != "oval" {
                return Ok(step);
            }
            println!("repeated: {}", step["advice"]);
        }
        Ok(self.face(camera).await?.0)
    }

    /// The face check before this camera, in real time. Tells the step that it led to, and how long
    /// each frame's answer took.
    pub async fn face(&self, camera: &Camera) -> Result<(Value, Vec<Duration>), Failure> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{}/api/v1/face", self.address);
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        let (mut sink, mut stream) = socket.split();
        let text = |value: Value| Message::text(value.to_string());
        sink.send(text(json!({ "type": "start", "token": self.token }))).await?;
        let began = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_micros(camera.period_us()));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let (mut number, mut zero, mut asked) = (0u32, None::<Instant>, false);
        let mut shown: Vec<(u64, [u8; 3])> = Vec::new();
        let (mut waiting, mut latencies, mut is_done) = (std::collections::HashMap::new(), Vec::new(), false);
        loop {
            tokio::select! {
                _ = tick.tick(), if !is_done => {
                    let clock = zero.unwrap_or(began);
                    let taken_us = clock.elapsed().as_micros() as u64;
                    let kind = u8::from(zero.is_some());
                    let picture = camera.frame(taken_us, &shown);
                    number += 1;
                    let mut bytes = vec![1, kind, 0, 0];
                    bytes.extend(number.to_le_bytes());
                    bytes.extend(taken_us.to_le_bytes());
                    bytes.extend_from_slice(picture);
                    waiting.insert(u64::from(number), Instant::now());
                    sink.send(Message::binary(bytes)).await?;
                }
                message = stream.next() => {
                    let Some(message) = message else { return Err("the service hung up".into()) };
                    let Message::Text(message) = message? else { continue };
                    let mut said: Value = serde_json::from_str(&message)?;
                    if let Some(sent) = said["seq"].as_u64().and_then(|seq| waiting.remove(&seq)) {
                        latencies.push(sent.elapsed());
                    }
                    match said["type"].as_str().unwrap_or_default() {
                        "guidance" if said["is_ready"] == true && !asked => {
                            asked = true;
                            sink.send(text(json!({ "type": "begin" }))).await?;
                        }
                        "segment" => {
                            let zero = *zero.get_or_insert_with(Instant::now);
                            let start_us = said["start_us"].as_u64().ok_or("no start")?;
                            // Shown at its time, or now if that has passed.
                            let at_us = start_us.max(zero.elapsed().as_micros() as u64);
                            let at_us = if shown.is_empty() { 0 } else { at_us };
                            let color = serde_json::from_value(said["color"].take())?;
                            shown.push((at_us, color));
                            let index = said["index"].clone();
                            sink.send(text(json!({ "type": "shown", "index": index, "at_us": at_us }))).await?;
                            if self.pulls_back && shown.len() == 2 {
                                sink.send(text(json!({ "type": "stop", "why": "pulled_back" }))).await?;
                            }
                        }
                        "slow" => {
                            let rate = said["frames_per_second"].as_f64().ok_or("no rate")?;
                            tick = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
                            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
                        }
                        "seen" if said["progress"] == "complete" => is_done = true,
                        "stop" | "judging" => is_done = true,
                        "outcome" => return Ok((said["step"].take(), latencies)),
                        "error" => return Err(said.to_string().into()),
                        _ => {}
                    }
                }
            }
        }
    }
}
