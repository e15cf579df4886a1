/// Process files that are hot: an edit is applied by itself.
/// [io.jpm.configwatch.ConfigWatchVerticle] asks God which files these are, for whom they are read,
/// and has him apply what they say now; `WatchedConfigFile` waits until an edit is whole. The room
/// knows `model`, `config`, `bus` and `triggers`.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
