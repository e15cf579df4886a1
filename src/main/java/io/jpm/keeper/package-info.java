/// The daemon's side of the keeper, the small process (`bin/jpm-keeper`) that outlives it: it holds
/// the apps' log pipes and starts the daemon again. Start with [io.jpm.keeper.KeeperVerticle]. The
/// room knows `model`, `os` and `bus`.
@NullMarked
package io.jpm.keeper;

import org.jspecify.annotations.NullMarked;
