/// The screen of `jpm monit`.
///
/// Start with [io.jpm.console.monit.MonitCommand]; `MonitScreen` runs one session.
/// [io.jpm.console.monit.Painter] draws a [io.jpm.console.monit.MonitFrame],
/// [io.jpm.console.monit.MonitSettings] reacts to keys, [io.jpm.console.monit.KeyReader] decodes
/// terminal input, and [io.jpm.console.monit.Picture] determines which lines have changed. These
/// four classes do not depend on the event bus, a clock or a terminal.
@NullMarked
package io.jpm.console.monit;

import org.jspecify.annotations.NullMarked;
