package io.jpm.console.inspect;

import io.jpm.bus.god.InstanceView;
import io.jpm.wire.EventMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Selects events. An app is selected by name, so that the events of a deleted app are also found.
/// An instance is selected by name and id, because ids are reused.
///
/// @param all whether all events are selected
/// @param apps the apps of which all events are selected
/// @param instances individually selected instances
record EventSelection(boolean all, Set<String> apps, Set<InstanceRef> instances) {
  /// An instance of an app.
  record InstanceRef(String app, int id) {}

  /// The app name that represents the daemon itself.
  static final String DAEMON = "";

  static final EventSelection EVERYONE = new EventSelection(true, Set.of(), Set.of());
  static final EventSelection NOBODY = new EventSelection(false, Set.of(), Set.of());

  EventSelection {
    apps = Set.copyOf(apps);
    instances = Set.copyOf(instances);
  }

  /// Returns the union of this selection and the events that `word` selects.
  ///
  /// @param found the instances that God found for `word`
  EventSelection and(String word, List<InstanceView> found) {
    Set<String> moreApps = new HashSet<>(apps);
    Set<InstanceRef> moreInstances = new HashSet<>(instances);
    if (found.isEmpty() || found.stream().anyMatch(i -> i.spec().name().value().equals(word))) {
      moreApps.add(word);
    } else {
      found.forEach(
          i -> moreInstances.add(new InstanceRef(i.spec().name().value(), i.id().value())));
    }
    return new EventSelection(false, moreApps, moreInstances);
  }

  boolean has(EventMessage event) {
    return all
        || apps.contains(event.app())
        || instances.contains(new InstanceRef(event.app(), event.id()));
  }

  /// Returns the apps of which only some instances are selected.
  Set<String> appsInPart() {
    return instances.stream()
        .map(InstanceRef::app)
        .filter(app -> !apps.contains(app))
        .collect(Collectors.toSet());
  }
}
