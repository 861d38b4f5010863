//! The packs in the binary, and what a wrong one is told.

use super::*;

