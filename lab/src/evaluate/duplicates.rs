//! Who is on several of many pictures, as one page: for whoever decides about what was found.

use super::report::page_text::{STYLE, escape, grouped};
use selfsame::gallery::{Cluster, FalsePairs, TemplatePair};
use std::collections::BTreeMap;

/// Groups on a page, the surest first. The lists beside it have all. Chosen by hand.
const GROUPS: usize = 500;
/// Pairs of a group on a page, the surest first. Chosen by hand.
const PAIRS: usize = 50;

/// Faces side by side.
const FACES: &str = "td img{width:7rem;height:7rem;vertical-align:middle;margin-right:.3rem}";

const MEANING: &str = "<h2>What this means</h2>\n<ul>\n\
    <li>A pair is a candidate and no proof: people who are alike, twins and relatives above all, reach the threshold, too. Somebody has \
    to look at each, and at what else is known of both.</li>\n\
    <li>The false pairs to expect are those of the threshold's false match rate (FMR, ISO/IEC 19795-1) among strangers of the \
    population that it was measured on; another population may have many more.</li>\n\
    <li>A pair that is not here may still be one person: how often is the false non-match rate at this threshold. A picture without a \
    template was compared with none.</li>\n\
    <li>Density is the share of a group's pairs that were found: 1 where every picture is like every other; a low one tells of a chain of \
    people who are alike.</li>\n</ul>\n";

/// What a search for duplicates among pictures found.
pub struct DuplicateReport<'a> {
    /// The pictures' names.
    pub pictures: &'a [String],
    /// Why a picture has no template; `None` for one that has.
    pub refusals: &'a [Option<String>],
    /// The pictures that have a template, as places in `pictures`.
    pub places: &'a [usize],
    /// Pairs of templates whose score reached the threshold, by their places in `places`.
    pub pairs: &'a [TemplatePair],
    /// What the pairs connect.
    pub groups: &'a [Cluster],
    /// The least score of a pair.
    pub threshold: f32,
    /// The false match rate of each comparison that it stands for.
    pub fmr: f64,
    /// Whether that rate was measured, and is not read off a model of the scores' tail.
    pub is_measured: bool,
    /// The false pairs to expect; none where there are fewer than two templates.
    pub budget: Option<FalsePairs>,
    /// Where a picture's face is shown from, if faces may be shown.
    pub face: &'a dyn Fn(usize) -> Option<String>,
}

