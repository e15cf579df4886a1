package io.jpm.console.completion;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.completion.Completion.Candidate;
import io.jpm.model.AppSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Offers the names, namespaces, ids and actions of listed apps as completions.
final class ListedNames {
  private final List<InstanceView> instances;

  ListedNames(List<InstanceView> instances) {
    this.instances = List.copyOf(instances);
  }

  /// Returns the names of apps, each described by the number of its instances in each phase, such
  /// as `2 online, 1 errored`.
  Completion names() {
    Map<String, List<InstanceView>> byName =
        instances.stream()
            .collect(
                Collectors.groupingBy(
                    instance -> instance.spec().name().value(), TreeMap::new, Collectors.toList()));
    return Completion.of(
        byName.entrySet().stream()
            .map(entry -> new Candidate(entry.getKey(), phases(entry.getValue())))
            .toList());
  }

  private static String phases(List<InstanceView> instances) {
    return instances.stream()
        .collect(
            Collectors.groupingBy(
                instance -> instance.phase().keyword(), LinkedHashMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  /// Returns the namespaces except the default one.
  Completion namespaces() {
    return Completion.of(
        instances.stream()
            .map(instance -> instance.spec().namespace())
            .filter(namespace -> !namespace.equals(AppSpec.DEFAULT_NAMESPACE))
            .distinct()
            .sorted()
            .map(namespace -> new Candidate(namespace, "namespace"))
            .toList());
  }

  /// Returns the ids, each described by the name of its app.
  Completion ids() {
    return Completion.of(
        instances.stream()
            .map(it -> new Candidate(it.id().toString(), it.spec().name().value()))
            .toList());
  }

  /// Returns the actions that the app with this name or id has registered.
  Completion actions(String nameOrId) {
    return Completion.ofWords(
        instances.stream()
            .filter(it ->
                it.spec().name().value().equals(nameOrId) || it.id().toString().equals(nameOrId))
            .flatMap(it -> it.report().actions().stream())
            .distinct()
            .toList());
  }
}
