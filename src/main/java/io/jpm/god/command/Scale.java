package io.jpm.god.command;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.lifecycle.AppStart;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.god.lifecycle.ProvisionalChange;
import io.jpm.model.AppName;
import io.jpm.model.InstanceSettings;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Changes the number of instances of an app. Confined to GodVerticle's context.
final class Scale {
  private final GodServices godServices;
  private final Registry registry;
  private final AppStart appStart;

  Scale(GodServices godServices, AppStart appStart) {
    this.godServices = godServices;
    this.registry = godServices.registry();
    this.appStart = appStart;
  }

  Future<GodReply> execute(GodCommand.Scale order, IdempotencyRecord idempotencyRecord) {
    Registry.Selection selection = registry.select(List.of(order.target()));
    List<AppName> apps =
        selection.found().stream()
            .map(supervisedInstance -> supervisedInstance.spec.name())
            .distinct()
            .toList();
    if (apps.size() != 1) {
      return refused(
          selection.problems().stream().findFirst().orElseGet(() -> several(order.target(), apps)));
    }
    AppName app = apps.getFirst();
    int present = registry.ofApp(app).size();
    long wanted =
        switch (order.step()) {
          case TO -> order.number();
          case BY -> (long) present + order.number();
        };
    Optional<String> refusal =
        refusal(app, present, wanted)
            .or(() -> godServices.descriptors().refusal((int) (wanted - present)));
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    if (!godServices.reloadInterruptions().begin(app)) {
      return refused(
          "%s is being reloaded or scaled: try again when this has finished".formatted(app));
    }
    List<SupervisedInstance> created = new ArrayList<>();
    // `compose` turns a thrown exception into a failed future, so that `end` is always called.
    return Future.succeededFuture()
        .compose(_ -> to(app, (int) wanted, idempotencyRecord, created))
        .onComplete(_ -> godServices.reloadInterruptions().end(app))
        .compose(left -> appStart.withEarlyFailures(created, left, order.awaitStable()))
        .map(left ->
            new GodReply(
                CommandReplies.views(registry.ofApp(app)), CommandReplies.failures(created, left)));
  }

  private static Future<GodReply> refused(String problem) {
    return Future.succeededFuture(new GodReply(List.of(), List.of(problem)));
  }

  private static String several(String target, List<AppName> apps) {
    return "%s selects several apps (%s): specify one of them"
        .formatted(target, apps.stream().map(AppName::value).collect(Collectors.joining(", ")));
  }

  private Optional<String> refusal(AppName app, int present, long wanted) {
    if (wanted == present) {
      return Optional.of(
          present == 1
              ? "%s already has 1 instance".formatted(app)
              : "%s already has %d instances".formatted(app, present));
    }
    if (wanted < 1) {
      return Optional.of(
          "%s cannot have %d instances: at least 1 is required; to remove the app, run jpm delete %s"
              .formatted(app, wanted, app));
    }
    int most = godServices.god().mostInstances().getAsInt();
    return wanted > most && wanted > present
        ? Optional.of(
            "%s cannot have %d instances: at most %d are allowed; raise limits.max_instances in jpm.json (up to %d) for more"
                .formatted(app, wanted, most, InstanceSettings.MOST))
        : Optional.empty();
  }

  /// Scales the app to `wanted` instances.
  ///
  /// @param created receives the new instances
  /// @return the reasons why some instances were left unchanged
  private Future<List<String>> to(
      AppName app,
      int wanted,
      IdempotencyRecord idempotencyRecord,
      List<SupervisedInstance> created) {
    List<SupervisedInstance> present =
        registry.ofApp(app).stream()
            .sorted(Comparator.comparingInt(supervisedInstance -> supervisedInstance.number))
            .toList();
    List<SupervisedInstance> staying = present.subList(0, Math.min(wanted, present.size()));
    List<SupervisedInstance> going = present.subList(staying.size(), present.size()).reversed();
    var change = new ProvisionalChange();
    godServices.instanceReconciler().announceScale(present, wanted, change);
    for (SupervisedInstance supervisedInstance : staying) {
      godServices
          .instanceReconciler()
          .updateSpec(
              supervisedInstance,
              InstanceReconciler.withInstanceCount(supervisedInstance.spec, wanted),
              change);
    }
    created.addAll(
        godServices
            .instanceReconciler()
            .create(staying.getLast().spec, present, Math.max(0, wanted - present.size()), change));
    godServices.journal().changed();
    return appStart.run(
        created, going, godServices.instanceSwap()::drain, change, idempotencyRecord);
  }
}
