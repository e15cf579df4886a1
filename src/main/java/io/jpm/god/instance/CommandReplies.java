package io.jpm.god.instance;

import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.run.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Creates the parts of command replies that concern instances.
public final class CommandReplies {
  private CommandReplies() {}

  public static List<InstanceView> views(Iterable<Instance> instances) {
    List<InstanceView> views = new ArrayList<>();
    instances.forEach(instance -> views.add(instance.view()));
    return views;
  }

  /// Returns `problems` and the reasons of those of `instances` that are errored.
  public static List<String> failures(List<Instance> instances, List<String> problems) {
    List<String> all = new ArrayList<>(problems);
    for (Instance instance : instances) {
      if (instance.state.phase() == Phase.ERRORED) {
        all.add(instance.title() + ": " + instance.state.reason());
      }
    }
    return all;
  }

  /// Returns messages about those of `instances` that were deleted meanwhile.
  public static List<String> deleted(List<Instance> instances) {
    return instances.stream()
        .filter(instance -> instance.removed)
        .map(instance -> instance.title() + " was deleted meanwhile")
        .toList();
  }

  /// Adds notes about problems with stop commands, although the apps have stopped, and about apps
  /// that had to be killed.
  public static GodReply withStops(List<Instance> instances, GodReply reply) {
    GodReply told = reply;
    for (Instance instance : instances) {
      if (instance.stopProblem.isPresent()) {
        told = told.withNote(instance.stopProblem.get());
        instance.stopProblem = Optional.empty();
      }
      if (!instance.forced.isEmpty()) {
        told = told.withNote(instance.label() + ": " + instance.forced);
        instance.forced = "";
      }
    }
    return told;
  }
}
