package io.jpm.god.command;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.model.AppSpec;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.Child;
import io.jpm.spec.SpecParts;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Executes commands that neither start nor stop instances. Confined to GodVerticle's context.
final class InstanceActions {
  private final GodServices godServices;
  private final Registry registry;

  InstanceActions(GodServices godServices) {
    this.godServices = godServices;
    this.registry = godServices.registry();
  }

  /// Writes to the standard input of an instance. The target must select exactly one instance.
  Future<GodReply> type(GodCommand.WriteInput type) {
    Registry.Selection selection = registry.select(List.of(type.target()));
    List<SupervisedInstance> found = selection.found();
    if (found.size() != 1) {
      return Future.succeededFuture(
          new GodReply(
              List.of(),
              found.isEmpty() ? selection.problems() : List.of(several(type.target(), found))));
    }
    SupervisedInstance supervisedInstance = found.getFirst();
    if (supervisedInstance.child == null) {
      return Future.succeededFuture(failed(supervisedInstance, asleep(supervisedInstance)));
    }
    Path input = supervisedInstance.paths.input();
    byte[] bytes = SurrogateEscape.toBytes(type.text());
    return BlockingCalls.call(
            godServices.vertx(), () -> godServices.god().host().writeInput(input, bytes))
        .map(problem ->
            problem
                .map(reason ->
                    failed(
                        supervisedInstance, "%s: %s".formatted(supervisedInstance.title(), reason)))
                .orElseGet(() -> new GodReply(CommandReplies.views(found), List.of())));
  }

  private static GodReply failed(SupervisedInstance supervisedInstance, String problem) {
    return new GodReply(CommandReplies.views(List.of(supervisedInstance)), List.of(problem));
  }

  private static String several(String target, List<SupervisedInstance> found) {
    return "%s selects %d instances: specify one by its id (%s)"
        .formatted(
            target,
            found.size(),
            String.join(", ", found.stream().map(one -> one.id.toString()).toList()));
  }

  private static String asleep(SupervisedInstance supervisedInstance) {
    return "%s is %s and has no process: start it first"
        .formatted(supervisedInstance.title(), supervisedInstance.state.phase().keyword());
  }

  /// Sends a signal to the main processes of the selected instances.
  GodReply signal(GodCommand.SendSignal order) {
    Registry.Selection selection = registry.select(order.targets());
    List<String> problems = new ArrayList<>(selection.problems());
    List<SupervisedInstance> signalled = new ArrayList<>();
    for (SupervisedInstance supervisedInstance : selection.found()) {
      Child child = supervisedInstance.child;
      if (child == null) {
        problems.add(asleep(supervisedInstance));
      } else {
        child.signalMain(order.signal());
        signalled.add(supervisedInstance);
      }
    }
    return new GodReply(CommandReplies.views(signalled), problems);
  }

  /// Resets the restart counters of the selected instances.
  Future<GodReply> reset(List<String> targets) {
    Registry.Selection selection = registry.select(targets);
    Instant now = godServices.god().wallClock().instant();
    for (SupervisedInstance supervisedInstance : selection.found()) {
      supervisedInstance.state = supervisedInstance.state.reset();
      supervisedInstance.crashLooping = false;
      supervisedInstance.createdAt = now;
      // Candidates and draining instances share the list entry of the instance.
      registry.replacementsOf(supervisedInstance).forEach(other -> other.createdAt = now);
    }
    godServices.journal().changed();
    return godServices
        .journal()
        .written()
        .map(_ -> new GodReply(CommandReplies.views(selection.found()), selection.problems()));
  }

  /// Updates some settings of an app in the specs of all its instances.
  Future<GodReply> alter(GodCommand.UpdateSpec order) {
    List<SupervisedInstance> instances = registry.ofApp(order.app());
    if (instances.isEmpty()) {
      return Future.succeededFuture(
          new GodReply(List.of(), List.of("app %s no longer exists".formatted(order.app()))));
    }
    AppSpec altered = SpecParts.merge(order.keys(), order.spec(), instances.getFirst().spec);
    // Otherwise, a reload in progress would promote a candidate with the old spec.
    godServices.reloadInterruptions().interrupt(order.app());
    instances.forEach(supervisedInstance ->
        godServices.instanceReconciler().updateSpec(supervisedInstance, altered));
    godServices.journal().changed();
    return godServices
        .journal()
        .written()
        .map(_ -> new GodReply(CommandReplies.views(instances), List.of()));
  }
}
