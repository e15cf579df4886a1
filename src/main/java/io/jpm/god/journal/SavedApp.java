package io.jpm.god.journal;

import io.jpm.god.instance.Instance;
import io.jpm.model.AppSpec;
import io.jpm.model.run.Phase;
import io.jpm.supervise.DesiredState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One app of the saved list.
///
/// @param spec the app
/// @param instances its instances
public record SavedApp(AppSpec spec, List<Place> instances) {
  public SavedApp {
    instances = List.copyOf(instances);
  }

  /// One instance of a saved app.
  ///
  /// @param number index among the app's instances, from 0
  /// @param running whether the instance must be started again
  /// @param version see [Instance#version]
  public record Place(int number, boolean running, String version) {}

  /// Returns the apps of `instances` in their order.
  static List<SavedApp> of(Collection<Instance> instances) {
    Map<AppSpec, List<Place>> places = new LinkedHashMap<>();
    for (Instance instance : instances) {
      places
          .computeIfAbsent(instance.spec, _ -> new ArrayList<>())
          .add(new Place(instance.number, isToRun(instance), instance.version));
    }
    return places.entrySet().stream()
        .map(app -> new SavedApp(app.getKey(), app.getValue()))
        .toList();
  }

  /// An errored instance is started again, as in PM2, because its owner has not stopped it.
  private static boolean isToRun(Instance instance) {
    return instance.state.desiredState() == DesiredState.UP
        || instance.state.phase() == Phase.ERRORED;
  }
}
