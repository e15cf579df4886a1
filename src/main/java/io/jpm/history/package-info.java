/// Numbers, stores and publishes the events of all apps and of the daemon.
///
/// Start with [io.jpm.history.HistoryVerticle]: it receives God's events, lets `EventRing` number
/// and write them, and only then publishes them. A subscriber that has seen an event can therefore
/// request all later events. The ring is a series of JSON-lines files in `$JPM_HOME/events`; the
/// oldest file is deleted when the total size exceeds the limit. `RingReader` reads the files while
/// they are being written.
///
/// Numbers are never reused. If the daemon was killed, the ring itself contains the last number.
/// `SequenceFile` covers events that may be missing from the ring: those that a full disk rejected,
/// and those that were not yet on disk when the machine crashed.
///
/// The package depends on `model`, `wire` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.history;

import org.jspecify.annotations.NullMarked;
