package io.jpm.god.instance;

import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.process.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds the parts of command replies that describe instances.
public final class CommandReplies {
  private CommandReplies() {}

  public static List<InstanceView> views(Iterable<SupervisedInstance> instances) {
    List<InstanceView> views = new ArrayList<>();
    instances.forEach(supervisedInstance -> views.add(supervisedInstance.view()));
    return views;
  }

  /// Returns `problems`, followed by one message for each of `instances` that is errored, with the
  /// reason.
  public static List<String> failures(List<SupervisedInstance> instances, List<String> problems) {
    List<String> all = new ArrayList<>(problems);
    for (SupervisedInstance supervisedInstance : instances) {
      if (supervisedInstance.state.phase() == Phase.ERRORED) {
        all.add(supervisedInstance.title() + ": " + supervisedInstance.state.reason());
      }
    }
    return all;
  }

  /// Returns one message for each of `instances` that was deleted while the command was running.
  public static List<String> deleted(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(supervisedInstance -> supervisedInstance.removed)
        .map(supervisedInstance -> supervisedInstance.title() + " was deleted by another command")
        .toList();
  }

  /// Adds notes to `reply` about stop commands that failed although the app has stopped, and about
  /// apps that had to be killed.
  public static GodReply withStops(List<SupervisedInstance> instances, GodReply reply) {
    GodReply told = reply;
    for (SupervisedInstance supervisedInstance : instances) {
      if (supervisedInstance.stopProblem.isPresent()) {
        told = told.withNote(supervisedInstance.stopProblem.get());
        supervisedInstance.stopProblem = Optional.empty();
      }
      if (!supervisedInstance.forcedStopNote.isEmpty()) {
        told = told.withNote(supervisedInstance.label() + ": " + supervisedInstance.forcedStopNote);
        supervisedInstance.forcedStopNote = "";
      }
    }
    return told;
  }
}
