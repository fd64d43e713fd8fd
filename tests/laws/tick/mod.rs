//! What a day at work keeps to, whatever comes in: small bases, a handful of rules, random files, random days.

mod alone;
mod cron;
mod days;
mod held;
mod inbox;
mod order;
mod world;
