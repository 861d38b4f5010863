//! Plays thousands of plans. One that fails is kept in a file and can be played again.
//!
//! `COLLAB_PLANS=100000` plays more of them, from `COLLAB_SEED` on; `COLLAB_PLAN=FILE` plays one file.

use crate::{plan::Plan, world::World};
use std::{env, fs};

const PLANS: u64 = 2_000;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} is not a number"))
    })
}

#[test]
fn whatever_happens_replicas_converge_and_nothing_acknowledged_is_lost() {
    if let Ok(file) = env::var("COLLAB_PLAN") {
        let plan: Plan = fs::read_to_string(&file).unwrap().parse().unwrap();
        World::play(&plan).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        return;
    }
    let (first, count) = (number("COLLAB_SEED", 1), number("COLLAB_PLANS", PLANS));
    let (mut acknowledged, mut tampered) = (0, 0);
    for seed in first..first + count {
        let plan = Plan::from_seed(seed);
        tampered += u64::from(plan.tampers());
        match World::play(&plan) {
            Ok(world) => acknowledged += world.acknowledged,
            Err(fault) => {
                let file = env::temp_dir().join(format!("collab-{seed}.plan"));
                fs::write(&file, format!("# seed {seed}: {fault}\n{plan}")).unwrap();
                panic!(
                    "seed {seed}: {fault}; play it again with COLLAB_PLAN={}",
                    file.display()
                );
            }
        }
    }
    // The plans are not all of one kind: most acknowledge something, and many go through a network at its worst.
    if count >= PLANS {
        assert!(acknowledged as u64 > 2 * count, "{acknowledged} acknowledgements");
        assert!(tampered > count / 4 && tampered < count, "{tampered} tampered");
    }
}

#[test]
fn a_plan_is_the_same_after_it_was_kept() {
    for seed in 0..200 {
        let plan = Plan::from_seed(seed);
        assert_eq!(plan.to_string().parse::<Plan>().unwrap(), plan);
    }
    for broken in [
        "",
        "clients",
        "clients 2\nfly 1",
        "clients 2\nup 1",
        "clients 2\nup x 1",
    ] {
        assert!(broken.parse::<Plan>().is_err(), "{broken:?}");
    }
}
