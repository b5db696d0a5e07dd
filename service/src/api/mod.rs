//! The applicant's interface: one file for each group of calls. What each takes and gives is
//! described in `openapi.json`, and a test holds that against the routes.

mod agreement;
mod begin;
mod chip;
mod confirmation;
mod document;
mod pages;
mod routes;
mod steps;

pub(crate) use document::read_document;
pub(crate) use routes::router;
