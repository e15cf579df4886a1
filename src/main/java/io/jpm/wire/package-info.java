/// The messages that clients and the daemon exchange: records with a versioned JSON form.
///
/// Start reading at [io.jpm.wire.ConsoleRequest], which the thin client sends to `jpm.console`, and
/// [io.jpm.wire.ConsoleChunk], the reply. The package depends only on `model` and the JSON classes
/// of Vert.x, so that both clients and the daemon can use it.
@NullMarked
package io.jpm.wire;

import org.jspecify.annotations.NullMarked;
