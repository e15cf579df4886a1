/// The bridge's typed requests: what other services ask for on `jpm.command`, as `docs/bridge.md`
/// has it. Start with [io.jpm.command.CommandVerticle]; `RequestReader` understands requests,
/// `Authority` is the one place that decides who may have what, `OperationRunner` asks the other
/// rooms. The room knows `model`, `config`, `wire` and `bus`.
@NullMarked
package io.jpm.command;

import org.jspecify.annotations.NullMarked;
