//! What an assignment.yaml says that nobody meant: rules never reached, leads without an answer, colleagues and queues left out.
//! All are warnings, and only given where they are certain: the file can be used.

use super::reach::{Reach, Says};
use super::read::Spots;
use super::{Assignment, Round, Rule, Target};
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::{Calendar, Dictionary};
use crate::rules::state::ROLES;
use crate::rules::team::check::unknown_role;
use crate::rules::team::{Owner, Team};

/// Checks the whole. `owners`: where each colleague's id stands.
pub(in crate::rules) fn check(
    all: &Assignment,
    spots: &Spots,
    (team, owners): (&Team, &[Span]),
    (dictionary, calendar): (&Dictionary, &Calendar),
    out: &mut Diagnostics,
) {
    let reach = Reach { team, dictionary, calendar };
    let warn = |out: &mut Diagnostics, code, at: Span, what: String, help: &str| out.push(Diagnostic::new(code, at, what).help(help));
    if team.owners.is_empty() {
        if let Some(at) = spots.rounds.first() {
            warn(
                out,
                Code::NoOwner,
                *at,
                "nobody gets a lead: there are no colleagues".into(),
                "add team.yaml, e.g. `owners: {zhang.wei: {name: 张伟, role: sales}}`",
            );
        }
        return;
    }
    let has = |role: &String| team.owners.iter().any(|o| o.role == *role);
    // A round for a role that this team does not have is passed by, as long as another one finds its people.
    let served = all.rounds.iter().any(|round| round.roles.is_empty() || round.roles.iter().any(has));
    for (role, at) in spots.roles.iter().filter(|(role, _)| !(has(role) || served && ROLES.contains(&role.as_str()))) {
        out.push(unknown_role(role, *at, team));
    }
    for ((round, places), at) in all.rounds.iter().zip(&spots.rules).zip(&spots.rounds) {
        if team.owners.iter().all(|o| !round.roles.is_empty() && !round.roles.contains(&o.role)) {
            continue; // told by its roles: the round is passed by
        }
        unreached(round, places, &reach, out);
        for (rule, at) in round.rules.iter().zip(places) {
            reaches_nobody(round, rule, *at, &reach, out);
        }
        if !round.rules.iter().any(always) {
            let what = format!("the round `{}` has no answer for leads that none of its rules match: they wait in it, tick after tick", round.name);
            warn(out, Code::NoFallback, *at, what, "end it with a rule without `when:`, e.g. `- {name: rest, to: {queue: public}}`");
        }
    }
    queues(all, spots, &reach, out);
    idle(all, &reach, owners, out);
}

/// Whether a rule takes every lead of its round.
fn always(rule: &Rule) -> bool {
    rule.when.as_ref().is_none_or(|w| w.constant() == Some(Some(true)))
}

/// A rule whose leads an earlier one always takes. Owners may all be full, then the next rule is asked: so a rule to owners only
/// hides a later one that could choose nobody else.
fn unreached(round: &Round, places: &[Span], reach: &Reach<'_>, out: &mut Diagnostics) {
    for ((i, rule), at) in round.rules.iter().enumerate().zip(places) {
        let later: Vec<(&Owner, Says)> = reach.of(round, rule);
        let hides = |earlier: &&Rule| {
            let same = matches!((&earlier.when, &rule.when), (Some(a), Some(b)) if a.normal_form() == b.normal_form());
            if !same && !always(earlier) {
                return false;
            }
            match (&earlier.to, &rule.to) {
                (Target::Queue(_), _) => true,
                (_, Target::Queue(_)) => false,
                _ => {
                    let sure: Vec<&str> = reach.of(round, earlier).iter().filter(|(_, s)| *s == Says::Yes).map(|(o, _)| o.id.as_str()).collect();
                    !later.is_empty() && later.iter().all(|(o, _)| sure.contains(&o.id.as_str()))
                }
            }
        };
        if let Some(earlier) = round.rules.iter().take(i).find(hides) {
            let why = if always(earlier) { "takes every lead" } else { "has the same condition" };
            let message = format!("`{}` is never reached: `{}` stands before it and {why}", rule.name, earlier.name);
            out.push(Diagnostic::new(Code::UnreachedRule, *at, message).help("the first match wins: put the narrower rule first, or take one out"));
        }
    }
}

