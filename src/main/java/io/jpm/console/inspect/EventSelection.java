package io.jpm.console.inspect;

import io.jpm.bus.god.InstanceView;
import io.jpm.wire.EventMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A filter for events. An app is selected by name, so that the events of a deleted app are also
/// found. An instance is selected by name and id, because ids are reused.
///
/// @param all whether all events are selected
/// @param apps the names of apps whose events are all selected
/// @param instances the individually selected instances
record EventSelection(boolean all, Set<String> apps, Set<InstanceRef> instances) {
  /// Identifies an instance by the name of its app and its id.
  record InstanceRef(String app, int id) {}

  /// The app name of events about the daemon itself.
  static final String DAEMON = "";

  static final EventSelection EVERYONE = new EventSelection(true, Set.of(), Set.of());
  static final EventSelection NOBODY = new EventSelection(false, Set.of(), Set.of());

  EventSelection {
    apps = Set.copyOf(apps);
    instances = Set.copyOf(instances);
  }

  /// Returns a selection that also includes the events of the instances that `word` selects.
  ///
  /// @param found the instances that God found for `word`; if empty, `word` is the name of a
  ///   deleted app
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

  /// Returns the names of apps of which only individual instances are selected.
  Set<String> appsInPart() {
    return instances.stream()
        .map(InstanceRef::app)
        .filter(app -> !apps.contains(app))
        .collect(Collectors.toSet());
  }
}
