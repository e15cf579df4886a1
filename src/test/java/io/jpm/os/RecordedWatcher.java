package io.jpm.os;

import io.jpm.model.process.Exit;
import io.jpm.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// Records the calls that it receives, in order.
public final class RecordedWatcher implements ChildWatcher {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<String> internals = new CopyOnWriteArrayList<>();
  private final List<Exit> exits = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> unacknowledged = new ConcurrentLinkedQueue<>();
  private volatile boolean acknowledges = true;

  @Override
  public void exited(Exit exit) {
    calls.add("exited");
    exits.add(exit);
  }

  @Override
  public void message(String json, Runnable heard) {
    messages.add(json);
    calls.add("message");
    if (acknowledges) {
      heard.run();
    } else {
      unacknowledged.add(heard);
    }
  }

  @Override
  public void nodeMessageReceived(String json, Runnable heard) {
    internals.add(json);
    heard.run();
  }

  @Override
  public void treeGone() {
    calls.add("treeGone");
  }

  @Override
  public void descendantOutOfMemory(long processes) {
    calls.add("part ran out of memory");
  }

  @Override
  public void memoryThrottled() {
    calls.add("slowed");
  }

  /// Returns the names of all calls so far.
  public List<String> told() {
    return List.copyOf(calls);
  }

  /// From now on messages are recorded but not acknowledged.
  public void ignoreMessages() {
    acknowledges = false;
  }

  /// Ends [#ignoreMessages] and acknowledges the messages recorded since.
  public void acknowledgeMessages() {
    acknowledges = true;
    for (Runnable heard = unacknowledged.poll(); heard != null; heard = unacknowledged.poll()) {
      heard.run();
    }
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  /// Returns the received messages of Node's own.
  public List<String> nodeMessages() {
    return List.copyOf(internals);
  }

  public void awaitMessage(String json) {
    Eventually.await(
        "the message " + json, DEADLINE, () -> messages.contains(json), this::messages);
  }

  public boolean hasExited() {
    return !exits.isEmpty();
  }

  /// Waits for a call, named as by [#calls].
  public void awaitCall(String call) {
    Eventually.await(call, DEADLINE, () -> calls.contains(call), this::told);
  }

  public Exit awaitExit() {
    Eventually.await("the exit is reported", DEADLINE, this::hasExited, this::told);
    return exits.getFirst();
  }

  public void awaitTreeGone() {
    Eventually.await(
        "the end of the tree is reported", DEADLINE, () -> calls.contains("treeGone"), this::told);
  }

  /// Reports whether the end of the tree is reported before `patience` ends.
  public boolean isTreeGoneWithin(Duration timeout) {
    try {
      Eventually.await(
          "the end of the tree is reported", timeout, () -> calls.contains("treeGone"));
      return true;
    } catch (AssertionError notYet) {
      return false;
    }
  }
}
