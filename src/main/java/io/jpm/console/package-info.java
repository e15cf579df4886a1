/// The command line inside the daemon: the thin client sends the words of a command line, and this
/// package replies with text.
///
/// Start with [io.jpm.console.ConsoleVerticle]. Each request becomes a `Session` (its output queue)
/// and a `CommandCall` (the words, parsed by `cli`), which is executed by one of the commands. The
/// commands in `app` change apps, those in `inspect` show them, and those in `logs` read their
/// output. `cli.Verb` and `cli.VerbOption` define all commands and options; the help texts, the
/// parser and `jpm completion` are derived from them. A command sends requests to the other
/// verticles through `session.DaemonClient` and formats its output with `text`.
///
/// The package depends on `model`, `spec`, `config`, `wire` and `bus`. It makes no decisions about
/// apps: that is the task of God.
@NullMarked
package io.jpm.console;

import org.jspecify.annotations.NullMarked;
