//! What `face_pairs` was called with.

use crate::fault::fault;
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::scalar::ScalarValue;

/// How the arguments have to be; part of every error about them.
const USAGE: &str = "face_pairs takes a table, its column of ids and its column of templates, the same of a second \
    table or not, and then 'score' or 'fmr' with a number: face_pairs('people', 'id', 'template', 'fmr', 1e-6)";

/// A table with the columns that count.
pub(super) struct Side<'a> {
    pub(super) table: &'a str,
    pub(super) id: &'a str,
    pub(super) template: &'a str,
}

/// What pairs have to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bar {
    Score(f32),
    Fmr(f64),
}

pub(super) struct Arguments<'a> {
    pub(super) left: Side<'a>,
    pub(super) right: Option<Side<'a>>,
    pub(super) bar: Bar,
}

impl<'a> Arguments<'a> {
    pub(super) fn read(all: &'a [Expr]) -> Result<Self> {
        let side = |exprs: &'a [Expr]| match exprs {
            [table, id, template] => Some(Side { table: text(table)?, id: text(id)?, template: text(template)? }),
            _ => None,
        };
        let read = || {
            let (sides, [kind, number]) = all.split_last_chunk::<2>()?;
            let (left, right) = match sides.len() {
                3 => (side(sides)?, None),
                6 => (side(sides.get(..3)?)?, Some(side(sides.get(3..)?)?)),
                _ => return None,
            };
            let number = number_of(number)?;
            let bar = match text(kind)? {
                "score" => Bar::Score(number as f32),
                "fmr" => Bar::Fmr(number),
                _ => return None,
            };
            Some(Self { left, right, bar })
        };
        read().ok_or_else(|| fault(USAGE))
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        // A name without quotes, or in double ones.
        Expr::Column(column) if column.relation.is_none() => Some(column.name()),
        _ => None,
    }
}

fn number_of(expr: &Expr) -> Option<f64> {
    let Expr::Literal(value, _) = expr else { return None };
    match value {
        ScalarValue::Float64(number) => *number,
        ScalarValue::Float32(number) => number.map(f64::from),
        ScalarValue::Int64(number) => number.map(|number| number as f64),
        _ => None,
    }
    .filter(|number| number.is_finite())
}
