package io.jpm.console.inspect;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.config.deploy.Secrets;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.store.StoreText;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InjectedVariables;
import io.jpm.model.ReferencedVariables;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Runs `jpm env`, which prints the variables that an instance will receive at its next start, one
/// per line as in PM2. Unless the spec has changed since its start, the running process has the
/// same variables. Secrets are masked, because terminal output is often copied into tickets.
public final class EnvCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;
  private final Path home;

  /// @param home the daemon's directory, which apps receive as `JPM_HOME`
  public EnvCommand(DaemonClient daemonClient, Path home) {
    this.daemonClient = daemonClient;
    this.home = home;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return daemonClient
        .executeOrFail(new GodCommand.Show(commandCall.arguments().targets()))
        .compose(instances -> {
          if (instances.isEmpty()) {
            return Future.failedFuture(
                new CommandFailure("no app was found: run jpm ls to see all apps"));
          }
          Future<Void> done = Future.succeededFuture();
          for (InstanceView instance : instances) {
            done =
                done.compose(_ -> daemonClient.storedVariables(instance.spec().name()))
                    .map(stored -> {
                      boolean reveal = commandCall.arguments().has(VerbOption.REVEAL);
                      Map<String, String> shown = reveal ? stored : StoreText.masked(stored);
                      print(withStored(instance, shown), instances, commandCall);
                      return null;
                    });
          }
          return done.map(_ -> ExitCode.OK);
        });
  }

  /// Returns the instance with its stored variables (`jpm set`). They override declared variables,
  /// as they do at the start of the instance.
  private static InstanceView withStored(InstanceView instance, Map<String, String> stored) {
    return instance.withSpec(
        instance.spec().toBuilder()
            .variables(instance.spec().variables().withStored(stored))
            .build());
  }

  private void print(InstanceView instance, List<InstanceView> all, CommandCall commandCall) {
    boolean reveal = commandCall.arguments().has(VerbOption.REVEAL);
    Session session = commandCall.session();
    if (commandCall.arguments().has(VerbOption.JSON)) {
      session.out(TerminalSanitizer.json(json(instance, reveal)) + "\n");
      return;
    }
    if (all.size() > 1) {
      String title = "# %s:%s".formatted(instance.spec().name(), instance.id());
      session.out(Paint.BOLD.on(title, session.tty().color()) + "\n");
    }
    Map<String, String> variables = new TreeMap<>(instance.spec().variables().effective());
    variables.putAll(added(instance));
    variables.keySet().removeAll(instance.spec().variables().referred().secrets().keySet());
    variables.forEach((name, value) ->
        session.out(
            TerminalSanitizer.visible(name)
                + ": "
                + TerminalSanitizer.visible(shown(name, value, reveal))
                + "\n"));
    ReferencedVariables referencedVariables = instance.spec().variables().referred();
    new TreeMap<>(referencedVariables.secrets())
        .forEach((name, secretSource) ->
            session.out(
                "%s: (secret %s)\n"
                    .formatted(
                        TerminalSanitizer.visible(name),
                        TerminalSanitizer.visible(secretSource.displayText()))));
    referencedVariables
        .files()
        .forEach(file ->
            session.out(
                "# the variables in %s are added at each start\n"
                    .formatted(TerminalSanitizer.visible(file.displayText()))));
  }

  private Map<String, String> added(InstanceView instance) {
    return InjectedVariables.of(instance.spec(), instance.id(), instance.number(), home);
  }

  private static String shown(String name, String value, boolean reveal) {
    return reveal ? value : Secrets.mask(name, value);
  }

  /// Returns the variables, grouped by origin. Each variable appears only under the origin of the
  /// value that the process receives.
  private JsonObject json(InstanceView instance, boolean reveal) {
    EnvironmentVariables environmentVariables = instance.spec().variables();
    Map<String, String> added = added(instance);
    Map<String, String> declared = new TreeMap<>(environmentVariables.declared());
    declared.keySet().removeAll(added.keySet());
    Map<String, String> inherited = new TreeMap<>(environmentVariables.effective());
    inherited.keySet().removeAll(environmentVariables.declared().keySet());
    inherited.keySet().removeAll(added.keySet());
    inherited.keySet().removeAll(environmentVariables.referred().secrets().keySet());
    var json =
        new JsonObject()
            .put("name", instance.spec().name().value())
            .put("pm_id", instance.id().value())
            .put("declared", json(declared, reveal))
            .put("inherited", json(inherited, reveal))
            .put("added", json(added, reveal))
            .put(
                "removed",
                new JsonArray(List.copyOf(new TreeSet<>(environmentVariables.removed()))));
    putReferred(json, environmentVariables.referred());
    return json;
  }

  private static void putReferred(JsonObject json, ReferencedVariables referencedVariables) {
    if (!referencedVariables.secrets().isEmpty()) {
      var secrets = new JsonObject();
      new TreeMap<>(referencedVariables.secrets())
          .forEach((name, secretSource) -> secrets.put(name, secretSource.displayText()));
      json.put("secrets", secrets);
    }
    if (!referencedVariables.files().isEmpty()) {
      json.put(
          "env_file",
          new JsonArray(referencedVariables.files().stream().map(EnvFile::displayText).toList()));
    }
  }

  private static JsonObject json(Map<String, String> variables, boolean reveal) {
    var json = new JsonObject();
    variables.forEach((name, value) -> json.put(name, shown(name, value, reveal)));
    return json;
  }
}
