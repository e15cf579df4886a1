package io.jpm.god.instance;

import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.run.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is said about instances after a command.
public final class CommandReplies {
  private CommandReplies() {}

  public static List<InstanceView> views(Iterable<Instance> instances) {
    List<InstanceView> views = new ArrayList<>();
    instances.forEach(instance -> views.add(instance.view()));
    return views;
  }

  /// `problems`, and why some of `instances` have failed.
  public static List<String> failures(List<Instance> instances, List<String> problems) {
    List<String> all = new ArrayList<>(problems);
    for (Instance instance : instances) {
      if (instance.state.phase() == Phase.ERRORED) {
        all.add(instance.title() + ": " + instance.state.reason());
      }
    }
    return all;
  }

  public static List<String> deleted(List<Instance> instances) {
    return instances.stream()
        .filter(instance -> instance.removed)
        .map(instance -> instance.title() + " was deleted meanwhile")
        .toList();
  }

  /// What went wrong with stop commands is told, though the apps have ended all the same, and which
  /// of the apps had to be killed.
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
