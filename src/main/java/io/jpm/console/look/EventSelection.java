package io.jpm.console.look;

import io.jpm.bus.god.InstanceView;
import io.jpm.wire.EventMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Whose events are wanted. An app is meant by its name, so that a deleted one has its past too; an
/// instance by name and id, since ids are given again.
///
/// @param everyone all of them
/// @param apps apps of which all is wanted
/// @param instances single instances
record EventSelection(boolean everyone, Set<String> apps, Set<Owner> instances) {
  /// An instance.
  record Owner(String app, int id) {}

  /// Stands for the daemon itself among the apps.
  static final String DAEMON = "";

  static final EventSelection EVERYONE = new EventSelection(true, Set.of(), Set.of());
  static final EventSelection NOBODY = new EventSelection(false, Set.of(), Set.of());

  EventSelection {
    apps = Set.copyOf(apps);
    instances = Set.copyOf(instances);
  }

  /// This, and what `word` means when God found `found` for it.
  EventSelection and(String word, List<InstanceView> found) {
    Set<String> moreApps = new HashSet<>(apps);
    Set<Owner> moreInstances = new HashSet<>(instances);
    if (found.isEmpty() || found.stream().anyMatch(i -> i.spec().name().value().equals(word))) {
      moreApps.add(word);
    } else {
      found.forEach(i -> moreInstances.add(new Owner(i.spec().name().value(), i.id().value())));
    }
    return new EventSelection(false, moreApps, moreInstances);
  }

  boolean has(EventMessage event) {
    return everyone
        || apps.contains(event.app())
        || instances.contains(new Owner(event.app(), event.id()));
  }

  /// The apps of which only some instances are wanted.
  Set<String> appsInPart() {
    return instances.stream()
        .map(Owner::app)
        .filter(app -> !apps.contains(app))
        .collect(Collectors.toSet());
  }
}
