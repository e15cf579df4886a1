package io.jpm.os;

import io.jpm.model.Exit;
import io.jpm.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Remembers what it was told, in order.
public final class RecordedWatcher implements ChildWatcher {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<Exit> exits = new CopyOnWriteArrayList<>();

  @Override
  public void exited(Exit exit) {
    told.add("exited");
    exits.add(exit);
  }

  @Override
  public void message(String json) {
    messages.add(json);
    told.add("message");
  }

  @Override
  public void treeGone() {
    told.add("treeGone");
  }

  /// All calls so far.
  public List<String> told() {
    return List.copyOf(told);
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  public void awaitMessage(String json) {
    Eventually.await(
        "the message " + json, DEADLINE, () -> messages.contains(json), this::messages);
  }

  public boolean hasExited() {
    return !exits.isEmpty();
  }

  public Exit awaitExit() {
    Eventually.await("the exit is told", DEADLINE, this::hasExited, this::told);
    return exits.getFirst();
  }

  public void awaitTreeGone() {
    Eventually.await(
        "the end of the tree is told", DEADLINE, () -> told.contains("treeGone"), this::told);
  }

  /// Whether the end of the tree is told before `patience` ends.
  public boolean isTreeGoneWithin(Duration patience) {
    try {
      Eventually.await("the tree is gone", patience, () -> told.contains("treeGone"));
      return true;
    } catch (AssertionError notYet) {
      return false;
    }
  }
}
