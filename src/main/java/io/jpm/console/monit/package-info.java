/// The screen of `jpm monit`.
///
/// Start with [io.jpm.console.monit.MonitCommand]; `MonitScreen` runs one session.
/// [io.jpm.console.monit.Painter] draws a [io.jpm.console.monit.MonitFrame],
/// [io.jpm.console.monit.MonitSettings] handles keys, [io.jpm.console.monit.KeyReader] decodes
/// terminal input, and [io.jpm.console.monit.Picture] determines the lines that have changed. These
/// need neither bus, clock nor terminal.
@NullMarked
package io.jpm.console.monit;

import org.jspecify.annotations.NullMarked;
