package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.config.Caller;
import io.jpm.console.pm2.Pm2App;
import io.jpm.console.pm2.Pm2Attributes;
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

/// `jpm import-pm2`: takes the apps of the caller's PM2 over, one after the other.
final class ImportCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final Rooms rooms;
  private final FileApps files;
  private final Tools tools;
  private final Farewell farewell;

  /// @param farewell who tells clients that the daemon ends
  ImportCommand(Vertx vertx, Rooms rooms, FileApps files, Tools tools, Farewell farewell) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.files = files;
    this.tools = tools;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    var pm2 = new Pm2(vertx, tools.programs(), call);
    return pm2.inventory()
        .compose(inventory -> {
          List<Pm2App> apps = chosen(inventory, call);
          var report = new ImportReport(call, inventory);
          report.begin(apps);
          return known()
              .compose(known -> new Run(call, pm2, inventory, report, known).all(apps))
              .compose(_ -> end(report, call));
        });
  }

  private Future<ExitCode> end(ImportReport report, Call call) {
    ExitCode code = report.end();
    return report.hasChanged() && !call.arguments().has(VerbOption.JSON)
        ? rooms.table(call.session()).map(code)
        : Future.succeededFuture(code);
  }

  private Future<Set<String>> known() {
    return rooms
        .obeyed(new GodCommand.Show(List.of()))
        .map(all -> all.stream().map(one -> one.spec().name().value()).collect(Collectors.toSet()));
  }

  /// @throws CommandFailure when `--only` names what PM2 does not have
  private static List<Pm2App> chosen(Pm2.Inventory inventory, Call call) {
    if (!call.arguments().has(VerbOption.ONLY)) {
      return inventory.apps();
    }
    List<String> only = FileApps.onlyNames(call.arguments());
    Set<String> unknown = new HashSet<>(only);
    inventory.apps().forEach(app -> unknown.remove(app.name()));
    if (only.isEmpty() || !unknown.isEmpty()) {
      throw new CommandFailure(
          "--only %s: the apps of PM2 are %s"
              .formatted(
                  String.join(",", unknown.stream().sorted().toList()),
                  inventory.apps().stream().map(Pm2App::name).collect(Collectors.joining(", "))));
    }
    return inventory.apps().stream().filter(app -> only.contains(app.name())).toList();
  }

  /// One import.
  private final class Run {
    private final Call call;
    private final Pm2 pm2;
    private final Pm2.Inventory inventory;
    private final ImportReport report;
    private final Set<String> known;

    /// @param known the names of apps that are here already
    Run(Call call, Pm2 pm2, Pm2.Inventory inventory, ImportReport report, Set<String> known) {
      this.call = call;
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
        report.skipped(app, "a module of PM2");
      } else if (known.contains(app.name())) {
        report.skipped(app, "is in the list here already");
      } else if (app.discord().isPresent()) {
        report.failed(app, app.discord().get());
      } else {
        return translated(app);
      }
      return Future.succeededFuture();
    }

    private Future<Void> translated(Pm2App app) {
      Map<String, String> shell = call.request().environment();
      var attributes = new Pm2Attributes(app, shell, pm2.home());
      return files
          .ofAttributes(attributes.all(), caller(attributes.variables()), call)
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

    /// The interpreter is looked for in the app's PATH.
    private Caller caller(Map<String, String> own) {
      Map<String, String> variables = new HashMap<>(call.request().environment());
      // PM2's home means nothing to an app that is not PM2's any more.
      variables.remove("PM2_HOME");
      if (own.containsKey("PATH")) {
        variables.put("PATH", own.get("PATH"));
      }
      return new Caller(Path.of(call.request().cwd()), variables);
    }

    private Future<Void> take(Pm2App app, AppSpec spec) {
      if (report.isDry()) {
        report.planned(app, spec);
        return Future.succeededFuture();
      }
      var takeover = new Takeover(vertx, rooms, pm2, inventory.live());
      return farewell
          .during(call.session(), takeover.of(app, spec))
          .compose(result -> {
            if (result.problem().isPresent()) {
              report.failed(app, result.problem().get());
              return Future.succeededFuture();
            }
            report.taken(app, spec, result.instances());
            return forgotten(app);
          });
    }

    private Future<Void> forgotten(Pm2App app) {
      boolean keep = call.arguments().has(VerbOption.KEEP);
      if (!inventory.live()) {
        return Future.succeededFuture();
      }
      if (keep) {
        if (app.hasSchedule()) {
          call.session()
              .warn(
                  "%s: PM2 starts it again at the times of its cron_restart, until you pm2 delete %s"
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
