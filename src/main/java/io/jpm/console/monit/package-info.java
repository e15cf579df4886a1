/// The screen of `jpm monit`: what is known and what was typed in, pictures out; no bus, no clock,
/// no terminal.
///
/// Start with [io.jpm.console.monit.Painter], which draws a [io.jpm.console.monit.MonitFrame], and
/// with [io.jpm.console.monit.MonitSettings], which keys change. [io.jpm.console.monit.KeyReader]
/// makes keys of what a terminal sends, [io.jpm.console.monit.Picture] finds what has changed on
/// the screen. The package knows `model`, `bus` and `console.text`.
@NullMarked
package io.jpm.console.monit;

import org.jspecify.annotations.NullMarked;
