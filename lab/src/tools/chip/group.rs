//! What a data group 2 holds: one line per field, or JSON.

use crate::say;
use selfsame::document::{Dg2, DigestAlgorithm};
use serde_json::{Map, Value, json};

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Everything in a data group, its digests included.
pub(super) fn report(dg2: &Dg2<'_>) -> Value {
    let remarks = dg2.remarks().iter().map(|r| json!(format!("{}: {r}", r.as_str())));
    let digests: Map<String, Value> =
        DigestAlgorithm::ALL.map(|a| (a.as_str().to_owned(), json!(hex(&dg2.digest(a))))).into_iter().collect();
    json!({
        "bytes": dg2.bytes().len(),
        "instances": dg2.instances(),
        "remarks": remarks.collect::<Vec<_>>(),
        "digests": digests,
    })
}

/// One line per field, indented by depth; fields that are not stated are left out.
pub(super) fn print(value: &Value, indent: &str) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => say!("{indent}{name:<14} none"),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(_) => {
                            say!("{indent}{name} {}", i + 1);
                            print(item, &format!("{indent}  "));
                        }
                        item => say!("{indent}{name:<14} {}", text(item)),
                    }
                }
            }
            Value::Object(_) => {
                say!("{indent}{name}");
                print(value, &format!("{indent}  "));
            }
            value => say!("{indent}{name:<14} {}", text(value)),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
