//! Who asks: the address of a connection, and the token of a request.

use crate::app::App;
use crate::error::Refused;
use crate::limits::Limited;
use crate::time::monotonic_us;
use crate::vault::Bearer;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::net::IpAddr;
use std::sync::Arc;

/// The address of the connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The client's address: the connection's, or what a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client(pub(crate) IpAddr);

/// The address behind these proxies: the last one that none of them has.
pub(crate) fn client_of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let values = headers.get_all("x-forwarded-for");
    let named: Vec<IpAddr> = values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|address| address.trim().parse().ok())
        .collect();
    named.into_iter().rev().find(|address| !proxies.contains(address)).unwrap_or(peer)
}

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let Peer(peer) = parts.extensions.get().copied().ok_or_else(|| Refused::fault(&"no peer"))?;
        Ok(Self(client_of(peer, &parts.headers, &app.config.trusted_proxies)))
    }
}

impl FromRequestParts<Arc<App>> for Bearer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Refused> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let text = value.and_then(|value| value.strip_prefix("Bearer "));
        text.and_then(Bearer::parse).ok_or_else(Refused::token)
    }
}

impl App {
    /// Takes one of what is limited for a client.
    pub(crate) fn allow(&self, what: Limited, client: IpAddr) -> Result<(), Refused> {
        self.limiter.take(what, client, monotonic_us()).map_err(Refused::too_many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let [peer, proxy, client]: [IpAddr; 3] = ["10.0.0.9", "10.0.0.1", "192.0.2.7"].map(|a| a.parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.1, 192.0.2.7, 10.0.0.1".parse().unwrap());
        assert_eq!(client_of(peer, &headers, &[proxy]), peer);
        assert_eq!(client_of(proxy, &headers, &[proxy]), client);
        assert_eq!(client_of(proxy, &HeaderMap::new(), &[proxy]), proxy);
    }
}
