/// Events of all apps with their reasons, numbered and stored.
///
/// Start with [io.jpm.history.HistoryVerticle]: it receives God's events, has `EventRing` number
/// and write them, and only then publishes them, so that a subscriber that has seen an event can
/// ask for all later ones. The ring is a series of JSON-lines files in `$JPM_HOME/events`; the
/// oldest is deleted when the total size exceeds the limit. `RingReader` reads them while they are
/// being written.
///
/// Numbers never repeat. After the daemon was killed, the ring itself contains the last one.
/// `SequenceFile` covers the events that the ring may lack: on a full disk, and after a crash of
/// the machine before everything was on the disk.
///
/// The package depends on `model`, `wire` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.history;

import org.jspecify.annotations.NullMarked;
