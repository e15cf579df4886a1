/// What clients and daemon agree on: records and their JSON, with a version number.
///
/// Start with [io.jpm.wire.ConsoleRequest], what the thin client sends to `jpm.console`, and
/// [io.jpm.wire.ConsoleChunk], what it gets back. The room knows `model` and the JSON of Vert.x, so
/// that clients and the daemon's edges can share it.
@NullMarked
package io.jpm.wire;

import org.jspecify.annotations.NullMarked;
