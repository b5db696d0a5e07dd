//! Words, numbers and figures on a page of HTML.

use super::parts::AtThreshold;
use crate::evaluate::Interval;

pub(in crate::evaluate) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:56rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;margin:.8rem 0}\
th,td{border-bottom:1px solid #ccc;padding:.25rem .9rem .25rem 0;text-align:left;vertical-align:top}\
td{overflow-wrap:anywhere}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}figure{margin:1rem 0}svg{max-width:100%;height:auto}\
.note{color:#555;font-size:.92rem}h2{break-after:avoid}table.facts th{min-width:11rem}@media print{body{margin:0;max-width:none;font-size:9.5pt}figure,tr{break-inside:avoid}}";

/// A picture with words beneath it.
pub(in crate::evaluate) fn figure(svg: &str, caption: &str) -> String {
    format!("<figure>\n{svg}\n<figcaption class=\"note\">{caption}</figcaption>\n</figure>\n")
}

/// A rate in per cent with three digits that count.
pub(in crate::evaluate) fn rate(rate: f64) -> String {
    let percent = 100.0 * rate;
    let digits = if percent > 0.0 { (2 - percent.log10().floor() as i32).clamp(0, 9) as usize } else { 0 };
    let text = format!("{percent:.digits$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short}\u{a0}%")
}

/// A rate, or a dash where there is nothing that it could be a rate of.
pub(in crate::evaluate) fn known(of: Option<f64>) -> String {
    of.map_or("–".to_owned(), rate)
}

/// By how much a measured FMR misses the claimed one, with its interval.
pub(in crate::evaluate) fn times(row: &AtThreshold) -> String {
    if row.too_few {
        return "too few".to_owned();
    }
    let ratio = row.ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
    row.ratio_interval.map_or(ratio.clone(), |i| format!("{ratio} ({:.2} to {:.2})", i.low, i.high))
}

/// An interval, or the bound that stands in for it without errors.
pub(in crate::evaluate) fn bounded(interval: Option<Interval>, bound: Option<f64>) -> String {
    bound.map_or_else(|| span(interval), |bound| format!("below {} (rule of 3)", rate(bound)))
}

pub(in crate::evaluate) fn span(interval: Option<Interval>) -> String {
    interval.map_or("–".to_owned(), |i| format!("{} to {}", rate(i.low), rate(i.high)))
}

/// Digits in groups of three.
pub(in crate::evaluate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

/// Text as it may stand in HTML, in attributes too.
pub(in crate::evaluate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            // Controls have no place in a page.
            c if c.is_control() => safe.push('\u{FFFD}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0.0138, 1e-6, 0.5, 0.0, 1.0, 0.041_04].map(rate),
            ["1.38 %", "0.0001 %", "50 %", "0 %", "100 %", "4.1 %"].map(|text| text.replace(' ', "\u{a0}"))
        );
        assert_eq!([7, 1_000, 29_640_749].map(grouped), ["7", "1,000", "29,640,749"]);
    }

    #[test]
    fn nothing_breaks_out_of_the_text() {
        assert_eq!(
            escape("<script>\"a\" & 'b'</script>\u{1b}"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;\u{FFFD}"
        );
    }
}
