package io.jpm.god.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A change to the list that is committed when it has been journaled, and rolled back if the
/// journal cannot be written. Confined to GodVerticle's context.
public final class ProvisionalChange {
  private final Deque<Runnable> undoing = new ArrayDeque<>();
  private final List<Runnable> moving = new ArrayList<>();
  private final List<Runnable> telling = new ArrayList<>();

  /// Adds `step`, which undoes the preceding part of the change on [#rollback]. The steps run in
  /// reverse order.
  void undoneBy(Runnable step) {
    undoing.push(step);
  }

  /// Adds `step`, which applies the change to log files and pid files on [#commit].
  void movedBy(Runnable step) {
    moving.add(step);
  }

  /// Adds `step`, which publishes the change on [#commit].
  void toldBy(Runnable step) {
    telling.add(step);
  }

  /// Makes the change permanent after it has been journaled.
  public void commit() {
    undoing.clear();
    List<Runnable> steps = new ArrayList<>(moving);
    steps.addAll(telling);
    moving.clear();
    telling.clear();
    steps.forEach(Runnable::run);
  }

  /// Undoes the change because it could not be journaled.
  public void rollback() {
    moving.clear();
    telling.clear();
    while (!undoing.isEmpty()) {
      undoing.pop().run();
    }
  }
}
