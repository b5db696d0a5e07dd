use super::camera::portrait;
use super::client::{Client, call};
use super::{config, service};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// Says things to the face check, and hears how it ends.
async fn said(client: &Client, messages: Vec<Message>) -> Value {
    let stream = TcpStream::connect(client.address).await.unwrap();
    let url = format!("ws://{}/api/v1/face", client.address);
    let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let (mut sink, mut stream) = socket.split();
    for message in messages {
        if sink.send(message).await.is_err() {
            break;
        }
    }
    let mut last = json!({ "type": "closed" });
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(8), stream.next()).await {
        if let Message::Text(text) = message {
            last = serde_json::from_str(&text).unwrap();
        }
    }
    last
}

fn frame(kind: u8, number: u32, taken_us: u64, picture: &[u8]) -> Message {
    let mut bytes = vec![1, kind, 0, 0];
    bytes.extend(number.to_le_bytes());
    bytes.extend(taken_us.to_le_bytes());
    bytes.extend_from_slice(picture);
    Message::binary(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_client_sends_is_answered_with_a_word() {
    let mut config = config();
    (config.limit.silence_s, config.limit.head_s) = (2, 2);
    let service = service(config).await;
    let mut client = Client::new(service.address());
    let code = |(status, answer): (u16, Value)| (status, answer["error"]["code"].as_str().unwrap_or("").to_owned());
    let is = |status: u16, word: &str| (status, word.to_owned());

    // Without a ceremony.
    assert_eq!(code(client.get("/api/v1/step").await.unwrap()), is(401, "token"));
    for token in ["", "x", &"A".repeat(43), &"é".repeat(22), &"A".repeat(5_000)] {
        let answer = call(client.address, "GET", "/api/v1/step", token, "application/json", "").await.unwrap();
        assert_eq!(code(answer), is(401, "token"), "{token}");
    }
    let post = async |body: &str| {
        call(client.address, "POST", "/api/v1/enrolments", "", "application/json", body.to_owned()).await.unwrap()
    };
    let unknown =
        r#"{"kind":"new_registration","method":"biometrics","issuing_state":"UTO","document_number":"A1","x":1}"#;
    for body in
        ["", "{", "[]", "null", r#"{"kind":"new"}"#, unknown, &unknown.replace(",\"x\":1", "").replace("UTO", "ZZZ")]
    {
        assert_eq!(code(post(body).await), is(400, "malformed"), "{body}");
    }
    assert_eq!(code(post(&" ".repeat(20_000)).await), is(413, "too_large"));
    let plain = call(client.address, "POST", "/api/v1/enrolments", "", "text/plain", "{}").await.unwrap();
    assert_eq!(code(plain), is(415, "media_type"));
    assert_eq!(code(client.get("/api/v1/nothing").await.unwrap()), is(404, "not_found"));
    assert_eq!(code(client.get("/../../etc/passwd").await.unwrap()), is(404, "not_found"));
    assert_eq!(code(client.get("/api/v1/form").await.unwrap()), is(405, "method"));
    assert_eq!(code(client.get("/api/v1/confirmations/AAAA-AAAA").await.unwrap()), is(404, "not_found"));

    // In the wrong order.
    client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    for path in ["instructions", "abandon/x", "consent", "signature"] {
        let body = match path {
            "consent" => json!({ "account": "a" }),
            "signature" => json!({ "keys": "k", "signature": "" }),
            _ => json!({}),
        };
        let (status, _) = client.post(&format!("/api/v1/{path}"), body).await.unwrap();
        assert!(matches!(status, 404 | 409), "{path}: {status}");
    }
    assert_eq!(code(client.document("portrait", b"x").await.unwrap()), is(409, "other_step"));
    let start = Message::text(json!({ "type": "start", "token": client.token }).to_string());
    assert_eq!(said(&client, vec![start.clone()]).await["error"]["code"], "other_step");
    // Of two requests that are the same, one is faster.
    let form = json!({ "name": "Jo Example", "date_of_birth": "1984-03-15" });
    let both = tokio::join!(client.post("/api/v1/form", form.clone()), client.post("/api/v1/form", form));
    let mut statuses = [both.0.unwrap().0, both.1.unwrap().0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(client.get("/api/v1/step").await.unwrap().1["phase"], "document");

    // Documents.
    assert_eq!(code(client.document("photo", b"x").await.unwrap()), is(400, "malformed"));
    assert_eq!(code(client.document("portrait", &vec![0; 17 << 20]).await.unwrap()), is(413, "too_large"));
    let (_, step) = client.document("portrait", b"no picture").await.unwrap();
    assert_eq!(step["reasons"][0]["word"], "document_unreadable");
    let (_, step) = client.document("page", &portrait("obama.jpg")).await.unwrap();
    assert_eq!((&step["phase"], &step["reasons"][0]["word"]), (&"document".into(), &"no_page".into()));
    let (status, step) = client.document("portrait", &portrait("obama.jpg")).await.unwrap();
    assert_eq!((status, &step["phase"]), (200, &"instructions".into()));
    client.step("/api/v1/instructions", json!({})).await.unwrap();

    // Messages to the face check.
    let text = |text: &str| Message::text(text.to_owned());
    let picture = portrait("obama.jpg");
    let mut huge = vec![0; 600 << 10];
    huge[0] = 1;
    let table = [
        ("nothing", vec![], "too_slow"),
        ("no JSON", vec![text("hello")], "malformed"),
        ("a frame first", vec![frame(0, 1, 1, b"x")], "malformed"),
        ("another's token", vec![text(&json!({ "type": "start", "token": "A".repeat(43) }).to_string())], "token"),
        ("then silence", vec![start.clone()], "too_slow"),
        ("an unknown message", vec![start.clone(), text(r#"{"type":"verdict","live":true}"#)], "malformed"),
        ("shown before the flashes", vec![start.clone(), text(r#"{"type":"shown","index":0,"at_us":0}"#)], "malformed"),
        ("a short header", vec![start.clone(), Message::binary(vec![1, 0, 0])], "malformed"),
        ("another version", vec![start.clone(), Message::binary(vec![9; 40])], "malformed"),
        ("a time without end", vec![start.clone(), frame(0, 1, u64::MAX, b"x")], "malformed"),
    ];
    for (name, messages, word) in table {
        let began = Instant::now();
        let last = said(&client, messages).await;
        println!("{name}: {last} after {:?}", began.elapsed());
        assert_eq!(last["error"]["code"], word, "{name}");
    }
    // Pictures that are none are put up with, some of them.
    let noise = (1..60).map(|n| frame(0, n, u64::from(n) * 50_000, &[7; 400]));
    let last = said(&client, std::iter::once(start.clone()).chain(noise).collect()).await;
    assert!(
        last["error"]["code"] == "malformed" || last["type"] == "bad_frame" || last["error"]["code"] == "too_slow",
        "{last}"
    );
    let last = said(&client, vec![start.clone(), Message::binary(huge)]).await;
    assert!(last["type"] == "oval" || last["type"] == "closed", "too large a message ends the connection: {last}");
    // Flashes cannot begin without a face, however often it is said.
    let begins = std::iter::repeat_n(text(r#"{"type":"begin"}"#), 50);
    let last = said(&client, std::iter::once(start.clone()).chain(begins).collect()).await;
    assert!(last["type"] == "not_ready" || last["error"]["code"] == "too_slow", "{last}");
    // A flood is not read faster than it is looked at.
    let flood = (1..400).map(|n| frame(0, n, u64::from(n) * 1_000, &picture));
    let last = said(&client, std::iter::once(start.clone()).chain(flood).collect()).await;
    assert!(last["type"] == "guidance" || last["error"]["code"] == "too_slow", "{last}");
    assert_eq!(client.get("/api/v1/step").await.unwrap().1["phase"], "oval", "none of that was an attempt");

    // Slow clients: a head that does not end, a body that does not come.
    let mut slow = TcpStream::connect(client.address).await.unwrap();
    slow.write_all(b"GET /api/v1/step HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let began = Instant::now();
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut rest)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(15));
    service.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_cannot_have_it_all() {
    let mut config = config();
    (config.limit.connections_per_client, config.rate.codes_per_minute) = (4, 3);
    (config.rate.devices_per_hour, config.rate.starts_per_minute) = (2, 4);
    let service = service(config).await;
    let mut client = Client::new(service.address());
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(TcpStream::connect(client.address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(client.get("/api/v1/about").await.is_err(), "a fifth connection is closed");
    drop(held);
    tokio::time::sleep(Duration::from_millis(300)).await;
    for n in 0..4 {
        let (status, answer) = client.get("/api/v1/confirmations/AAAA-AAAA").await.unwrap();
        assert_eq!(status, if n < 3 { 404 } else { 429 });
        assert!(n < 3 || answer["error"]["retry_after_s"].as_u64().unwrap() > 0);
    }
    // Devices are few, so that attempts that count against them are.
    client.begin("new_registration", "biometrics", "AB1").await.unwrap();
    let known = client.clone();
    client.device = None;
    client.begin("new_registration", "biometrics", "AB1").await.unwrap();
    client.device = Some(format!("{}x", known.device.clone().unwrap()));
    assert!(client.begin("new_registration", "biometrics", "AB1").await.unwrap_err().to_string().contains("429"));
    client.device = known.device;
    client.begin("new_registration", "biometrics", "AB1").await.unwrap();
    service.close().await;
}
