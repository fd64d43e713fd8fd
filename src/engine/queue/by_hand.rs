//! What a person does with a lead and its queue beside claiming: puts it in, or sets it free.

use super::go_back;
use crate::engine::assignment::{To, hand_over};
use crate::engine::lifecycle::release;
use crate::model::{Change, Instant, LeadId, Standing, What};

/// Puts a lead into a queue. One that somebody holds ends its spell there, as if it were returned; but nobody is barred.
pub fn put(standing: &mut Standing, lead: LeadId, queue: &str, at: Instant, why: &str) -> Vec<Change> {
    match standing.owner {
        Some(_) => go_back(standing, lead, queue, at, why),
        None => hand_over(standing, lead, &To::Queue(queue.to_owned()), at, why),
    }
}

/// Takes a lead from whoever and whatever has it. Another spell begins, so that the rounds may take the lead up again: else it
/// would wait for nobody for ever.
pub fn set_free(standing: &mut Standing, lead: LeadId, at: Instant, why: &str) -> Vec<Change> {
    if standing.owner.is_none() && standing.queue.is_none() {
        return Vec::new();
    }
    let (owner, queue) = release(standing);
    standing.spell_at = Some(at);
    standing.rejected_at = None;
    let change = |what, from: Option<String>| from.map(|from| Change { lead, what, at, from: Some(from), to: None, why: why.to_owned() });
    change(What::Owner, owner).into_iter().chain(change(What::Queue, queue)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Standing {
        Standing {
            owner: Some("zhang.wei".into()),
            owner_at: Some(Instant(5)),
            assigned_at: Some(Instant(5)),
            accepted_at: Some(Instant(6)),
            rounds: vec!["清洗".into()],
            ..Standing::default()
        }
    }

    #[test]
    fn a_lead_set_free_may_be_dealt_again() {
        let mut s = held();
        let changes = set_free(&mut s, LeadId(1), Instant(9), "by hand");
        assert_eq!((changes.len(), s.owner.as_deref(), s.last_owner.as_deref()), (1, None, Some("zhang.wei")));
        assert!(s.rounds.is_empty() && s.accepted_at.is_none() && s.spell_at == Some(Instant(9)) && s.barred_at.is_none());
        let before = s.clone();
        assert!(set_free(&mut s, LeadId(1), Instant(10), "by hand").is_empty());
        assert_eq!(s, before, "nobody holds it: nothing to do");
    }

    #[test]
    fn a_held_lead_that_is_put_into_a_queue_has_one_of_both() {
        let mut s = held();
        let changes = put(&mut s, LeadId(1), "public", Instant(9), "by hand");
        assert_eq!(changes.iter().map(|c| c.what.name()).collect::<Vec<_>>(), ["owner", "queue"]);
        assert_eq!((s.owner.as_deref(), s.queue.as_deref(), s.accepted_at), (None, Some("public"), None));
        assert!(put(&mut s, LeadId(1), "public", Instant(10), "by hand").is_empty());
    }
}
