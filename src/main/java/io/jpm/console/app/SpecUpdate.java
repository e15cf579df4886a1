package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.DaemonClient;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Triggers;
import io.jpm.spec.AppKey;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Updates the specs of listed apps from the options of a command. For example, `jpm restart web
/// --max-memory-restart 1G` changes the memory limit permanently. As in PM2, such options cannot
/// change the name, script or number of instances of an app; a warning names the alternative.
public final class SpecUpdate {
  /// Maps each option that has no effect on a listed app to the end of its warning, which names an
  /// alternative or the reason.
  private static final Map<VerbOption, String> FIXED =
      Map.of(
          VerbOption.NAME, "delete the app and start it under the new name",
          VerbOption.INSTANCES, "use jpm scale",
          VerbOption.EXECUTE_COMMAND, "delete the app and start it again",
          VerbOption.INTERPRETER, "delete the app and start it again",
          VerbOption.CWD, "delete the app and start it again",
          VerbOption.PORT, "delete the app and start it again",
          VerbOption.FILTER_ENV, "delete the app and start it again",
          VerbOption.NO_AUTOSTART, "it applies only to new apps");

  /// Maps attributes to the attribute that contains them in a spec, such as `time` to `log_type`.
  private static final Map<String, String> WITHIN =
      Map.of(
          "autorestart", "restart",
          "exp_backoff_restart_delay", "restart_delay",
          "time_zone", "cron_restart",
          "log_date_format", "log_type",
          "time", "log_type",
          "ignore_watch", "watch",
          "watch_delay", "watch");

  private static final List<VerbOption> OF_WATCH =
      List.of(VerbOption.WATCH, VerbOption.IGNORE_WATCH, VerbOption.WATCH_DELAY);

  private final DaemonClient daemonClient;
  private final FileApps files;

  public SpecUpdate(DaemonClient daemonClient, FileApps files) {
    this.daemonClient = daemonClient;
    this.files = files;
  }

  /// Updates the specs of all apps that `words` select. If a value is not valid, no spec changes.
  /// Does nothing if none of the options sets an attribute.
  Future<Void> of(List<String> words, CommandCall commandCall) {
    List<VerbOption> options =
        VerbOption.ofApps().stream().filter(commandCall.arguments()::has).toList();
    if (options.isEmpty() || words.isEmpty()) {
      return Future.succeededFuture();
    }
    options.stream()
        .filter(FIXED::containsKey)
        .forEach(option ->
            commandCall
                .session()
                .warn(
                    "%s has no effect on an app that is already in the list: %s"
                        .formatted(option.longName(), FIXED.get(option))));
    List<VerbOption> free = options.stream().filter(it -> !FIXED.containsKey(it)).toList();
    return free.isEmpty()
        ? Future.succeededFuture()
        : daemonClient
            .executeOrFail(new GodCommand.Show(words))
            .compose(found -> read(found, free, commandCall))
            .compose(orders -> order(orders, commandCall));
  }

  private Future<List<GodCommand.UpdateSpec>> read(
      List<InstanceView> found, List<VerbOption> options, CommandCall commandCall) {
    Map<AppName, AppSpec> apps = new LinkedHashMap<>();
    found.forEach(instance -> apps.putIfAbsent(instance.spec().name(), instance.spec()));
    List<Future<GodCommand.UpdateSpec>> read =
        apps.values().stream().map(spec -> wanted(spec, options, commandCall)).toList();
    return Future.join(read).map(_ -> read.stream().map(Future::result).toList());
  }

  /// Builds the update of an app. The update contains a spec that is built from the options, and
  /// the keys of the attributes that God copies from this spec.
  private Future<GodCommand.UpdateSpec> wanted(
      AppSpec spec, List<VerbOption> options, CommandCall commandCall) {
    Set<String> keys = new HashSet<>();
    options.stream()
        .flatMap(option -> option.attribute().stream())
        .map(AppKey::key)
        .map(key -> WITHIN.getOrDefault(key, key))
        .forEach(keys::add);
    // As in PM2, `--watch` without a value toggles the setting.
    boolean watched = spec.triggers().watch().isPresent();
    boolean toggled =
        commandCall.arguments().values(VerbOption.WATCH).stream().anyMatch(String::isEmpty)
            && watched;
    List<VerbOption> left = new ArrayList<>(FIXED.keySet());
    // As in PM2, the value null resets an attribute to its default.
    options.stream()
        .filter(option -> commandCall.arguments().values(option).equals(List.of("null")))
        .forEach(left::add);
    if (toggled) {
      left.addAll(OF_WATCH);
    }
    return files
        .withOptions(spec, left, commandCall)
        .map(wanted -> new GodCommand.UpdateSpec(spec.name(), wanted, keys));
  }

  /// Disables file watching for all apps that `words` select.
  Future<Void> unwatched(List<String> words, CommandCall commandCall) {
    return daemonClient
        .god(new GodCommand.Show(words))
        .map(found ->
            found.instances().stream()
                .map(InstanceView::spec)
                .filter(spec -> spec.triggers().watch().isPresent())
                .distinct()
                .map(SpecUpdate::unwatched)
                .toList())
        .compose(orders -> order(orders, commandCall));
  }

  private static GodCommand.UpdateSpec unwatched(AppSpec spec) {
    Triggers now = spec.triggers();
    var without = new Triggers(now.schedule(), Optional.empty(), now.maxMemory());
    return new GodCommand.UpdateSpec(
        spec.name(), spec.toBuilder().triggers(without).build(), Set.of(AppKey.WATCH.key()));
  }

  private Future<Void> order(List<GodCommand.UpdateSpec> orders, CommandCall commandCall) {
    Future<Void> done = Future.succeededFuture();
    for (GodCommand.UpdateSpec order : orders) {
      done =
          done.compose(
              _ -> daemonClient.executeOrFail(commandCall.withIdempotencyKey(order)).mapEmpty());
    }
    return done;
  }
}
