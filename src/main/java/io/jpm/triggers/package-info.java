/// External triggers that restart a running app: cron schedules ([io.jpm.triggers.CronSchedule])
/// and changes to watched files ([io.jpm.triggers.FileWatcher]).
///
/// The package determines when a restart is due; God performs the restart. All file watches share
/// one thread, which starts with the first watch. The package depends on `model` and two libraries:
/// cron-utils for schedules, and JGit for matching ignore patterns
/// (docs/decisions/0003-watch-patterns.md).
@NullMarked
package io.jpm.triggers;

import org.jspecify.annotations.NullMarked;
