//! What a ceremony must remember of its applicant, sealed under the applicant's own token, of which
//! the service keeps only the digest: what the form says, and the document until the faces have
//! been compared. Whoever has the database alone reads none of it.

use crate::store::SessionId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use selfsame::digest::Digest;
use selfsame::enrol::Date;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The secret that an applicant's browser has for one ceremony.
pub(crate) struct Bearer(Zeroizing<[u8; 32]>);

impl Bearer {
    pub(crate) fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// Reads what [`Self::text`] wrote; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        // Its length is checked first: a token comes from outside.
        (text.len() == 43).then_some(())?;
        let read = URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes).ok()?;
        (read == 32).then_some(Self(bytes))
    }

    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.0)
    }

    /// The ceremony's name in the store.
    pub(crate) fn id(&self) -> SessionId {
        *Digest::of_parts("selfsame service session 1", [self.0.as_slice()]).as_bytes()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = Digest::of_parts("selfsame service vault 1", [self.0.as_slice()]);
        XChaCha20Poly1305::new(key.as_bytes().into())
    }
}

/// A document as it was sent.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) enum Upload {
    /// A portrait: an image, or a chip's data group 2.
    Portrait(Vec<u8>),
    /// A photograph of the data page.
    Page(Vec<u8>),
    /// A chip's files.
    Chip(Vec<Vec<u8>>),
}

/// What a document's chip was asked.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct ChipAsked {
    /// The challenge of active authentication, where the chip has a key for it.
    pub(crate) active: Option<[u8; 8]>,
    /// Chip authentication, where the chip has a key for it.
    pub(crate) agreement: Option<Agreement>,
    /// From when on no answer counts, in Unix seconds.
    pub(crate) expires_at: u64,
}

/// Chip authentication under way.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Agreement {
    pub(crate) protocol: Vec<u8>,
    pub(crate) key_id: Option<u64>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) command: Vec<u8>,
    /// The service's side, sealed under its own key: the applicant must not read it.
    pub(crate) sealed: Vec<u8>,
}

/// What the ceremony must remember of its applicant.
#[derive(Clone, Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Applicant {
    pub(crate) issuing_state: String,
    pub(crate) document_number: String,
    pub(crate) name: String,
    pub(crate) date_of_birth: String,
    pub(crate) old_account: Option<String>,
    pub(crate) document: Option<Upload>,
    /// What the document's chip was asked and has not answered.
    pub(crate) chip: Option<ChipAsked>,
}

impl Applicant {
    /// The date of birth; `None` if what was written is no date.
    pub(crate) fn born(&self) -> Option<Date> {
        let mut parts = self.date_of_birth.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        (parts.next().is_none() && digits(year, 4) && digits(month, 2) && digits(day, 2)).then_some(())?;
        let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        let every = |years: u16| date.year.is_multiple_of(years);
        let leap = every(4) && (!every(100) || every(400));
        let days = match date.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        ((1..=12).contains(&date.month) && (1..=days).contains(&date.day) && date.year >= 1900).then_some(date)
    }

    /// The name in one spelling, by which one person is told from others.
    pub(crate) fn spelled_name(&self) -> String {
        let upper = self.name.to_uppercase();
        upper.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn seal(&self, bearer: &Bearer, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Vec<u8>, String> {
        let failed = |e: &dyn std::fmt::Display| format!("what the applicant said cannot be sealed: {e}");
        let plain = Zeroizing::new(postcard::to_allocvec(self).map_err(|e| failed(&e))?);
        let mut nonce = [0; 24];
        rng.fill_bytes(&mut nonce);
        let payload = Payload { msg: &plain, aad: &bearer.id() };
        let sealed = bearer.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|e| failed(&e))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(bytes: &[u8], bearer: &Bearer) -> Result<Self, String> {
        let failed = || "what the applicant said does not open".to_owned();
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or_else(failed)?;
        let payload = Payload { msg: sealed, aad: &bearer.id() };
        let plain = bearer.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| failed())?;
        postcard::from_bytes(&Zeroizing::new(plain)).map_err(|_| failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_applicants_token_opens_it() {
        let mut rng = crate::secrets::generator().unwrap();
        let (bearer, other) = (Bearer::random(&mut rng), Bearer::random(&mut rng));
        let mut applicant = Applicant::default();
        (applicant.name, applicant.document) = ("Jo  Ünit".into(), Some(Upload::Page(vec![1])));
        let sealed = applicant.seal(&bearer, &mut rng).unwrap();
        assert_eq!(Applicant::open(&sealed, &bearer).unwrap().spelled_name(), "JO ÜNIT");
        assert!(Applicant::open(&sealed, &other).is_err());
        for cut in [0, 10, 24, sealed.len() - 1] {
            assert!(Applicant::open(&sealed[..cut], &bearer).is_err());
        }
        assert_eq!(Bearer::parse(&bearer.text()).unwrap().id(), bearer.id());
        for bad in ["", "AA", &"é".repeat(43), &bearer.text()[1..]] {
            assert!(Bearer::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn dates_are_dates() {
        let born = |text: &str| {
            let mut applicant = Applicant::default();
            applicant.date_of_birth = text.into();
            applicant.born().is_some()
        };
        assert!(born("1984-03-15") && born("2000-02-29"));
        for bad in ["", "1984", "1984-02-30", "1900-02-29", "84-03-15", "1984-3-15", "+984-03-15", "1984-03-15-1"] {
            assert!(!born(bad), "{bad}");
        }
    }
}
