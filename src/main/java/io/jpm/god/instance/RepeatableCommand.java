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

/// One command that may come a second time, as far as it has come. What it is to lead to is
/// resolved to instances and generations before it acts: a repetition, also to the next daemon,
/// goes on to that and does not begin anew. Owned by GodVerticle's context.
public final class RepeatableCommand {
  /// How many answers of apps, problems and notes are remembered for the next daemon.
  private static final int MOST_TEXTS = 20;

  private final String key;
  private final Instant at;
  private final List<Mark> marks = new ArrayList<>();
  private final boolean inherited;
  private boolean begun;
  private Optional<Outcome> outcome = Optional.empty();
  private @Nullable Future<GodReply> underWay;

  /// What is to happen to an instance.
  public enum Aim {
    /// It is to have a newer process than that of the generation.
    RENEW,
    /// It is to leave the list.
    END
  }

  /// An instance as it was before.
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

  /// What came of it, in words that outlive the daemon.
  ///
  /// @param ids the instances that the answer had
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

  /// As the journal has it.
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

  /// Of a command that nobody can repeat.
  public static RepeatableCommand once() {
    return new RepeatableCommand("", Instant.EPOCH, false);
  }

  static RepeatableCommand of(String key, Instant at) {
    return new RepeatableCommand(key, at, false);
  }

  /// What an earlier daemon has begun.
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

  /// Whether it can come again.
  public boolean isKeyed() {
    return !key.isEmpty();
  }

  /// Whether an earlier daemon has begun it.
  public boolean isInherited() {
    return inherited;
  }

  /// Whether something may have been done.
  boolean isBegun() {
    return begun;
  }

  boolean isOver() {
    return outcome.isPresent();
  }

  Optional<Outcome> outcome() {
    return outcome;
  }

  /// The answer, or that to come; null: an earlier daemon was to give it.
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

  /// From now on it may have acted.
  public void begin() {
    begun = true;
  }

  /// These are to get a newer process.
  public void renews(List<Instance> instances) {
    mark(Aim.RENEW, instances);
  }

  /// These are to leave the list.
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

  /// These were not touched after all.
  public void leaves(List<Instance> instances) {
    instances.forEach(instance -> marks.removeIf(mark -> mark.isOf(instance)));
  }

  /// Those of `instances` that are still to get a newer process.
  public List<Instance> toRenew(List<Instance> instances) {
    return instances.stream()
        .filter(instance ->
            marks.stream()
                .anyMatch(mark ->
                    mark.aim() == Aim.RENEW && mark.isOf(instance) && !mark.isDoneIn(instance)))
        .toList();
  }

  /// Those of `instances` that have, or are to get, a newer process.
  public List<Instance> renewed(List<Instance> instances) {
    return instances.stream()
        .filter(it -> marks.stream().anyMatch(mark -> mark.aim() == Aim.RENEW && mark.isOf(it)))
        .toList();
  }

  /// Those of `instances` that are still to leave the list.
  public List<Instance> toEnd(List<Instance> instances) {
    return instances.stream()
        .filter(it ->
            marks.stream()
                .anyMatch(mark ->
                    mark.aim() == Aim.END && mark.isOf(it) && mark.birth().equals(it.birth)))
        .toList();
  }

  /// The apps that it is about.
  public Set<AppName> apps() {
    return marks.stream().map(Mark::app).collect(Collectors.toSet());
  }

  Entry entry() {
    return new Entry(key, at, marks, outcome);
  }
}
