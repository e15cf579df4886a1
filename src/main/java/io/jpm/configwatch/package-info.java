/// Watches process files and applies edits automatically. [io.jpm.configwatch.ConfigWatchVerticle]
/// requests from God the list of watched files and the context in which to read them, and sends the
/// specs of an edited file to God. `WatchedConfigFile` waits until an edit is complete. The package
/// depends on `model`, `config`, `bus` and `triggers`.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
