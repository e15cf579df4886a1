/// The command line, inside the daemon: the thin client ships words, this room answers with text.
///
/// Start with [io.jpm.console.ConsoleVerticle]: each request becomes a `Session` (its queue of
/// output) and a `Call` (the words, understood by `ArgumentReader`), which one of the commands
/// carries out: `StartCommand`, `ActCommand`, `ReadLogsCommand` … `Verb` and `VerbOption` are the
/// one list of commands and options; help and parser follow from it. A command asks the other rooms
/// through `Rooms` and draws with [io.jpm.console.text].
///
/// The room knows `model`, `config`, `wire` and `bus`. It decides nothing about apps: that is
/// God's.
@NullMarked
package io.jpm.console;

import org.jspecify.annotations.NullMarked;
