package io.jpm.god.journal;

import io.jpm.god.journal.DurableFile.Kind;
import io.jpm.god.journal.DurableFile.Step;
import java.util.concurrent.atomic.AtomicInteger;

/// The points at which a test can kill the daemon, as by `kill -9`, to check how the next daemon
/// recovers. With the system property `jpm.failpoint=NAME:n` a daemon ends when it reaches the
/// point NAME for the n-th time (`NAME` alone: the first time). Without the property a point costs
/// nothing.
public enum Failpoint {
  /// An instance is in the list and not in the journal.
  INSTANCE_ADDED,
  /// An instance is in the journal and has no process.
  INSTANCE_WRITTEN,
  /// A process is about to be created.
  SPAWN_BEGINS,
  /// A process runs, and God does not know it yet.
  SPAWNED,
  /// God knows the process, and the journal does not contain it.
  SPAWN_TOLD,
  /// A stop is decided, and no process has been signalled.
  SIGNAL_BEGINS,
  /// The first signal is being sent.
  SIGNALLED,
  /// The exit of a main process has been detected and not handled yet.
  EXIT_SEEN,
  /// The exit has been handled.
  EXIT_TOLD,
  /// The end of a process tree has been detected and not handled yet.
  TREE_GONE_SEEN,
  /// The end of the tree has been handled.
  TREE_GONE_TOLD,
  /// An instance has stopped and is about to be removed.
  REMOVE_BEGINS,
  /// An instance is removed from the list and still in the journal.
  REMOVED,
  /// An instance is removed from the journal, and the removal has not been published.
  REMOVAL_WRITTEN,
  /// A process of the previous daemon is about to be adopted.
  ADOPTION_BEGINS,
  /// A process is watched, and its instance does not know it yet.
  ADOPTED,
  /// The instance knows the adopted process, and the journal does not.
  ADOPTION_TOLD,
  /// A candidate is in the journal and does not run.
  RELOAD_SUCCESSOR_MADE,
  /// A candidate has been promoted, and the journal does not contain that.
  RELOAD_SWAPPED,
  /// The replaced process has no connections left and has not been asked to stop.
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

  /// Exit code after `kill -9`.
  private static final int KILLED = 137;

  private static final String PROPERTY = System.getProperty("jpm.failpoint", "");
  private static final boolean ARMED = !PROPERTY.isEmpty();
  private static final AtomicInteger LEFT = new AtomicInteger(times());

  /// Marks that the daemon reaches this point.
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

  /// Marks that the write of a file reaches `step`. Writes of the store are ignored, since they do
  /// not affect processes.
  static void hit(Kind kind, Step step) {
    if (ARMED && kind != Kind.STORE) {
      valueOf(kind + "_" + step).hit();
    }
  }
}
