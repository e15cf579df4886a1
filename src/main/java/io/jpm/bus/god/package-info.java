/// Commands, replies and events of God, the key-value store, the history and the process file
/// watcher.
@NullMarked
package io.jpm.bus.god;

import org.jspecify.annotations.NullMarked;
