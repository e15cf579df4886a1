/// Watches process files and applies edits automatically. [io.jpm.configwatch.ConfigWatchVerticle]
/// asks God for the watched files and the context in which to read them, and sends the edited specs
/// to God. `WatchedConfigFile` waits until an edit is complete. The package depends on `model`,
/// `config`, `bus` and `triggers`.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
