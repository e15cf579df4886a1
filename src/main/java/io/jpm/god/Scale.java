package io.jpm.god;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.model.AppName;
import io.jpm.model.Instances;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Gives an app more or fewer instances. Owned by GodVerticle's context.
final class Scale {
  private final Parts parts;
  private final Registry registry;
  private final Starting starting;

  Scale(Parts parts, Starting starting) {
    this.parts = parts;
    this.registry = parts.registry();
    this.starting = starting;
  }

  Future<GodReply> carryOut(GodCommand.Scale order, Attempt attempt) {
    Registry.Selection selection = registry.select(List.of(order.target()));
    List<AppName> apps =
        selection.found().stream().map(instance -> instance.spec.name()).distinct().toList();
    if (apps.size() != 1) {
      return refused(
          selection.problems().stream().findFirst().orElseGet(() -> several(order.target(), apps)));
    }
    AppName app = apps.getFirst();
    int present = registry.ofApp(app).size();
    long wanted =
        switch (order.how()) {
          case TO -> order.number();
          case BY -> (long) present + order.number();
        };
    Optional<String> refusal =
        refusal(app, present, wanted).or(() -> parts.files().refusal((int) (wanted - present)));
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    if (!parts.interruptions().begin(app)) {
      return refused("%s is being reloaded or scaled: try again when that is done".formatted(app));
    }
    List<Instance> created = new ArrayList<>();
    // Composed, so that whatever is thrown ends it too.
    return Future.succeededFuture()
        .compose(_ -> to(app, (int) wanted, attempt, created))
        .onComplete(_ -> parts.interruptions().end(app))
        .compose(left -> starting.lasting(created, left, order.lasting()))
        .map(left ->
            new GodReply(Replies.views(registry.ofApp(app)), Replies.failures(created, left)));
  }

  private static Future<GodReply> refused(String problem) {
    return Future.succeededFuture(new GodReply(List.of(), List.of(problem)));
  }

  private static String several(String target, List<AppName> apps) {
    return "%s names several apps (%s): scale one of them"
        .formatted(target, apps.stream().map(AppName::value).collect(Collectors.joining(", ")));
  }

  private static Optional<String> refusal(AppName app, int present, long wanted) {
    if (wanted == present) {
      return Optional.of(
          present == 1
              ? "%s has 1 instance already".formatted(app)
              : "%s has %d instances already".formatted(app, present));
    }
    if (wanted < 1) {
      return Optional.of(
          "%s cannot have %d instances: one must be left, jpm delete %s removes the app"
              .formatted(app, wanted, app));
    }
    return wanted > Instances.MOST
        ? Optional.of(
            "%s cannot have %d instances: %d at most".formatted(app, wanted, Instances.MOST))
        : Optional.empty();
  }

  /// @param created gets those that are new
  /// @return why some were left as they were
  private Future<List<String>> to(
      AppName app, int wanted, Attempt attempt, List<Instance> created) {
    List<Instance> present =
        registry.ofApp(app).stream()
            .sorted(Comparator.comparingInt(instance -> instance.number))
            .toList();
    List<Instance> staying = present.subList(0, Math.min(wanted, present.size()));
    List<Instance> going = present.subList(staying.size(), present.size()).reversed();
    var change = new Tentative();
    parts.fitting().announceScale(present, wanted, change);
    for (Instance instance : staying) {
      parts.fitting().describe(instance, Fitting.counting(instance.spec, wanted), change);
    }
    created.addAll(
        parts
            .fitting()
            .create(staying.getLast().spec, present, Math.max(0, wanted - present.size()), change));
    parts.journal().changed();
    return Future.join(going.stream().map(parts.succession()::drain).toList())
        .compose(_ -> starting.run(created, going, change, attempt));
  }
}
