package io.jpm.god.journal;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One app in the saved list.
public record SavedApp(AppSpec spec, List<SavedInstance> instances) {
  public SavedApp {
    instances = List.copyOf(instances);
  }

  /// One instance of a saved app.
  ///
  /// @param number the index among the app's instances, starting at 0
  /// @param running whether the instance must be started when the list is restored
  /// @param version see [SupervisedInstance#version]
  public record SavedInstance(int number, boolean running, String version) {}

  /// Returns the apps of `instances` in the order of the instances.
  static List<SavedApp> of(Collection<SupervisedInstance> instances) {
    Map<AppSpec, List<SavedInstance>> places = new LinkedHashMap<>();
    for (SupervisedInstance supervisedInstance : instances) {
      places
          .computeIfAbsent(supervisedInstance.spec, _ -> new ArrayList<>())
          .add(
              new SavedInstance(
                  supervisedInstance.number,
                  isToRun(supervisedInstance),
                  supervisedInstance.version));
    }
    return places.entrySet().stream()
        .map(app -> new SavedApp(app.getKey(), app.getValue()))
        .toList();
  }

  /// Reports whether the instance must be started when the list is restored. This includes errored
  /// instances, as in PM2, because no user has stopped them.
  private static boolean isToRun(SupervisedInstance supervisedInstance) {
    return supervisedInstance.state.desiredState() == DesiredState.UP
        || supervisedInstance.state.phase() == Phase.ERRORED;
  }
}
