package io.jpm.god.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A change of the list that holds once it is journaled, and is undone if the journal cannot be
/// written. Confined to GodVerticle's context.
public final class ProvisionalChange {
  private final Deque<Runnable> undoing = new ArrayDeque<>();
  private final List<Runnable> moving = new ArrayList<>();
  private final List<Runnable> telling = new ArrayList<>();

  /// @param step undoes the preceding step; the last step is undone first
  void undoneBy(Runnable step) {
    undoing.push(step);
  }

  /// @param step applies the change outside the list, once it holds
  void movedBy(Runnable step) {
    moving.add(step);
  }

  /// @param step publishes the change, once it holds
  void toldBy(Runnable step) {
    telling.add(step);
  }

  /// Confirms the change after it was journaled.
  public void commit() {
    undoing.clear();
    List<Runnable> steps = new ArrayList<>(moving);
    steps.addAll(telling);
    moving.clear();
    telling.clear();
    steps.forEach(Runnable::run);
  }

  /// Undoes the change, which could not be journaled.
  public void rollback() {
    moving.clear();
    telling.clear();
    while (!undoing.isEmpty()) {
      undoing.pop().run();
    }
  }
}
