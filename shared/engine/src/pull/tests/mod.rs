//! The pull over a made-up CloudWatch and a store in memory.

mod faults;
mod windows;
mod world;
