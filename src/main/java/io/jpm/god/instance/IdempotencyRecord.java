package io.jpm.god.instance;

import io.jpm.bus.god.GodReply;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
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
public final class IdempotencyRecord {
  /// Maximum number of problems, and of notes, that are recorded for the next daemon.
  private static final int MOST_TEXTS = 20;

  private final String key;
  private final Instant at;
  private final List<InstanceTarget> marks = new ArrayList<>();
  private final boolean inherited;
  private boolean begun;
  private Optional<Outcome> outcome = Optional.empty();
  private @Nullable Future<GodReply> underWay;

  /// The goal of a command for an instance.
  public enum Goal {
    /// The instance must get a process newer than that of the recorded generation.
    RENEW,
    /// The instance must be removed from the list.
    END
  }

  /// An instance as it was before the command.
  ///
  /// @param birth see [InstanceIdentity#incarnation]
  public record InstanceTarget(
      Goal aim, InstanceId id, AppName app, Instant birth, long generation) {
    private static InstanceTarget of(Goal aim, SupervisedInstance supervisedInstance) {
      return new InstanceTarget(
          aim,
          supervisedInstance.id,
          supervisedInstance.spec.name(),
          supervisedInstance.birth,
          supervisedInstance.state.generation());
    }

    private boolean isOf(SupervisedInstance supervisedInstance) {
      return supervisedInstance.id.equals(id) && supervisedInstance.spec.name().equals(app);
    }

    private boolean isDoneIn(SupervisedInstance supervisedInstance) {
      return !supervisedInstance.birth.equals(birth)
          || supervisedInstance.state.generation() > generation;
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
  public record Entry(
      String key, Instant at, List<InstanceTarget> marks, Optional<Outcome> outcome) {
    public Entry {
      marks = List.copyOf(marks);
    }
  }

  private IdempotencyRecord(String key, Instant at, boolean inherited) {
    this.key = key;
    this.at = at;
    this.inherited = inherited;
  }

  /// Creates the record of a command without an idempotency key.
  public static IdempotencyRecord once() {
    return new IdempotencyRecord("", Instant.EPOCH, false);
  }

  static IdempotencyRecord of(String key, Instant at) {
    return new IdempotencyRecord(key, at, false);
  }

  /// Creates the record of a command that an earlier daemon has begun.
  static IdempotencyRecord of(Entry known) {
    var idempotencyRecord = new IdempotencyRecord(known.key(), known.at(), true);
    idempotencyRecord.marks.addAll(known.marks());
    idempotencyRecord.begun = true;
    idempotencyRecord.outcome = known.outcome();
    return idempotencyRecord;
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
  public void renews(List<SupervisedInstance> instances) {
    mark(Goal.RENEW, instances);
  }

  /// Adds the goal that `instances` are removed from the list.
  public void ends(List<SupervisedInstance> instances) {
    mark(Goal.END, instances);
  }

  private void mark(Goal aim, List<SupervisedInstance> instances) {
    if (!isKeyed()) {
      return;
    }
    begun = true;
    instances.forEach(supervisedInstance -> {
      marks.removeIf(instanceTarget -> instanceTarget.isOf(supervisedInstance));
      marks.add(InstanceTarget.of(aim, supervisedInstance));
    });
  }

  /// Removes the goals of `instances`, which the command did not touch.
  public void leaves(List<SupervisedInstance> instances) {
    instances.forEach(supervisedInstance ->
        marks.removeIf(instanceTarget -> instanceTarget.isOf(supervisedInstance)));
  }

  /// Returns those of `instances` that must still get a newer process.
  public List<SupervisedInstance> toRenew(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(supervisedInstance ->
            marks.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.aim() == Goal.RENEW
                        && instanceTarget.isOf(supervisedInstance)
                        && !instanceTarget.isDoneIn(supervisedInstance)))
        .toList();
  }

  /// Returns those of `instances` that have got, or must get, a newer process.
  public List<SupervisedInstance> renewed(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(it ->
            marks.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.aim() == Goal.RENEW && instanceTarget.isOf(it)))
        .toList();
  }

  /// Returns those of `instances` that must still be removed from the list.
  public List<SupervisedInstance> toEnd(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(it ->
            marks.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.aim() == Goal.END
                        && instanceTarget.isOf(it)
                        && instanceTarget.birth().equals(it.birth)))
        .toList();
  }

  /// Returns the apps that the command affects.
  public Set<AppName> apps() {
    return marks.stream().map(InstanceTarget::app).collect(Collectors.toSet());
  }

  Entry entry() {
    return new Entry(key, at, marks, outcome);
  }
}
