package io.jpm.console.store;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreCommand.Setting;
import io.jpm.bus.god.StoreReply;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.Verb;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.model.AppName;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Runs `jpm set`, `multiset` and `unset`, and `jpm conf` with a value. As in PM2, setting a
/// variable of an app restarts the app, whereas removing a variable does not. Unlike in PM2, a
/// stopped app remains stopped.
public final class WriteStoreCommand implements ConsoleCommand {
  /// Matches one word of `multiset`. Spaces within quotes belong to the word; quotes around the
  /// whole word are removed later.
  private static final Pattern WORD = Pattern.compile("(?:[^ \"]+|\"[^\"]*\")+");

  private final Verb verb;
  private final DaemonClient daemonClient;

  public WriteStoreCommand(Verb verb, DaemonClient daemonClient) {
    this.verb = verb;
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = new ArrayList<>(commandCall.arguments().targets());
    words.addAll(commandCall.arguments().rest());
    return verb == Verb.UNSET ? unset(words, commandCall) : put(settings(words), commandCall);
  }

  private List<Setting> settings(List<String> words) {
    return verb == Verb.MULTISET ? pairs(words) : List.of(one(words));
  }

  private static Setting one(List<String> words) {
    return switch (words.size()) {
      case 0 ->
          throw new CommandFailure(
              "set does not open an editor: use jpm set KEY VALUE, or edit conf.json in the home"
                  + " directory; apps use the new value from their next start");
      case 1 ->
          throw new CommandFailure(
              "set requires a value: use jpm set %1$s VALUE, or jpm unset %1$s"
                  .formatted(words.getFirst()));
      case 2 -> new Setting(StoreKey.path(words.getFirst()), value(words.getLast()));
      default ->
          throw new CommandFailure(
              "set accepts one key and one value: put quotes around a value with spaces, or use jpm multiset for several keys");
    };
  }

  private static String value(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new CommandFailure("a value must not contain a NUL character");
    }
    return text;
  }

  private static List<Setting> pairs(List<String> words) {
    List<String> all =
        words.stream()
            .flatMap(word -> WORD.matcher(word).results())
            .map(MatchResult::group)
            .toList();
    if (all.isEmpty() || all.size() % 2 != 0) {
      throw new CommandFailure(
          "multiset requires alternating keys and values: use jpm multiset \"web:PORT 8080 web:MODE fast\"");
    }
    List<Setting> settings = new ArrayList<>();
    for (int i = 0; i < all.size(); i += 2) {
      settings.add(new Setting(StoreKey.path(all.get(i)), value(unquoted(all.get(i + 1)))));
    }
    return settings;
  }

  private static String unquoted(String word) {
    return word.length() > 1 && word.startsWith("\"") && word.endsWith("\"")
        ? word.substring(1, word.length() - 1)
        : word;
  }

  private Future<ExitCode> put(List<Setting> settings, CommandCall commandCall) {
    Set<String> apps = new LinkedHashSet<>();
    settings.stream()
        .map(Setting::path)
        .filter(path -> path.size() > 1)
        .forEach(path -> apps.add(path.getFirst()));
    return daemonClient
        .store(new StoreCommand.Put(settings))
        .compose(content -> {
          commandCall.session().info("Setting changed");
          show(content, settings, commandCall.session());
          return restarted(apps, commandCall);
        });
  }

  private static void show(StoreReply.Content content, List<Setting> settings, Session session) {
    if (session.isQuiet()) {
      return;
    }
    JsonObject tree = new JsonObject(content.json());
    settings.stream()
        .map(setting -> setting.path().getFirst())
        .distinct()
        .forEach(name -> {
          if (tree.getValue(name) instanceof JsonObject below) {
            session.out(StoreText.of(name, below));
          }
        });
  }

  private Future<ExitCode> restarted(Set<String> apps, CommandCall commandCall) {
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of()))
        .compose(instances -> {
          Future<Void> done = Future.succeededFuture();
          for (String app : apps) {
            List<InstanceView> own =
                instances.stream()
                    .filter(instance -> instance.spec().name().value().equals(app))
                    .toList();
            done = done.compose(_ -> restarted(app, own, commandCall));
          }
          return done.map(_ -> ExitCode.OK);
        });
  }

  private Future<Void> restarted(String app, List<InstanceView> own, CommandCall commandCall) {
    if (own.isEmpty()) {
      return Future.succeededFuture();
    }
    if (own.stream().allMatch(instance -> instance.phase() == Phase.STOPPED)) {
      commandCall.session().info(app + " is stopped: the value takes effect at its next start");
      return Future.succeededFuture();
    }
    return daemonClient
        .executeOrFail(new GodCommand.Act(Action.RESTART, List.of(app)))
        .compose(instances ->
            ActionSummary.reportInstances("Restarted", instances, commandCall.session()));
  }

  private Future<ExitCode> unset(List<String> words, CommandCall commandCall) {
    if (words.size() != 1) {
      throw new CommandFailure(
          "unset requires one key or all: use jpm unset KEY, or jpm unset all");
    }
    String key = words.getFirst();
    List<String> path = key.equals(AppName.ALL) ? List.of() : StoreKey.path(key);
    return daemonClient
        .store(new StoreCommand.Remove(path))
        .map(content -> {
          if (content.changed()) {
            commandCall
                .session()
                .info("Setting changed: the change takes effect at the next start of each app");
          } else {
            commandCall
                .session()
                .warn(path.isEmpty() ? "the store is empty" : "no value is stored for " + key);
          }
          return ExitCode.OK;
        });
  }
}
