package io.jpm.god.instance;

import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;

/// The instances that God supervises. The list, which users see, contains one instance for each id.
/// The candidates and draining instances of reloads are kept separately. Confined to GodVerticle's
/// context.
public final class Registry {
  private final TreeMap<InstanceId, SupervisedInstance> instances = new TreeMap<>();
  private final List<SupervisedInstance> replacements = new ArrayList<>();
  private final AppFiles files = new AppFiles();
  private Instant lastBirth = Instant.EPOCH;
  private int nextId;
  private int reserved = -1;

  /// The instances that a user's targets select.
  ///
  /// @param found the selected instances without duplicates, in the order of the targets
  /// @param problems one message for each target that selects no instance or is invalid
  public record Selection(List<SupervisedInstance> found, List<String> problems) {}

  /// Returns an id that has not been used since the list was last empty (PM2's rule).
  public InstanceId allocateId() {
    if (instances.isEmpty()) {
      nextId = reserved + 1;
    }
    return new InstanceId(nextId++);
  }

  /// Makes an id available again whose instance was withdrawn before it had a process. Has an
  /// effect only if this id was the last one allocated.
  public void releaseId(InstanceId id) {
    if (id.value() == nextId - 1 && id.value() > reserved) {
      nextId--;
    }
  }

  /// Reserves all ids up to `id`, which are used by processes outside the list. The next call
  /// replaces the reservation.
  ///
  /// @param id the highest reserved id; -1 reserves none
  public void reserve(int id) {
    reserved = id;
    nextId = Math.max(nextId, id + 1);
  }

  /// Returns a timestamp that no other instance has as its incarnation. It may be later than `now`,
  /// because two calls may see the same time, and the clock may be set back.
  public Instant nextIncarnation(Instant now) {
    lastBirth = Instant.ofEpochMilli(Math.max(now.toEpochMilli(), lastBirth.toEpochMilli() + 1));
    return lastBirth;
  }

  public void add(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.replacementRole == ReplacementRole.CURRENT) {
      instances.put(supervisedInstance.id, supervisedInstance);
    } else {
      replacements.add(supervisedInstance);
    }
    nextId = Math.max(nextId, supervisedInstance.id.value() + 1);
    lastBirth =
        supervisedInstance.incarnation.isAfter(lastBirth)
            ? supervisedInstance.incarnation
            : lastBirth;
  }

  public void remove(SupervisedInstance supervisedInstance) {
    instances.remove(supervisedInstance.id, supervisedInstance);
    replacements.remove(supervisedInstance);
    if (ofApp(supervisedInstance.spec.name()).isEmpty()) {
      files.forget(supervisedInstance.spec.name());
    }
  }

  /// Returns the process files from which the apps were started.
  public AppFiles files() {
    return files;
  }

  /// Replaces `old` in the list with `candidate`; `old` becomes the draining instance.
  public void promote(SupervisedInstance candidate, SupervisedInstance old) {
    replacements.remove(candidate);
    candidate.replacementRole = ReplacementRole.CURRENT;
    old.replacementRole = ReplacementRole.DRAINING;
    instances.put(candidate.id, candidate);
    replacements.add(old);
  }

  /// Returns the instances in the list.
  public Collection<SupervisedInstance> all() {
    return instances.values();
  }

  /// Returns the instances in the list, followed by the candidates and draining instances.
  public List<SupervisedInstance> ofAllRoles() {
    List<SupervisedInstance> all = new ArrayList<>(instances.values());
    all.addAll(replacements);
    return all;
  }

  /// Returns the candidates and draining instances with the same id as the given instance.
  public List<SupervisedInstance> replacementsOf(SupervisedInstance supervisedInstance) {
    return replacements.stream().filter(other -> other.id.equals(supervisedInstance.id)).toList();
  }

  /// Returns the instance with this id in the list.
  public Optional<SupervisedInstance> current(InstanceId id) {
    return Optional.ofNullable(instances.get(id));
  }

  /// Returns the instance that replaced the given one in the list after a reload. Returns the given
  /// instance if it was not replaced, or if it was deleted.
  public SupervisedInstance currentOf(SupervisedInstance supervisedInstance) {
    return current(supervisedInstance.id)
        .filter(now -> now.createdAt.equals(supervisedInstance.createdAt))
        .orElse(supervisedInstance);
  }

  /// Returns the instance, in any role, whose current process is `worker`.
  public Optional<SupervisedInstance> byWorker(WorkerId worker) {
    return ofAllRoles().stream().filter(it -> it.worker().equals(worker)).findFirst();
  }

  public int nextId() {
    return nextId;
  }

  /// Ensures that all ids allocated from now on are at least `id`.
  public void continueFrom(int id) {
    nextId = Math.max(nextId, id);
  }

  public List<SupervisedInstance> ofApp(AppName name) {
    return instances.values().stream().filter(i -> i.spec.name().equals(name)).toList();
  }

  /// Resolves targets according to the rules of [Selectors].
  public Selection select(List<String> targets) {
    SequencedSet<SupervisedInstance> found = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String target : targets) {
      switch (Selectors.resolve(target, instances.values())) {
        case Selectors.TargetResolution.Found(List<SupervisedInstance> named) -> {
          found.addAll(named);
          if (named.isEmpty()) {
            problems.add(nothing(target));
          }
        }
        case Selectors.TargetResolution.Invalid(String problem) -> problems.add(problem);
      }
    }
    return new Selection(List.copyOf(found), problems);
  }

  private static String nothing(String target) {
    return target.equals(AppName.ALL)
        ? "there are no apps: start one with jpm start <script>"
        : "no app, namespace or id matches " + target + ": run jpm ls to list them";
  }

  /// Returns the dependencies between the apps.
  public DependencyGraph graph() {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>();
    instances
        .values()
        .forEach(supervisedInstance ->
            dependsOn.put(
                supervisedInstance.spec.name(), supervisedInstance.spec.dependsOn().keySet()));
    return new DependencyGraph(dependsOn);
  }
}
