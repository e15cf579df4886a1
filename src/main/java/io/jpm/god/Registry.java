package io.jpm.god;

import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.InstanceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
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

  /// Resolves targets as [Selectors] reads them.
  Selection select(List<String> targets) {
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
  DependencyGraph graph() {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>();
    instances
        .values()
        .forEach(
            instance -> dependsOn.put(instance.spec.name(), instance.spec.dependsOn().keySet()));
    return new DependencyGraph(dependsOn);
  }
}