fn reaches_nobody(round: &Round, rule: &Rule, at: Span, reach: &Reach<'_>, out: &mut Diagnostics) {
    if matches!(rule.to, Target::Queue(_)) {
        return;
    }
    let found = reach.of(round, rule);
    let roles = rule.roles.as_ref().unwrap_or(&round.roles);
    let told_by_role = !roles.is_empty() && !roles.iter().any(|role| reach.team.owners.iter().any(|o| o.role == *role));
    if found.is_empty() && !told_by_role {
        out.push(
            Diagnostic::new(Code::NoOwner, at, format!("`{}` reaches nobody in the team: the next rule is asked instead", rule.name))
                .help("mend `roles`, `to` or `pass_over`, or give colleagues the region or role in team.yaml"),
        );
    } else if !found.is_empty() && found.iter().all(|(o, _)| o.capacity == Some(0) || o.per_day == Some(0)) {
        out.push(
            Diagnostic::new(Code::NoCapacity, at, format!("everyone whom `{}` can reach has a capacity of 0: it places no lead", rule.name))
                .help("raise `capacity` or `per_day` in team.yaml, or leave them out for no limit"),
        );
    }
}

fn queues(all: &Assignment, spots: &Spots, reach: &Reach<'_>, out: &mut Diagnostics) {
    for ((i, queue), at) in all.queues.iter().enumerate().zip(&spots.queues) {
        let who = |o: &Owner| queue.claim.as_ref().is_some_and(|c| c.who.as_ref().is_none_or(|w| reach.says(w, o) != Says::No));
        if !reach.team.owners.iter().any(who) {
            let why = if queue.claim.is_some() { "nobody in the team is who `claim.who` asks for" } else { "it has no `claim:`" };
            out.push(
                Diagnostic::new(Code::NoOwner, *at, format!("nobody may claim from `{}`: {why}", queue.id))
                    .help("say who may, e.g. `claim: {who: \"role = 'sales'\"}`; else leads only leave it by hand"),
            );
        }
        let never = |limit: Option<u32>| limit == Some(0);
        if let Some(limit) = queue.claim.as_ref().and_then(|c| never(c.per_day).then_some("per_day").or(never(c.max_held).then_some("max_held"))) {
            out.push(
                Diagnostic::new(Code::NoCapacity, *at, format!("nobody can ever claim from `{}`: `{limit}` of its `claim` is 0", queue.id))
                    .help("raise it, or leave it out for no limit; without `claim:` leads leave the queue by hand only"),
            );
        }
        // Leads that never were in a queue go back to the first.
        let takes_back = i == 0 && (queue.reclaim.no_follow_up.is_some() || queue.reclaim.no_deal.is_some() || queue.protect.is_some());
        let target = all.rounds.iter().flat_map(|r| &r.rules).any(|r| matches!(&r.to, Target::Queue(id) if *id == queue.id));
        if !target && !takes_back {
            out.push(
                Diagnostic::new(Code::NoWayIn, *at, format!("no rule leads to the queue `{}`", queue.id))
                    .help("add a rule with `to: {queue: …}`, or take the queue out"),
            );
        }
    }
}

/// Colleagues who get no lead. Managers and those with a capacity of 0 are not meant to.
fn idle(all: &Assignment, reach: &Reach<'_>, owners: &[Span], out: &mut Diagnostics) {
    if all.rounds.is_empty() {
        return;
    }
    let team = reach.team;
    for (owner, at) in team.owners.iter().zip(owners) {
        let leads = team.owners.iter().any(|o| o.manager.as_ref() == Some(&owner.id));
        let ruled = all.rounds.iter().any(|round| round.rules.iter().any(|rule| reach.of(round, rule).iter().any(|(o, _)| o.id == owner.id)));
        let claims = all.queues.iter().filter_map(|q| q.claim.as_ref()).any(|c| c.who.as_ref().is_none_or(|w| reach.says(w, owner) != Says::No));
        if !leads && !ruled && !claims && owner.capacity != Some(0) {
            out.push(
                Diagnostic::new(Code::IdleOwner, *at, format!("no rule and no queue of assignment.yaml can give `{}` a lead", owner.id))
                    .help(format!("let a rule name the role `{}`, or write `capacity: 0` if they are to get none", owner.role)),
            );
        }
    }
}
