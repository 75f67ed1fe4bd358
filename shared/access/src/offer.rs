//! Finds out what lies behind the output port of an agreement.

use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::Rejection;
use domain::output_port::{Offer, is_described, workgroup};
use domain::product::OutputPort;
use domain::rejection::quote;
use domain::server::{Described, Platform, Server};

use crate::consumer::Reader;
use crate::grant::NoGrant;
use crate::trail::Side;
use crate::{Assessor, Documents};

/// An output port, with the words to name it in a message.
pub(crate) struct Port<'a> {
    pub(crate) port: &'a OutputPort,
    pub(crate) holder: String,
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    /// The first that says so: the port's reserved fields, the server of its data contract, its own
    /// server, and the field that came before that.
    pub(crate) async fn offer(
        &self,
        port: &Port<'_>,
        documents: &Documents<'_, C>,
    ) -> Result<Offer, NoGrant> {
        let told = |said: &str| documents.note(Side::Provider, &port.holder, || said.to_owned());
        if is_described(&port.port.custom) {
            told("its reserved fields say what lies behind it");
            return reserved(port);
        }
        let kind = port.port.kind.as_deref();
        if kind.is_some_and(Platform::is_known_elsewhere) {
            told("it is of another platform");
            return Err(NoGrant::NotOurs);
        }
        if let Some(offer) = self.offer_of_contract(port, documents).await? {
            return Ok(offer);
        }
        let own = &port.port.server;
        let older = port.port.location.as_deref().map(Server::at);
        let server = if own.is_empty() { older.as_ref() } else { Some(own) };
        let Some(server) = server else {
            told("nothing says what lies behind it");
            // A type is free text: a word that is neither ours nor known is no promise of S3 or Glue.
            return Err(match kind.map(Platform::of) {
                Some(Platform::Other) => NoGrant::NotOurs,
                Some(Platform::S3 | Platform::Glue) | None => {
                    Rejection::PortUndescribed { holder: port.holder.clone() }.into()
                }
            });
        };
        told(if own.is_empty() { "its location is used" } else { "its own server is used" });
        self.described(server, kind, &[], &format!("server of {}", port.holder))
    }

    async fn offer_of_contract(
        &self,
        port: &Port<'_>,
        documents: &Documents<'_, C>,
    ) -> Result<Option<Offer>, NoGrant> {
        let Some(id) = &port.port.contract else { return Ok(None) };
        let holder = format!("data contract {id} of {}", port.holder);
        let told = |said: &str| documents.note(Side::Provider, &holder, || said.to_owned());
        let Some(contract) = documents.contract(id, &holder).await? else {
            told("not in the catalog");
            return Ok(None);
        };
        let wanted = port.port.contract_server.as_deref();
        let server = match (contract.server(wanted), wanted) {
            (Some(server), _) => server,
            (None, None) => {
                told("has no server");
                return Ok(None);
            }
            (None, Some(server)) => {
                let server = quote(server);
                return Err(Rejection::ServerMissing { contract: holder, server }.into());
            }
        };
        let named = match &server.name {
            Some(name) => format!("server {}", quote(name)),
            None => "the first server".to_owned(),
        };
        told(&format!("{named} says what lies behind the port"));
        let holder = format!("{named} of {holder}");
        self.described(server, port.port.kind.as_deref(), contract.models(), &holder).map(Some)
    }

    /// A server's own type counts more than the port's, and what it looks like is asked last.
    fn described(
        &self,
        server: &Server,
        kind: Option<&str>,
        models: &[String],
        holder: &str,
    ) -> Result<Offer, NoGrant> {
        let of_port = kind.map(Platform::of).filter(|platform| *platform != Platform::Other);
        let of_server = server.kind.as_deref().map(Platform::of);
        let platform = of_server.or(of_port).unwrap_or_else(|| server.looks_like());
        let described = Described { server, models, home: &self.home, holder };
        described.offer(platform)?.ok_or(NoGrant::NotOurs)
    }
}

/// What the owner wrote for this integration. Another platform of the standard is no mistake.
fn reserved(port: &Port<'_>) -> Result<Offer, NoGrant> {
    match Offer::read(&port.port.custom, &port.holder) {
        Err(Rejection::UnsupportedPortType { found, .. })
            if Platform::is_known_elsewhere(&found) =>
        {
            Err(NoGrant::NotOurs)
        }
        read => read.map_err(NoGrant::Refused),
    }
}

/// A workgroup belongs to whoever runs the queries: the port may name one for all its consumers,
/// else the consumer names its own.
pub(crate) fn with_workgroup(
    offer: Offer,
    port: &Port<'_>,
    reader: &Reader,
) -> Result<Offer, Rejection> {
    match offer {
        Offer::Glue { tables, workgroup: None } => {
            let workgroup = match workgroup(&port.port.custom, &port.holder)? {
                Some(found) => Some(found),
                None => workgroup(&reader.fields, &reader.holder)?,
            };
            Ok(Offer::Glue { tables, workgroup })
        }
        complete @ (Offer::S3 { .. } | Offer::Glue { .. }) => Ok(complete),
    }
}
