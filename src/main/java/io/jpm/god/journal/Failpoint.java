package io.jpm.god.journal;

import io.jpm.god.journal.DurableFile.Kind;
import io.jpm.god.journal.DurableFile.Step;
import java.util.concurrent.atomic.AtomicInteger;

/// The moments at which a test can have the daemon end as by `kill -9`, to see what the next one
/// makes of it. Started with the system property `jpm.failpoint=NAME:n`, a daemon ends when it
/// comes to the moment NAME for the n-th time (`NAME` alone: the first). Without the property a
/// moment costs nothing.
public enum Failpoint {
  /// An instance is in the list, and not in the journal.
  INSTANCE_ADDED,
  /// It is in the journal, and has no process.
  INSTANCE_WRITTEN,
  /// A process is about to be made.
  SPAWN_BEGINS,
  /// It runs, and God does not know.
  SPAWNED,
  /// God knows, and the journal does not.
  SPAWN_TOLD,
  /// A stop is decided, and nobody is signalled.
  SIGNAL_BEGINS,
  /// The first signal is on its way.
  SIGNALLED,
  /// The end of a main process has been seen, and nothing follows from it yet.
  EXIT_SEEN,
  /// What follows has been begun.
  EXIT_TOLD,
  /// Nothing of a tree is left, and nothing follows from it yet.
  TREE_GONE_SEEN,
  /// What follows has been begun.
  TREE_GONE_TOLD,
  /// An instance has stopped and is about to be forgotten.
  REMOVE_BEGINS,
  /// It is out of the list, and in the journal still.
  REMOVED,
  /// It is out of the journal, and nobody has been told.
  REMOVAL_WRITTEN,
  /// A process of the daemon before is about to be taken up.
  ADOPTION_BEGINS,
  /// It is under watch, and its instance does not know.
  ADOPTED,
  /// Its instance knows, and the journal does not.
  ADOPTION_TOLD,
  /// The process that is to take another's place is in the journal, and does not run.
  RELOAD_SUCCESSOR_MADE,
  /// It has taken the place, and the journal does not know.
  RELOAD_SWAPPED,
  /// The one before has no connection any more, and has not been asked to end.
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

  /// What `kill -9` makes of an exit code.
  private static final int KILLED = 137;

  private static final String PROPERTY = System.getProperty("jpm.failpoint", "");
  private static final boolean ARMED = !PROPERTY.isEmpty();
  private static final AtomicInteger LEFT = new AtomicInteger(times());

  /// The daemon comes by here.
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

  /// A write of a file comes by here. That of the store decides nothing about processes.
  static void hit(Kind kind, Step step) {
    if (ARMED && kind != Kind.STORE) {
      valueOf(kind + "_" + step).hit();
    }
  }
}
