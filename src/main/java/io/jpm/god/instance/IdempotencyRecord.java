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

/// Record of a command that a client may send more than once, and of its progress. The targets are
/// resolved to instances and generations before the command takes effect. If the client sends the
/// command again, even to the next daemon, the command therefore continues towards the same goals
/// instead of starting again. Confined to GodVerticle's context.
public final class IdempotencyRecord {
  /// Maximum number of problems that are recorded for the next daemon; also the maximum number of
  /// notes.
  private static final int MOST_TEXTS = 20;

  private final String key;
  private final Instant at;
  private final List<InstanceTarget> targets = new ArrayList<>();
  private final boolean inherited;
  private boolean begun;
  private Optional<Outcome> outcome = Optional.empty();
  private @Nullable Future<GodReply> underWay;

  /// The goal of a command for one instance.
  public enum Goal {
    /// The instance must have a process of a newer generation than [InstanceTarget#generation].
    RENEW,
    /// The instance must be removed from the list.
    END
  }

  /// A goal for one instance, with the state of the instance before the command.
  ///
  /// @param incarnation see [InstanceIdentity#incarnation]
  /// @param generation the generation of the instance before the command
  public record InstanceTarget(
      Goal goal, InstanceId id, AppName app, Instant incarnation, long generation) {
    private static InstanceTarget of(Goal aim, SupervisedInstance supervisedInstance) {
      return new InstanceTarget(
          aim,
          supervisedInstance.id,
          supervisedInstance.spec.name(),
          supervisedInstance.incarnation,
          supervisedInstance.state.generation());
    }

    private boolean isOf(SupervisedInstance supervisedInstance) {
      return supervisedInstance.id.equals(id) && supervisedInstance.spec.name().equals(app);
    }

    private boolean isDoneIn(SupervisedInstance supervisedInstance) {
      return !supervisedInstance.incarnation.equals(incarnation)
          || supervisedInstance.state.generation() > generation;
    }
  }

  /// The outcome of a command in the form in which the journal stores it.
  ///
  /// @param ids the ids of the instances in the reply
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

  /// The form in which the journal stores this record.
  public record Entry(
      String key, Instant at, List<InstanceTarget> targets, Optional<Outcome> outcome) {
    public Entry {
      targets = List.copyOf(targets);
    }
  }

  private IdempotencyRecord(String key, Instant at, boolean inherited) {
    this.key = key;
    this.at = at;
    this.inherited = inherited;
  }

  /// Creates the record for a command without an idempotency key.
  public static IdempotencyRecord once() {
    return new IdempotencyRecord("", Instant.EPOCH, false);
  }

  static IdempotencyRecord of(String key, Instant at) {
    return new IdempotencyRecord(key, at, false);
  }

  /// Creates the record for a command that an earlier daemon started.
  static IdempotencyRecord of(Entry known) {
    var idempotencyRecord = new IdempotencyRecord(known.key(), known.at(), true);
    idempotencyRecord.targets.addAll(known.targets());
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

  /// Reports whether the command has an idempotency key, which means that it may be repeated.
  public boolean isKeyed() {
    return !key.isEmpty();
  }

  /// Reports whether an earlier daemon started the command.
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

  /// Returns the reply, which may still be pending. Returns null until this daemon has begun to
  /// execute or to continue the command.
  @Nullable Future<GodReply> pendingReply() {
    return underWay;
  }

  void continueWith(Future<GodReply> reply) {
    underWay = reply;
  }

  void ended(GodReply reply) {
    outcome = Optional.of(Outcome.of(reply));
    targets.clear();
  }

  /// Records that the command may take effect from now on.
  public void begin() {
    begun = true;
  }

  /// Adds the goal that each of `instances` gets a newer process.
  public void addRenewalGoals(List<SupervisedInstance> instances) {
    mark(Goal.RENEW, instances);
  }

  /// Adds the goal that each of `instances` is removed from the list.
  public void addRemovalGoals(List<SupervisedInstance> instances) {
    mark(Goal.END, instances);
  }

  private void mark(Goal aim, List<SupervisedInstance> instances) {
    if (!isKeyed()) {
      return;
    }
    begun = true;
    instances.forEach(supervisedInstance -> {
      targets.removeIf(instanceTarget -> instanceTarget.isOf(supervisedInstance));
      targets.add(InstanceTarget.of(aim, supervisedInstance));
    });
  }

  /// Removes the goals for `instances`, which the command did not change.
  public void removeGoals(List<SupervisedInstance> instances) {
    instances.forEach(supervisedInstance ->
        targets.removeIf(instanceTarget -> instanceTarget.isOf(supervisedInstance)));
  }

  /// Returns the instances among `instances` that still need a newer process.
  public List<SupervisedInstance> toRenew(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(supervisedInstance ->
            targets.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.goal() == Goal.RENEW
                        && instanceTarget.isOf(supervisedInstance)
                        && !instanceTarget.isDoneIn(supervisedInstance)))
        .toList();
  }

  /// Returns the instances among `instances` for which the command requires a newer process,
  /// whether or not they already have it.
  public List<SupervisedInstance> renewalTargets(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(it ->
            targets.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.goal() == Goal.RENEW && instanceTarget.isOf(it)))
        .toList();
  }

  /// Returns the instances among `instances` that must still be removed from the list.
  public List<SupervisedInstance> toRemove(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(it ->
            targets.stream()
                .anyMatch(instanceTarget ->
                    instanceTarget.goal() == Goal.END
                        && instanceTarget.isOf(it)
                        && instanceTarget.incarnation().equals(it.incarnation)))
        .toList();
  }

  /// Returns the apps that the command affects.
  public Set<AppName> apps() {
    return targets.stream().map(InstanceTarget::app).collect(Collectors.toSet());
  }

  Entry entry() {
    return new Entry(key, at, targets, outcome);
  }
}
