package io.jpm.console.pm2;

import io.jpm.bus.god.GodCommand;
import io.jpm.config.command.CallerContext;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Runs `jpm import-pm2`, which migrates the apps of the caller's PM2 one after another.
public final class ImportCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final FileApps files;
  private final CommandTools commandTools;
  private final ShutdownNotice shutdownNotice;

  /// @param shutdownNotice notifies clients when the daemon shuts down
  public ImportCommand(
      Vertx vertx,
      DaemonClient daemonClient,
      FileApps files,
      CommandTools commandTools,
      ShutdownNotice shutdownNotice) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.files = files;
    this.commandTools = commandTools;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    var pm2 = new Pm2(vertx, commandTools.externalPrograms(), commandCall);
    return pm2.inventory()
        .compose(inventory -> {
          List<Pm2App> apps = chosen(inventory, commandCall);
          var report = new ImportReport(commandCall, inventory);
          report.begin(apps);
          return known()
              .compose(known -> new Run(commandCall, pm2, inventory, report, known).all(apps))
              .compose(_ -> end(report, commandCall));
        });
  }

  private Future<ExitCode> end(ImportReport report, CommandCall commandCall) {
    ExitCode code = report.end();
    return report.hasChanged() && !commandCall.arguments().has(VerbOption.JSON)
        ? daemonClient.table(commandCall.session()).map(code)
        : Future.succeededFuture(code);
  }

  private Future<Set<String>> known() {
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of()))
        .map(all -> all.stream().map(one -> one.spec().name().value()).collect(Collectors.toSet()));
  }

  /// Returns the apps that `--only` selects; by default, all apps of PM2.
  ///
  /// @throws CommandFailure if `--only` contains a name that is not in PM2's list
  private static List<Pm2App> chosen(Pm2.Inventory inventory, CommandCall commandCall) {
    if (!commandCall.arguments().has(VerbOption.ONLY)) {
      return inventory.apps();
    }
    List<String> only = FileApps.onlyNames(commandCall.arguments());
    Set<String> unknown = new HashSet<>(only);
    inventory.apps().forEach(app -> unknown.remove(app.name()));
    if (only.isEmpty() || !unknown.isEmpty()) {
      throw new CommandFailure(
          "--only \"%s\" does not match any app: the apps in PM2 are %s"
              .formatted(
                  String.join(",", unknown.stream().sorted().toList()),
                  inventory.apps().stream().map(Pm2App::name).collect(Collectors.joining(", "))));
    }
    return inventory.apps().stream().filter(app -> only.contains(app.name())).toList();
  }

  /// A single run of the command.
  private final class Run {
    private final CommandCall commandCall;
    private final Pm2 pm2;
    private final Pm2.Inventory inventory;
    private final ImportReport report;
    private final Set<String> known;

    /// @param known the names of apps that jpm already lists
    Run(
        CommandCall commandCall,
        Pm2 pm2,
        Pm2.Inventory inventory,
        ImportReport report,
        Set<String> known) {
      this.commandCall = commandCall;
      this.pm2 = pm2;
      this.inventory = inventory;
      this.report = report;
      this.known = known;
    }

    Future<Void> all(List<Pm2App> apps) {
      Future<Void> done = Future.succeededFuture();
      for (Pm2App app : apps) {
        done = done.compose(_ -> one(app));
      }
      return done;
    }

    private Future<Void> one(Pm2App app) {
      if (app.isModule()) {
        report.skipped(app, "a PM2 module");
      } else if (known.contains(app.name())) {
        report.skipped(app, "already in jpm's list");
      } else if (app.inconsistency().isPresent()) {
        report.failed(app, app.inconsistency().get());
      } else {
        return translated(app);
      }
      return Future.succeededFuture();
    }

    private Future<Void> translated(Pm2App app) {
      Map<String, String> shell = commandCall.request().environment();
      var attributes = new Pm2Attributes(app, shell, pm2.home());
      return files
          .loadAttributes(attributes.attributes(), caller(attributes.variables()), commandCall)
          .map(specs -> Optional.of(specs.getFirst()))
          .recover(failure -> {
            if (!(failure instanceof CommandFailure)) {
              return Future.failedFuture(failure);
            }
            report.failed(app, String.valueOf(failure.getMessage()).replace('\n', ';'));
            return Future.succeededFuture(Optional.<AppSpec>empty());
          })
          .compose(spec -> spec.isEmpty() ? Future.succeededFuture() : take(app, spec.get()));
    }

    /// Returns the context for reading the attributes. The interpreter is looked up in the app's
    /// PATH.
    private CallerContext caller(Map<String, String> own) {
      Map<String, String> variables = new HashMap<>(commandCall.request().environment());
      // An app that runs in jpm does not need PM2's home.
      variables.remove("PM2_HOME");
      if (own.containsKey("PATH")) {
        variables.put("PATH", own.get("PATH"));
      }
      return new CallerContext(Path.of(commandCall.request().cwd()), variables);
    }

    private Future<Void> take(Pm2App app, AppSpec spec) {
      if (report.isDry()) {
        report.planned(app, spec);
        return Future.succeededFuture();
      }
      var pm2Migration = new Pm2Migration(vertx, daemonClient, pm2, inventory.live());
      return shutdownNotice
          .during(commandCall.session(), pm2Migration.of(app, spec))
          .compose(result -> {
            if (result.problem().isPresent()) {
              report.failed(app, result.problem().get());
              return Future.succeededFuture();
            }
            report.imported(app, spec, result.instances());
            return forgotten(app);
          });
    }

    private Future<Void> forgotten(Pm2App app) {
      boolean keep = commandCall.arguments().has(VerbOption.KEEP);
      if (!inventory.live()) {
        return Future.succeededFuture();
      }
      if (keep) {
        if (app.hasSchedule()) {
          commandCall
              .session()
              .warn(
                  "%s: PM2 keeps restarting the app according to cron_restart until you run pm2 delete %s"
                      .formatted(app.name(), String.join(" ", app.ids())));
        }
        return Future.succeededFuture();
      }
      return pm2.act("delete", app)
          .<Void>mapEmpty()
          .recover(failure -> {
            report.stillInPm2(app, String.valueOf(failure.getMessage()));
            return Future.succeededFuture();
          });
    }
  }
}
