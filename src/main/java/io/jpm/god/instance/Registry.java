package io.jpm.god.instance;

import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.WorkerId;
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

/// All instances, by id, and beside them the processes that are to take their places or had to
/// leave them. Owned by GodVerticle's context.
public final class Registry {
  private final TreeMap<InstanceId, Instance> instances = new TreeMap<>();
  private final List<Instance> beside = new ArrayList<>();
  private final AppFiles files = new AppFiles();
  private Instant lastBirth = Instant.EPOCH;
  private int nextId;
  private int reserved = -1;

  /// What a user's words name.
  ///
  /// @param found the instances, each once, in the order of the words
  /// @param problems one sentence for each word that names nothing
  public record Selection(List<Instance> found, List<String> problems) {}

  /// An id that no instance has had since the list was last empty (PM2's rule).
  public InstanceId takeId() {
    if (instances.isEmpty()) {
      nextId = reserved + 1;
    }
    return new InstanceId(nextId++);
  }

  /// The instance that had been given the id has never been heard of.
  public void giveBack(InstanceId id) {
    if (id.value() == nextId - 1 && id.value() > reserved) {
      nextId--;
    }
  }

  /// Gives no id up to this one as long as nothing else is reserved: processes outside the list
  /// have them.
  ///
  /// @param id the greatest; -1: all are free
  public void reserve(int id) {
    reserved = id;
    nextId = Math.max(nextId, id + 1);
  }

  /// A birth that no instance has, now or a little later: the clock may stand, or be set back.
  public Instant takeBirth(Instant now) {
    lastBirth = Instant.ofEpochMilli(Math.max(now.toEpochMilli(), lastBirth.toEpochMilli() + 1));
    return lastBirth;
  }

  public void add(Instance instance) {
    if (instance.replacementRole == ReplacementRole.CURRENT) {
      instances.put(instance.id, instance);
    } else {
      beside.add(instance);
    }
    nextId = Math.max(nextId, instance.id.value() + 1);
    lastBirth = instance.birth.isAfter(lastBirth) ? instance.birth : lastBirth;
  }

  public void remove(Instance instance) {
    instances.remove(instance.id, instance);
    beside.remove(instance);
    if (ofApp(instance.spec.name()).isEmpty()) {
      files.forget(instance.spec.name());
    }
  }

  /// Where apps have come from.
  public AppFiles files() {
    return files;
  }

  /// Puts `successor` into the list in the place of `old`, which stays beside it.
  public void swap(Instance successor, Instance old) {
    beside.remove(successor);
    successor.replacementRole = ReplacementRole.CURRENT;
    old.replacementRole = ReplacementRole.DRAINING;
    instances.put(successor.id, successor);
    beside.add(old);
  }

  /// Those in the list.
  public Collection<Instance> all() {
    return instances.values();
  }

  /// Those in the list, then those beside them.
  public List<Instance> ofAllRoles() {
    List<Instance> all = new ArrayList<>(instances.values());
    all.addAll(beside);
    return all;
  }

  /// What is beside the list with the id of `instance`.
  public List<Instance> beside(Instance instance) {
    return beside.stream().filter(other -> other.id.equals(instance.id)).toList();
  }

  /// The one in the list with this id.
  public Optional<Instance> current(InstanceId id) {
    return Optional.ofNullable(instances.get(id));
  }

  /// Whoever has the place of `instance` in the list now: a reload may have put another one there.
  /// Itself where it has left the list.
  public Instance present(Instance instance) {
    return current(instance.id)
        .filter(now -> now.createdAt.equals(instance.createdAt))
        .orElse(instance);
  }

  /// The one whose present process is `worker`, of whatever role.
  public Optional<Instance> of(WorkerId worker) {
    return ofAllRoles().stream().filter(it -> it.worker().equals(worker)).findFirst();
  }

  public int nextId() {
    return nextId;
  }

  public void continueFrom(int id) {
    nextId = Math.max(nextId, id);
  }

  public List<Instance> ofApp(AppName name) {
    return instances.values().stream().filter(i -> i.spec.name().equals(name)).toList();
  }

  /// Resolves targets as [Selectors] reads them.
  public Selection select(List<String> targets) {
    SequencedSet<Instance> found = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String target : targets) {
      switch (Selectors.of(target, instances.values())) {
        case Selectors.Meaning.Found(List<Instance> named) -> {
          found.addAll(named);
          if (named.isEmpty()) {
            problems.add(nothing(target));
          }
        }
        case Selectors.Meaning.Wrong(String problem) -> problems.add(problem);
      }
    }
    return new Selection(List.copyOf(found), problems);
  }

  private static String nothing(String target) {
    return target.equals(AppName.ALL)
        ? "there is no app: start one with jpm start <script>"
        : "no app, namespace or id is called " + target + ": jpm ls shows what there is";
  }

  /// Who depends on whom.
  public DependencyGraph graph() {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>();
    instances
        .values()
        .forEach(
            instance -> dependsOn.put(instance.spec.name(), instance.spec.dependsOn().keySet()));
    return new DependencyGraph(dependsOn);
  }
}
