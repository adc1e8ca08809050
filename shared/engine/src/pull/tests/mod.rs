//! The pull over a made-up CloudWatch and a store in memory.

mod begins;
mod by_hand;
mod faults;
mod windows;
mod world;
