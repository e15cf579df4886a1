package io.jpm.god;

import io.jpm.model.AppName;
import io.jpm.model.InstanceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;

/// All instances, by id. Owned by GodVerticle's context.
final class Registry {
  private final TreeMap<InstanceId, Instance> instances = new TreeMap<>();
  private int nextId;

  /// What a user's words name.
  ///
  /// @param found the instances, each once, in the order of the words
  /// @param problems one sentence for each word that names nothing
  record Selection(List<Instance> found, List<String> problems) {}

  /// An id that no instance has had since the list was last empty (PM2's rule).
  InstanceId takeId() {
    if (instances.isEmpty()) {
      nextId = 0;
    }
    return new InstanceId(nextId++);
  }

  void add(Instance instance) {
    instances.put(instance.id, instance);
    nextId = Math.max(nextId, instance.id.value() + 1);
  }

  void remove(Instance instance) {
    instances.remove(instance.id);
  }

  Collection<Instance> all() {
    return instances.values();
  }

  int nextId() {
    return nextId;
  }

  void continueFrom(int id) {
    nextId = Math.max(nextId, id);
  }

  List<Instance> ofApp(AppName name) {
    return instances.values().stream().filter(i -> i.spec.name().equals(name)).toList();
  }

  /// Resolves targets: `all`, else an app's name, else an id (PM2 lets a name of digits win over an
  /// id).
  Selection select(List<String> targets) {
    SequencedSet<Instance> found = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String target : targets) {
      List<Instance> named = named(target);
      found.addAll(named);
      if (named.isEmpty()) {
        problems.add(
            target.equals(AppName.ALL)
                ? "there is no app: start one with jpm start <script>"
                : "no app or id is called " + target + ": jpm ls shows what there is");
      }
    }
    return new Selection(List.copyOf(found), problems);
  }

  private List<Instance> named(String target) {
    if (target.equals(AppName.ALL)) {
      return List.copyOf(instances.values());
    }
    List<Instance> byName =
        instances.values().stream().filter(i -> i.spec.name().value().equals(target)).toList();
    if (!byName.isEmpty()) {
      return byName;
    }
    return id(target).map(instances::get).map(List::of).orElse(List.of());
  }

  private static Optional<InstanceId> id(String target) {
    if (!target.matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    return Optional.of(new InstanceId(Integer.parseInt(target)));
  }
}
