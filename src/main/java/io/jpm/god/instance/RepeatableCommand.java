package io.jpm.god.instance;

import io.jpm.bus.god.GodReply;
import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A command that may be sent more than once, and its progress. Its goals are resolved to instances
/// and generations before it acts: a repetition, even one sent to the next daemon, continues
/// towards the same goals and does not start again. Confined to GodVerticle's context.
public final class RepeatableCommand {
  /// Maximum number of problems, and of notes, that are recorded for the next daemon.
  private static final int MOST_TEXTS = 20;

  private final String key;
  private final Instant at;
  private final List<Mark> marks = new ArrayList<>();
  private final boolean inherited;
  private boolean begun;
  private Optional<Outcome> outcome = Optional.empty();
  private @Nullable Future<GodReply> underWay;

  /// The goal of a command for an instance.
  public enum Aim {
    /// The instance must get a process newer than that of the recorded generation.
    RENEW,
    /// The instance must be removed from the list.
    END
  }

  /// An instance as it was before the command.
  ///
  /// @param birth see [InstanceIdentity#birth]
  public record Mark(Aim aim, InstanceId id, AppName app, Instant birth, long generation) {
    private static Mark of(Aim aim, Instance instance) {
      return new Mark(
          aim, instance.id, instance.spec.name(), instance.birth, instance.state.generation());
    }

    private boolean isOf(Instance instance) {
      return instance.id.equals(id) && instance.spec.name().equals(app);
    }

    private boolean isDoneIn(Instance instance) {
      return !instance.birth.equals(birth) || instance.state.generation() > generation;
    }
  }

  /// The outcome of a command, in a form that outlives the daemon.
  ///
  /// @param ids the instances in the reply
  public record Outcome(List<InstanceId> ids, List<String> problems, List<String> notes) {
    public Outcome {
      ids = List.copyOf(ids);
      problems = List.copyOf(problems);
      notes = List.copyOf(notes);
    }

    static Outcome of(GodReply reply) {
      return new Outcome(
          reply.instances().stream().map(view -> view.id()).toList(),
          reply.problems().stream().limit(MOST_TEXTS).toList(),
          reply.notes().stream().limit(MOST_TEXTS).toList());
    }
  }

  /// The journaled form of a command.
  public record Entry(String key, Instant at, List<Mark> marks, Optional<Outcome> outcome) {
    public Entry {
      marks = List.copyOf(marks);
    }
  }

  private RepeatableCommand(String key, Instant at, boolean inherited) {
    this.key = key;
    this.at = at;
    this.inherited = inherited;
  }

  /// Creates the record of a command without an idempotency key.
  public static RepeatableCommand once() {
    return new RepeatableCommand("", Instant.EPOCH, false);
  }

  static RepeatableCommand of(String key, Instant at) {
    return new RepeatableCommand(key, at, false);
  }

  /// Creates the record of a command that an earlier daemon has begun.
  static RepeatableCommand of(Entry known) {
    var repeatableCommand = new RepeatableCommand(known.key(), known.at(), true);
    repeatableCommand.marks.addAll(known.marks());
    repeatableCommand.begun = true;
    repeatableCommand.outcome = known.outcome();
    return repeatableCommand;
  }

  String key() {
    return key;
  }

  Instant at() {
    return at;
  }

  /// Reports whether the command has an idempotency key and can therefore be repeated.
  public boolean isKeyed() {
    return !key.isEmpty();
  }

  /// Reports whether an earlier daemon has begun the command.
  public boolean isInherited() {
    return inherited;
  }

  /// Reports whether the command may have had an effect.
  boolean isBegun() {
    return begun;
  }

  boolean isOver() {
    return outcome.isPresent();
  }

  Optional<Outcome> outcome() {
    return outcome;
  }

  /// Returns the reply, which may be pending; null if the command was begun by an earlier daemon
  /// and has not been continued.
  @Nullable Future<GodReply> underWay() {
    return underWay;
  }

  void continueWith(Future<GodReply> reply) {
    underWay = reply;
  }

  void ended(GodReply reply) {
    outcome = Optional.of(Outcome.of(reply));
    marks.clear();
  }

  /// Records that the command may have an effect from now on.
  public void begin() {
    begun = true;
  }

  /// Adds the goal that `instances` get a newer process.
  public void renews(List<Instance> instances) {
    mark(Aim.RENEW, instances);
  }

  /// Adds the goal that `instances` are removed from the list.
  public void ends(List<Instance> instances) {
    mark(Aim.END, instances);
  }

  private void mark(Aim aim, List<Instance> instances) {
    if (!isKeyed()) {
      return;
    }
    begun = true;
    instances.forEach(instance -> {
      marks.removeIf(mark -> mark.isOf(instance));
      marks.add(Mark.of(aim, instance));
    });
  }

  /// Removes the goals of `instances`, which the command did not touch.
  public void leaves(List<Instance> instances) {
    instances.forEach(instance -> marks.removeIf(mark -> mark.isOf(instance)));
  }

  /// Returns those of `instances` that must still get a newer process.
  public List<Instance> toRenew(List<Instance> instances) {
    return instances.stream()
        .filter(instance ->
            marks.stream()
                .anyMatch(mark ->
                    mark.aim() == Aim.RENEW && mark.isOf(instance) && !mark.isDoneIn(instance)))
        .toList();
  }

  /// Returns those of `instances` that have got, or must get, a newer process.
  public List<Instance> renewed(List<Instance> instances) {
    return instances.stream()
        .filter(it -> marks.stream().anyMatch(mark -> mark.aim() == Aim.RENEW && mark.isOf(it)))
        .toList();
  }

  /// Returns those of `instances` that must still be removed from the list.
  public List<Instance> toEnd(List<Instance> instances) {
    return instances.stream()
        .filter(it ->
            marks.stream()
                .anyMatch(mark ->
                    mark.aim() == Aim.END && mark.isOf(it) && mark.birth().equals(it.birth)))
        .toList();
  }

  /// Returns the apps that the command affects.
  public Set<AppName> apps() {
    return marks.stream().map(Mark::app).collect(Collectors.toSet());
  }

  Entry entry() {
    return new Entry(key, at, marks, outcome);
  }
}
