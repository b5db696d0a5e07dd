//! What is said of a file that does not load.

use crate::writer::{Attr, Net};
use selfsame::model::NetworkReport;

#[test]
fn every_missing_node_is_named_with_what_to_do() {
    let mut net = Net::new(3, 6, 5);
    let a = net.node("LRN", &["x"], &[("size", Attr::Int(3))]);
    let b = net.node("Relu", &[&a], &[]);
    let c = net.node("NonZero", &[&b], &[]);
    let d = net.conv("x", [4, 3, 3, 3], &[]);
    let e = net.node("Transpose", &[&d], &[("perm", Attr::Ints(vec![0, 1, 1, 2]))]);
    let report = NetworkReport::read(&net.with_outputs(&[&c, &e]).encode(), &[], None).unwrap();
    let operators: Vec<&str> = report.missing.iter().map(|m| m.operator.as_str()).collect();
    assert_eq!(operators, ["LRN", "NonZero", "Transpose"]);
    assert_eq!((report.nodes, report.unseen, report.outputs.len()), (5, 1, 0));
    assert!(report.missing[0].reason.contains("node_v0") && report.missing[0].reason.contains("onnxsim"));
    assert!(report.missing[1].reason.contains("extract_model"), "{}", report.missing[1].reason);
}

#[test]
fn a_free_size_is_that_which_is_asked_for() {
    let mut net = Net::new(3, 6, 5);
    let y = net.node("Relu", &["x"], &[]);
    net.input = vec![-1, 3, -1, -1];
    let bytes = net.with_outputs(&[&y]).encode();
    let message = NetworkReport::read(&bytes, &[], None).unwrap_err().to_string();
    assert!(message.contains("make_dynamic_shape_fixed"), "{message}");
    let report = NetworkReport::read(&bytes, &[], Some((7, 9))).unwrap();
    assert_eq!((report.size, report.outputs[0].1.as_slice()), (Some((7, 9)), [3, 7, 9].as_slice()));
}

#[test]
fn weights_in_another_file_are_read_from_the_bytes_that_are_given() {
    let mut net = Net::new(3, 2, 2);
    let w = net.constant(&[4, 3, 1, 1], vec![0.5; 12], crate::writer::Storage::External { file: "w.bin", offset: 8 });
    let y = net.node("Conv", &["x", &w], &[]);
    let bytes = net.with_outputs(&[&y]).encode();
    let message = NetworkReport::read(&bytes, &[], None).unwrap_err().to_string();
    assert!(message.contains("another file, \"w.bin\""), "{message}");
    let data = [0u8; 8 + 48];
    let report = NetworkReport::read(&bytes, &[("w.bin", &data)], None).unwrap();
    assert_eq!((report.weights, report.outputs[0].1.as_slice()), (12, [4, 2, 2].as_slice()));
    for short in [0, 7, 55] {
        let message = NetworkReport::read(&bytes, &[("w.bin", &data[..short])], None).unwrap_err().to_string();
        assert!(message.contains("outside of the file"), "{message}");
    }
}
