/// External triggers that make the restart of a running app due: the times of a schedule
/// ([io.jpm.triggers.CronSchedule]) and changes of watched files ([io.jpm.triggers.FileWatcher]).
///
/// The package decides *when* a restart is due; God restarts. All file watches share one thread,
/// which starts with the first watch. The package depends on `model` and two libraries: cron-utils
/// for schedules, and JGit for the matching of ignore patterns
/// (docs/decisions/0003-watch-patterns.md).
@NullMarked
package io.jpm.triggers;

import org.jspecify.annotations.NullMarked;
