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

/// Options of apps that are given with apps in the list: `jpm restart web --max-memory-restart 1G`
/// has the app described so from then on. What an app is — its name, script and number of instances
/// — is not changed in this way, as in PM2, and a warning says how it is.
public final class SpecUpdate {
  /// What says who an app is, or what has a command of its own.
  private static final Map<VerbOption, String> FIXED =
      Map.of(
          VerbOption.NAME, "delete the app and start it under the new name",
          VerbOption.INSTANCES, "use jpm scale",
          VerbOption.EXECUTE_COMMAND, "delete the app and start it anew",
          VerbOption.INTERPRETER, "delete the app and start it anew",
          VerbOption.CWD, "delete the app and start it anew",
          VerbOption.PORT, "delete the app and start it anew",
          VerbOption.FILTER_ENV, "delete the app and start it anew",
          VerbOption.NO_AUTOSTART, "it is for apps that are new");

  /// Attributes that are part of what another one says.
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

  /// Has all apps that the words name be described as the options say, all or none of them where a
  /// value is wrong. Does nothing without such options.
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
                    "%s changes nothing for an app that is in the list: %s"
                        .formatted(option.longName(), FIXED.get(option))));
    List<VerbOption> free = options.stream().filter(it -> !FIXED.containsKey(it)).toList();
    return free.isEmpty()
        ? Future.succeededFuture()
        : daemonClient
            .executeOrFail(new GodCommand.Show(words))
            .compose(found -> read(found, free, commandCall))
            .compose(orders -> order(orders, commandCall));
  }

  private Future<List<GodCommand.Alter>> read(
      List<InstanceView> found, List<VerbOption> options, CommandCall commandCall) {
    Map<AppName, AppSpec> apps = new LinkedHashMap<>();
    found.forEach(instance -> apps.putIfAbsent(instance.spec().name(), instance.spec()));
    List<Future<GodCommand.Alter>> read =
        apps.values().stream().map(spec -> wanted(spec, options, commandCall)).toList();
    return Future.join(read).map(_ -> read.stream().map(Future::result).toList());
  }

  /// Described anew with the options, of which only what they say is taken over.
  private Future<GodCommand.Alter> wanted(
      AppSpec spec, List<VerbOption> options, CommandCall commandCall) {
    Set<String> keys = new HashSet<>();
    options.stream()
        .flatMap(option -> option.attribute().stream())
        .map(AppKey::key)
        .map(key -> WITHIN.getOrDefault(key, key))
        .forEach(keys::add);
    // PM2's: the word alone has it the other way round.
    boolean watched = spec.triggers().watch().isPresent();
    boolean toggled =
        commandCall.arguments().values(VerbOption.WATCH).stream().anyMatch(String::isEmpty)
            && watched;
    List<VerbOption> left = new ArrayList<>(FIXED.keySet());
    // PM2's too: the word null has an attribute be as if it were not said.
    options.stream()
        .filter(option -> commandCall.arguments().values(option).equals(List.of("null")))
        .forEach(left::add);
    if (toggled) {
      left.addAll(OF_WATCH);
    }
    return files
        .ofKnown(spec, left, commandCall)
        .map(wanted -> new GodCommand.Alter(spec.name(), wanted, keys));
  }

  /// Has the files of all apps that the words name be watched no more.
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

  private static GodCommand.Alter unwatched(AppSpec spec) {
    Triggers now = spec.triggers();
    var without = new Triggers(now.schedule(), Optional.empty(), now.maxMemory());
    return new GodCommand.Alter(
        spec.name(), spec.draft().triggers(without).build(), Set.of(AppKey.WATCH.key()));
  }

  private Future<Void> order(List<GodCommand.Alter> orders, CommandCall commandCall) {
    Future<Void> done = Future.succeededFuture();
    for (GodCommand.Alter order : orders) {
      done = done.compose(_ -> daemonClient.executeOrFail(commandCall.keyed(order)).mapEmpty());
    }
    return done;
  }
}
