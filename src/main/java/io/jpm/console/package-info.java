/// The command line, inside the daemon: the thin client ships words, this room answers with text.
///
/// Start with [io.jpm.console.ConsoleVerticle]: each request becomes a `Session` (its queue of
/// output) and a `CommandCall` (the words, understood by `cli`), which one of the commands carries
/// out: those of `app` change apps, those of `look` show them, those of `logs` read what they
/// print. `cli.Verb` and `cli.VerbOption` are the one list of commands and options; help, parser
/// and `completion` follow from it. A command asks the other verticles through `session.Rooms` and
/// draws with `text`.
///
/// The room knows `model`, `config`, `wire` and `bus`. It decides nothing about apps: that is
/// God's.
@NullMarked
package io.jpm.console;

import org.jspecify.annotations.NullMarked;
