/// What makes a restart of an app that runs well due from outside: the next time of a schedule
/// ([io.jpm.triggers.CronTimes]) and changes of watched files ([io.jpm.triggers.FileWatch]).
///
/// The room decides nothing: it says *when*, and God restarts. It has one thread of its own for all
/// file watches, made with the first of them. It knows `model` and two libraries: cron-utils for
/// schedules, and of JGit the matching of ignore patterns (docs/decisions/0003-watch-patterns.md).
@NullMarked
package io.jpm.triggers;

import org.jspecify.annotations.NullMarked;
