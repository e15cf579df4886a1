/// The daemon's side of the keeper, the small process (`bin/jpm-keeper`) that outlives the daemon:
/// it holds the apps' log pipes and restarts the daemon. Start with [io.jpm.keeper.KeeperVerticle].
/// The package depends on `model`, `os` and `bus`.
@NullMarked
package io.jpm.keeper;

import org.jspecify.annotations.NullMarked;
