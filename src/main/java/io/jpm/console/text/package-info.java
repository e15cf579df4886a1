/// Pictures of instances as text: values in, text out, no bus and no clock.
///
/// Start with [io.jpm.console.text.InstanceTable] (`jpm ls`), [io.jpm.console.text.InstanceSheet]
/// (`jpm describe`), [io.jpm.console.text.InstanceJson] (`jpm jlist`) and
/// [io.jpm.console.text.EventText] (`jpm events`); [io.jpm.console.text.Grid] draws,
/// [io.jpm.console.text.Columns] measures, [io.jpm.console.text.TerminalText] keeps what apps print
/// from steering the terminal. The room knows `model`, `wire` and `bus`.
@NullMarked
package io.jpm.console.text;

import org.jspecify.annotations.NullMarked;
