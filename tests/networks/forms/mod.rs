//! Every operator in every form that exporters write.

mod arithmetic;
mod normalise;
mod rearrange;
mod windows;

use crate::writer::{Attr, Net};
use Attr::Ints;

type Row = (String, Net);
type Attributes = Vec<(&'static str, Attr)>;

/// A network on an image of (3, 6, 5), at an operator set.
fn at(opset: i64, name: impl Into<String>, build: impl FnOnce(&mut Net) -> String) -> Row {
    let mut net = Net::new(3, 6, 5);
    net.opset = opset;
    let output = build(&mut net);
    (format!("{} (opset {opset})", name.into()), net.with_outputs(&[&output]))
}

fn row(name: impl Into<String>, build: impl FnOnce(&mut Net) -> String) -> Row {
    at(17, name, build)
}

/// The input as rows of tokens: (1, 30, `channels`).
fn tokens(net: &mut Net, channels: usize) -> String {
    let c = net.conv("x", [channels, 3, 1, 1], &[]);
    let shape = net.ints(&[0, channels as i64, -1]);
    let r = net.node("Reshape", &[&c, &shape], &[]);
    net.node("Transpose", &[&r], &[("perm", Ints(vec![0, 2, 1]))])
}
