/// The command line, inside the daemon: the thin client sends the words of the command line, and
/// this package replies with text.
///
/// Start with [io.jpm.console.ConsoleVerticle]. Each request becomes a `Session` (its output queue)
/// and a `CommandCall` (the words, parsed by `cli`), which one of the commands executes. The
/// commands in `app` change apps, those in `look` show them, and those in `logs` read their output.
/// `cli.Verb` and `cli.VerbOption` are the only list of commands and options; help, parser and
/// `completion` derive from it. A command asks the other verticles through `session.DaemonClient`
/// and draws with `text`.
///
/// The package depends on `model`, `spec`, `config`, `wire` and `bus`. It makes no decisions about
/// apps: that is the task of God.
@NullMarked
package io.jpm.console;

import org.jspecify.annotations.NullMarked;
