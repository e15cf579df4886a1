/// What has happened to every app, with its reason, numbered and kept.
///
/// Start with [io.jpm.history.HistoryVerticle]: it takes God's events, has `EventRing` number and
/// write them, and only then publishes them to the world, so that whoever has seen an event can ask
/// for all that came after it. The ring is a row of files of JSON lines in `$JPM_HOME/events`, the
/// oldest deleted when all together grow too large; `RingReader` reads them while they are written.
///
/// Numbers never repeat. The ring itself tells the last one after the daemon was killed;
/// `NumberFile` covers what the ring may miss: a full disk, and a machine that went down before its
/// disk had everything.
///
/// The room knows `model`, `wire` and `bus`; only `daemon` knows it.
@NullMarked
package io.jpm.history;

import org.jspecify.annotations.NullMarked;
