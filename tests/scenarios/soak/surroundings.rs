//! What happens around the functions.

use super::walk::Walk;

impl Walk {
    /// Time passes, clocks jump, keys change, messages come again, late, or out of the dead-letter
    /// queue.
    pub(super) async fn surroundings(&mut self) -> String {
        match self.one_of(16) {
            0..=4 if self.in_a_week.is_none() => {
                let minutes = i64::from(self.random.u8(1..90));
                self.clock.pass(time::Duration::minutes(minutes)).await;
                format!("{minutes} minutes pass")
            }
            0..=4 => "the surroundings stay quiet".to_owned(),
            5..=7 => {
                let minutes = i64::from(self.random.u8(0..180)) - 120;
                self.clock.jump(time::Duration::minutes(minutes));
                format!("clocks are {minutes} minutes ahead")
            }
            8..=14 => self.messages(),
            _ => {
                let kind = self.random.u8(0..6);
                self.keys.change(&self.rounds.world.catalog, kind).to_owned()
            }
        }
    }

    fn messages(&mut self) -> String {
        match self.one_of(3) {
            0 => {
                self.outcome.count("repeated messages");
                let place = self.random.u64(..);
                let choose = |number: usize| usize::try_from(place).unwrap_or_default() % number;
                self.line.repeat(&self.rounds.queue, choose);
                "a message comes again".to_owned()
            }
            1 => {
                self.outcome.count("reorderings");
                self.line.reorder(&self.rounds.queue, &mut self.random);
                "messages come in another order".to_owned()
            }
            _ => {
                self.outcome.count("redrives");
                self.line.redrive();
                format!("a redrive; {} groups wait", self.line.groups().len())
            }
        }
    }

    /// Where the key is wrong, somebody sees it soon.
    pub(super) fn mend_keys(&mut self) {
        if !self.keys.fit() && self.one_of(10) == 0 {
            self.keys.put_right(&self.rounds.world.catalog);
        }
    }
}
