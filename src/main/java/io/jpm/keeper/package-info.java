/// The daemon's side of the keeper, a small process (`bin/jpm-keeper`) that outlives the daemon.
/// The keeper holds the log pipes of the apps and restarts the daemon. Start with
/// [io.jpm.keeper.KeeperVerticle]. The package depends on `model`, `os` and `bus`.
@NullMarked
package io.jpm.keeper;

import org.jspecify.annotations.NullMarked;
