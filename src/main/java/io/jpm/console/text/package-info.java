/// Formats instances, logs and events as text. The package does not use the event bus or a clock.
///
/// Start with [io.jpm.console.text.InstanceTable] (`jpm ls`), [io.jpm.console.text.InstanceSheet]
/// (`jpm describe`), [io.jpm.console.text.InstanceJson] (`jpm jlist`) and
/// [io.jpm.console.text.EventText] (`jpm events`). [io.jpm.console.text.Grid] draws tables,
/// [io.jpm.console.text.TextWidth] measures text, and [io.jpm.console.text.TerminalSanitizer]
/// prevents the output of apps from controlling the terminal. The package depends on `model`,
/// `config`, `wire` and the message types in `bus`.
@NullMarked
package io.jpm.console.text;

import org.jspecify.annotations.NullMarked;