impl DuplicateReport<'_> {
    /// The report as a page that needs nothing but the faces beside it.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = "Who is there twice";
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>{STYLE}{FACES}</style>\n\
             </head>\n<body>\n<h1>{title}</h1>\n"
        );
        page += &self.facts();
        // The surest group first; of equals the one whose first picture comes first.
        let mut groups: Vec<&Cluster> = self.groups.iter().collect();
        groups.sort_by(|a, b| b.strongest.value().total_cmp(&a.strongest.value()));
        let mut group_of = BTreeMap::new();
        for (number, group) in groups.iter().enumerate().take(GROUPS) {
            group_of.extend(group.members.iter().map(|member| (*member, number)));
        }
        let mut pairs: Vec<Vec<&TemplatePair>> = vec![Vec::new(); groups.len().min(GROUPS)];
        for pair in self.pairs {
            if let Some(of_group) = group_of.get(&pair.first).and_then(|number| pairs.get_mut(*number)) {
                of_group.push(pair);
            }
        }
        for (number, (group, pairs)) in groups.iter().zip(&mut pairs).enumerate() {
            pairs.sort_by(|a, b| b.score.value().total_cmp(&a.score.value()));
            page += &self.group(number + 1, group, pairs);
        }
        if groups.len() > GROUPS {
            page += &format!("<p class=\"note\">{} more groups are in the lists.</p>\n", groups.len() - GROUPS);
        }
        page += MEANING;
        page += "</body>\n</html>\n";
        page
    }

    fn facts(&self) -> String {
        let count = |number: usize| grouped(number as u64);
        let mut reasons = BTreeMap::<&str, usize>::new();
        for reason in self.refusals.iter().flatten() {
            *reasons.entry(reason).or_default() += 1;
        }
        let without: usize = reasons.values().sum();
        let reasons: Vec<String> = reasons.iter().map(|(reason, number)| format!("{reason}: {number}")).collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
        let known = if self.is_measured { "measured" } else { "from a model of the scores' tail" };
        let budget = self.budget.as_ref().map_or("–".to_owned(), |budget| {
            let (least, most) = budget.interval;
            format!("{:.1} (95\u{a0}%: {least:.0} to {most:.0})", budget.expected)
        });
        let facts = [
            ("Pictures", count(self.pictures.len())),
            ("Without a template", format!("{}{reasons}", count(without))),
            ("Threshold", format!("{:.4}, FMR {:.1e} of each comparison, {known}", self.threshold, self.fmr)),
            ("Pairs that reach it", count(self.pairs.len())),
            ("False pairs to expect", budget),
            ("Groups", count(self.groups.len())),
        ];
        let rows = facts.map(|(name, value)| format!("<tr><th>{name}</th><td>{}</td></tr>\n", escape(&value)));
        format!("<table class=\"facts\">\n{}</table>\n", rows.concat())
    }

    fn group(&self, number: usize, group: &Cluster, pairs: &[&TemplatePair]) -> String {
        let mut section = format!(
            "<h2>Group {number}: {} pictures, density {:.2}</h2>\n<table>\n<tr><th class=\"n\">score</th><th>pictures</th></tr>\n",
            group.members.len(),
            group.density()
        );
        for pair in pairs.iter().take(PAIRS) {
            // Places beyond the lists, which the fields exclude, have no face and no name.
            let places = [pair.first, pair.second].map(|template| self.places.get(template).copied());
            let faces = places.map(|place| place.and_then(|place| (self.face)(place)));
            let shown = faces.iter().flatten().map(|face| format!("<img src=\"{}\" alt=\"\"/>", escape(face)));
            let shown: String = shown.collect();
            let line = if shown.is_empty() { "" } else { "<br/>" };
            let names = places.map(|place| {
                place.and_then(|place| self.pictures.get(place)).map_or("–".into(), |name| escape(name))
            });
            section += &format!(
                "<tr><td class=\"n\">{:.4}</td><td>{shown}{line}{}<br/>{}</td></tr>\n",
                pair.score.value(),
                names[0],
                names[1]
            );
        }
        section += "</table>\n";
        if pairs.len() > PAIRS {
            section += &format!("<p class=\"note\">{} more pairs are in the lists.</p>\n", pairs.len() - PAIRS);
        }
        section
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame::compare::Score;
    use selfsame::gallery::{FirstPass, TemplateBlock, clusters};
    use selfsame::template::Template;
    use std::ops::ControlFlow;

    fn pairs(vectors: &[Vec<f32>], bar: f32) -> Vec<TemplatePair> {
        let template = |values: &Vec<f32>| Template::from_embedding(values, "test".into()).unwrap();
        let block = TemplateBlock::new(&vectors.iter().map(template).collect::<Vec<_>>(), FirstPass::Float).unwrap();
        let mut found = Vec::new();
        block
            .pairs_within(Score::new(bar).unwrap(), |batch| {
                found.extend_from_slice(batch.pairs());
                ControlFlow::Continue(())
            })
            .unwrap();
        found
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("picture {number}<i>")).collect()
    }

    #[test]
    fn the_surest_group_comes_first_and_names_are_no_markup() {
        let vectors =
            [[1.0, 0.0, 0.0, 0.0], [0.5, 0.75f32.sqrt(), 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.8, 0.6]];
        let pairs = pairs(&vectors.map(Vec::from), 0.45);
        let refusals = [Some("no_face".to_owned()), None, None, None, None];
        let face = |place| (place != 4).then(|| format!("faces/{place}.jpg"));
        let (pictures, groups) = (names(5), clusters(&pairs));
        let report = DuplicateReport {
            pictures: &pictures,
            refusals: &refusals,
            places: &[1, 2, 3, 4],
            pairs: &pairs,
            groups: &groups,
            threshold: 0.45,
            fmr: 1e-6,
            is_measured: true,
            budget: None,
            face: &face,
        };
        let page = report.to_html();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}: {page}"));
        assert!(at("0.8000") < at("0.5000"));
        assert!(
            at("<img src=\"faces/3.jpg\" alt=\"\"/><br/>picture 3&lt;i&gt;<br/>picture 4")
                < at("<img src=\"faces/1.jpg\"")
        );
        assert!(!page.contains("faces/4.jpg") && !page.contains("<i>"));
        at("<tr><th>Without a template</th><td>1 (no_face: 1)</td></tr>");
    }

    #[test]
    fn a_page_ends_however_many_are_alike() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        // People with two pictures each, and one with twelve.
        let mut vectors: Vec<Vec<f32>> = Vec::new();
        for person in 0..=GROUPS {
            let of_person: Vec<f32> = (0..128).map(|_| next()).collect();
            for _ in 0..if person == 0 { 12 } else { 2 } {
                vectors.push(of_person.iter().map(|value| value + 0.1 * next()).collect());
            }
        }
        let pairs = pairs(&vectors, 0.9);
        let count = vectors.len();
        let (pictures, groups, places) = (names(count), clusters(&pairs), (0..count).collect::<Vec<_>>());
        let report = DuplicateReport {
            pictures: &pictures,
            refusals: &vec![None; count],
            places: &places,
            pairs: &pairs,
            groups: &groups,
            threshold: 0.9,
            fmr: 1e-6,
            is_measured: false,
            budget: None,
            face: &|_| None,
        };
        let page = report.to_html();
        assert_eq!((groups.len(), page.matches("<h2>Group ").count()), (GROUPS + 1, GROUPS));
        assert!(page.contains("1 more groups") && page.contains("16 more pairs") && !page.contains("<img"));
    }
}
