//! Which agreements the catalog knows.

use std::collections::{BTreeMap, BTreeSet};

use clients::agreements::Agreements;
use clients::http::CatalogError;
use domain::agreement::{Activity, Agreement};
use domain::event::Family;
use domain::ids::AgreementId;
use lambda::chain::Chain;
use time::Date;

/// What the catalog's lists say.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The agreements.
    pub agreements: BTreeMap<AgreementId, Agreement>,
    /// Agreements that are there and cannot be read: nothing is said about them.
    pub unreadable: BTreeSet<AgreementId>,
    /// What is wrong with the lists.
    pub problems: Vec<String>,
    /// Whether an agreement that is not in it may be taken for gone.
    pub is_trusted: bool,
}

impl Listing {
    /// Reads the lists of both generations. An agreement that is in both is the newer one's.
    pub async fn read(catalog: &impl Agreements, today: Date) -> Result<Self, CatalogError> {
        let mut listing = Self::default();
        let mut lists = 0;
        for family in [Family::Access, Family::DataUsageAgreement] {
            let Some(list) = catalog.all(family).await? else { continue };
            lists += 1;
            for document in list {
                listing.take(&document, today);
            }
        }
        listing.is_trusted = lists > 0 && !listing.agreements.is_empty();
        if lists == 0 {
            listing.problems.push("the catalog has no list of agreements".to_owned());
        } else if listing.agreements.is_empty() {
            listing.problems.push("the catalog's list of agreements is empty".to_owned());
        }
        Ok(listing)
    }

    fn take(&mut self, document: &str, today: Date) {
        match Agreement::listed(document, today) {
            Ok((id, agreement)) => {
                self.agreements.entry(id).or_insert(agreement);
            }
            Err(error) => {
                let words = Chain(&error).to_string();
                self.problems
                    .push(format!("an agreement of the catalog's list cannot be read: {words}"));
                // What has an id is there, whatever else it says.
                self.unreadable.extend(Agreement::id_of(document));
            }
        }
    }

    /// How many are active.
    pub fn active(&self) -> usize {
        let active = |agreement: &&Agreement| agreement.activity == Activity::Active;
        self.agreements.values().filter(active).count()
    }
}
