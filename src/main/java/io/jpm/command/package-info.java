/// Serves typed requests from other services on the address `jpm.command`, as specified in
/// `docs/bridge.md`. Start with [io.jpm.command.CommandVerticle]. `RequestReader` parses requests,
/// only `RequestAuthorizer` authorizes them, and `OperationRunner` carries them out by sending
/// commands to the other verticles. The package depends on `model`, `config`, `wire` and `bus`.
@NullMarked
package io.jpm.command;

import org.jspecify.annotations.NullMarked;
