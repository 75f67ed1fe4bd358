//! Lists in pages.

use crate::world::World;

impl World {
    /// Most entries of a page.
    pub(crate) fn most_listed(&self) -> usize {
        if self.listing == 0 { usize::MAX } else { self.listing }
    }

    /// The page that begins at `start`, and where the next one does.
    pub(crate) fn part<T: Clone>(&self, all: &[T], start: usize) -> (Vec<T>, Option<usize>) {
        let end = start.saturating_add(self.most_listed());
        let page = all.iter().skip(start).take(self.most_listed()).cloned().collect();
        (page, (end < all.len()).then_some(end))
    }
}
