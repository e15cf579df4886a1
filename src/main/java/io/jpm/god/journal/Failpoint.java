package io.jpm.god.journal;

import io.jpm.god.journal.DurableFile.Kind;
import io.jpm.god.journal.DurableFile.Step;
import java.util.concurrent.atomic.AtomicInteger;

/// The points at which a test can kill the daemon, as with `kill -9`, to check how the next daemon
/// recovers. If the system property `jpm.failpoint=NAME:n` is set, the daemon exits when it reaches
/// the point NAME for the n-th time; `NAME` alone means the first time. Without the property, the
/// points have no cost.
public enum Failpoint {
  /// An instance is in the list but not in the journal.
  INSTANCE_ADDED,
  /// An instance is in the journal but does not have a process.
  INSTANCE_WRITTEN,
  /// A process is about to be created.
  SPAWN_BEGINS,
  /// A process is running, but God does not know it yet.
  SPAWNED,
  /// God knows the process, but the journal does not contain it yet.
  SPAWN_TOLD,
  /// A stop has been decided, but no process has been signalled.
  SIGNAL_BEGINS,
  /// The first signal of a stop has been requested.
  SIGNALLED,
  /// The exit of a main process has been detected but not handled yet.
  EXIT_SEEN,
  /// The exit has been handled.
  EXIT_TOLD,
  /// The termination of a process tree has been detected but not handled yet.
  TREE_GONE_SEEN,
  /// The termination of the tree has been handled.
  TREE_GONE_TOLD,
  /// An instance has stopped and is about to be removed.
  REMOVE_BEGINS,
  /// An instance has been removed from the list but is still in the journal.
  REMOVED,
  /// An instance has been removed from the journal, but the command has not been answered.
  REMOVAL_WRITTEN,
  /// A process of the previous daemon is about to be adopted.
  ADOPTION_BEGINS,
  /// The process of the previous daemon is watched, but not assigned to its instance yet.
  ADOPTED,
  /// The process has been adopted, but the adoption is not in the journal yet.
  ADOPTION_TOLD,
  /// A candidate is in the journal but does not have a process yet.
  RELOAD_SUCCESSOR_MADE,
  /// A candidate has been promoted, but this is not in the journal.
  RELOAD_SWAPPED,
  /// The replaced process has no connections left, but its stop has not been requested.
  RELOAD_DRAINED,
  JOURNAL_CREATED,
  JOURNAL_WRITTEN,
  JOURNAL_FORCED,
  JOURNAL_HELD,
  JOURNAL_RENAMED,
  JOURNAL_SHIFTED,
  JOURNAL_KEPT,
  JOURNAL_DONE,
  DUMP_CREATED,
  DUMP_WRITTEN,
  DUMP_FORCED,
  DUMP_HELD,
  DUMP_RENAMED,
  DUMP_SHIFTED,
  DUMP_KEPT,
  DUMP_DONE;

  /// The exit code that a shell reports after `kill -9`.
  private static final int KILLED = 137;

  private static final String PROPERTY = System.getProperty("jpm.failpoint", "");
  private static final boolean ARMED = !PROPERTY.isEmpty();
  private static final AtomicInteger LEFT = new AtomicInteger(times());

  /// Exits the daemon if a test has selected this point.
  public void hit() {
    if (ARMED && isNamed() && LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(KILLED);
    }
  }

  private boolean isNamed() {
    return PROPERTY.equals(name()) || PROPERTY.startsWith(name() + ":");
  }

  private static int times() {
    int colon = PROPERTY.indexOf(':');
    return colon < 0 ? 1 : Integer.parseInt(PROPERTY.substring(colon + 1));
  }

  /// Exits the daemon if a test has selected this `step` of writing a file. Writes of the key-value
  /// store are ignored, because they do not affect processes.
  static void hit(Kind kind, Step step) {
    if (ARMED && kind != Kind.STORE) {
      valueOf(kind + "_" + step).hit();
    }
  }
}
