/// Watched process files: an edit is applied automatically.
/// [io.jpm.configwatch.ConfigWatchVerticle] asks God for these files and the context in which to
/// read them, and sends God the edited specs. `WatchedConfigFile` waits until an edit is complete.
/// The package depends on `model`, `config`, `bus` and `triggers`.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
