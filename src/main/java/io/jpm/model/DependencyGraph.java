package io.jpm.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;

/// The dependencies between apps.
///
/// @param dependsOn the direct dependencies of each app; an app that is not a key has none
public record DependencyGraph(Map<AppName, Set<AppName>> dependsOn) {
  public DependencyGraph {
    var copy = new TreeMap<AppName, Set<AppName>>();
    dependsOn.forEach((app, others) -> copy.put(app, Set.copyOf(others)));
    dependsOn = Collections.unmodifiableMap(copy);
  }

  /// Returns a dependency cycle as a path from an app back to itself, such as `[a, b, a]`; empty if
  /// there is none.
  public Optional<List<AppName>> cycle() {
    Set<AppName> cleared = new LinkedHashSet<>();
    for (AppName app : dependsOn.keySet()) {
      Optional<List<AppName>> found = cycleFrom(app, new LinkedHashSet<>(), cleared);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<List<AppName>> cycleFrom(
      AppName app, SequencedSet<AppName> path, Set<AppName> cleared) {
    if (path.contains(app)) {
      List<AppName> way = new ArrayList<>(path);
      List<AppName> circle = new ArrayList<>(way.subList(way.indexOf(app), way.size()));
      circle.add(app);
      return Optional.of(circle);
    }
    if (cleared.contains(app)) {
      return Optional.empty();
    }
    path.addLast(app);
    for (AppName other : sorted(app)) {
      Optional<List<AppName>> found = cycleFrom(other, path, cleared);
      if (found.isPresent()) {
        return found;
      }
    }
    path.removeLast();
    cleared.add(app);
    return Optional.empty();
  }

  /// Returns `apps` in groups, in the order in which the groups are started. Each group depends
  /// only on earlier groups. Apps in a cycle come last, in one group. Apps are stopped in the
  /// reverse order.
  public List<Set<AppName>> groups(Set<AppName> apps) {
    List<Set<AppName>> groups = new ArrayList<>();
    Set<AppName> left = new LinkedHashSet<>(apps);
    while (!left.isEmpty()) {
      Set<AppName> free = new LinkedHashSet<>();
      for (AppName app : left) {
        if (withDependencies(app).stream()
            .filter(other -> !other.equals(app))
            .noneMatch(left::contains)) {
          free.add(app);
        }
      }
      Set<AppName> group = free.isEmpty() ? Set.copyOf(left) : free;
      groups.add(group);
      left.removeAll(group);
    }
    return List.copyOf(groups);
  }

  /// Returns `app` and all its direct and indirect dependencies.
  public Set<AppName> withDependencies(AppName app) {
    Set<AppName> all = new LinkedHashSet<>();
    List<AppName> todo = new ArrayList<>(List.of(app));
    while (!todo.isEmpty()) {
      AppName next = todo.removeLast();
      if (all.add(next)) {
        todo.addAll(sorted(next));
      }
    }
    return all;
  }

  private List<AppName> sorted(AppName app) {
    return dependsOn.getOrDefault(app, Set.of()).stream().sorted().toList();
  }
}
