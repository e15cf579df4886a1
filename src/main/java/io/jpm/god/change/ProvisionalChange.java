package io.jpm.god.change;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A change of the list that holds once the journal has it, and is taken back where the journal
/// cannot be written. Owned by GodVerticle's context.
public final class ProvisionalChange {
  private final Deque<Runnable> undoing = new ArrayDeque<>();
  private final List<Runnable> moving = new ArrayList<>();
  private final List<Runnable> telling = new ArrayList<>();

  /// @param step takes back what has just been done; the last step is taken back first
  void undoneBy(Runnable step) {
    undoing.push(step);
  }

  /// @param step has what is outside the list follow the change, when it holds
  void movedBy(Runnable step) {
    moving.add(step);
  }

  /// @param step tells others of the change, when it holds
  void toldBy(Runnable step) {
    telling.add(step);
  }

  /// The journal has it.
  public void hold() {
    undoing.clear();
    List<Runnable> steps = new ArrayList<>(moving);
    steps.addAll(telling);
    moving.clear();
    telling.clear();
    steps.forEach(Runnable::run);
  }

  /// The journal does not take it.
  public void takeBack() {
    moving.clear();
    telling.clear();
    while (!undoing.isEmpty()) {
      undoing.pop().run();
    }
  }
}
