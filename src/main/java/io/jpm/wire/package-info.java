/// The messages that clients and the daemon exchange: records with their JSON form, each with a
/// version number.
///
/// Start reading at [io.jpm.wire.ConsoleRequest], which the thin client sends to `jpm.console`, and
/// [io.jpm.wire.ConsoleChunk], the answer. The package uses only `model` and the JSON classes of
/// Vert.x, so that clients and the outer parts of the daemon can share it.
@NullMarked
package io.jpm.wire;

import org.jspecify.annotations.NullMarked;
