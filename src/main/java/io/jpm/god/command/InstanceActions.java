package io.jpm.god.command;

import io.jpm.bus.Blocking;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.change.GodServices;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.model.AppSpec;
import io.jpm.model.text.ByteText;
import io.jpm.os.Child;
import io.jpm.spec.SpecParts;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Performs commands on instances that neither start nor stop them. Confined to GodVerticle's
/// context.
final class InstanceActions {
  private final GodServices godServices;
  private final Registry registry;

  InstanceActions(GodServices godServices) {
    this.godServices = godServices;
    this.registry = godServices.registry();
  }

  /// Writes to the standard input of the single selected instance.
  Future<GodReply> type(GodCommand.Type type) {
    Registry.Selection selection = registry.select(List.of(type.target()));
    List<Instance> found = selection.found();
    if (found.size() != 1) {
      return Future.succeededFuture(
          new GodReply(
              List.of(),
              found.isEmpty() ? selection.problems() : List.of(several(type.target(), found))));
    }
    Instance instance = found.getFirst();
    if (instance.child == null) {
      return Future.succeededFuture(failed(instance, asleep(instance)));
    }
    Path input = instance.paths.input();
    byte[] bytes = ByteText.toBytes(type.text());
    return Blocking.call(godServices.vertx(), () -> godServices.god().host().type(input, bytes))
        .map(problem ->
            problem
                .map(reason -> failed(instance, "%s: %s".formatted(instance.title(), reason)))
                .orElseGet(() -> new GodReply(CommandReplies.views(found), List.of())));
  }

  private static GodReply failed(Instance instance, String problem) {
    return new GodReply(CommandReplies.views(List.of(instance)), List.of(problem));
  }

  private static String several(String target, List<Instance> found) {
    return "%s is %d instances: name one by its id (%s)"
        .formatted(
            target,
            found.size(),
            String.join(", ", found.stream().map(one -> one.id.toString()).toList()));
  }

  private static String asleep(Instance instance) {
    return "%s is %s: it has no process".formatted(instance.title(), instance.state.phase().word());
  }

  /// Signals the main processes of the selected instances.
  GodReply signal(GodCommand.SendSignal order) {
    Registry.Selection selection = registry.select(order.targets());
    List<String> problems = new ArrayList<>(selection.problems());
    List<Instance> signalled = new ArrayList<>();
    for (Instance instance : selection.found()) {
      Child child = instance.child;
      if (child == null) {
        problems.add(asleep(instance));
      } else {
        child.signalMain(order.signal());
        signalled.add(instance);
      }
    }
    return new GodReply(CommandReplies.views(signalled), problems);
  }

  /// Resets the counters of the selected instances.
  Future<GodReply> reset(List<String> targets) {
    Registry.Selection selection = registry.select(targets);
    Instant now = godServices.god().wallClock().instant();
    for (Instance instance : selection.found()) {
      instance.state = instance.state.reset();
      instance.crashLooping = false;
      instance.createdAt = now;
      // They share the entry in the list.
      registry.beside(instance).forEach(other -> other.createdAt = now);
    }
    godServices.journal().changed();
    return godServices
        .journal()
        .written()
        .map(_ -> new GodReply(CommandReplies.views(selection.found()), selection.problems()));
  }

  /// Replaces the spec of all instances of an app.
  Future<GodReply> alter(GodCommand.Alter order) {
    List<Instance> instances = registry.ofApp(order.app());
    if (instances.isEmpty()) {
      return Future.succeededFuture(
          new GodReply(
              List.of(), List.of("app %s does not exist any more".formatted(order.app()))));
    }
    AppSpec altered = SpecParts.taken(order.keys(), order.wanted(), instances.getFirst().spec);
    // Otherwise a running reload would promote a candidate with the old spec.
    godServices.reloadInterruptions().interrupt(order.app());
    instances.forEach(instance -> godServices.instanceReconciler().describe(instance, altered));
    godServices.journal().changed();
    return godServices
        .journal()
        .written()
        .map(_ -> new GodReply(CommandReplies.views(instances), List.of()));
  }
}
