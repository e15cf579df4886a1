package io.jpm.console.pm2;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/// Reports the result for each PM2 app, either as one line per app or as a single JSON object at
/// the end.
final class ImportReport {
  private final Session session;
  private final Pm2.Inventory inventory;
  private final boolean dry;
  private final boolean json;
  private final boolean keep;
  private final JsonArray apps = new JsonArray();
  private int taken;
  private int skipped;
  private int failed;

  ImportReport(CommandCall commandCall, Pm2.Inventory inventory) {
    this.session = commandCall.session();
    this.inventory = inventory;
    this.dry = commandCall.arguments().has(VerbOption.DRY_RUN);
    this.json = commandCall.arguments().has(VerbOption.JSON);
    this.keep = commandCall.arguments().has(VerbOption.KEEP);
  }

  /// Reports whether this is a dry run.
  boolean isDry() {
    return dry;
  }

  boolean hasChanged() {
    return taken > 0 && !dry;
  }

  void begin(List<Pm2App> all) {
    if (!inventory.live()) {
      say("PM2 is not running: using its saved list " + inventory.source());
    }
    if (all.isEmpty()) {
      say("PM2 has no apps");
    }
  }

  void skipped(Pm2App app, String why) {
    skipped++;
    add(app, "skipped").put("reason", why);
    say("%s: %s, skipped".formatted(app.name(), why));
  }

  void failed(Pm2App app, String why) {
    failed++;
    add(app, "failed").put("reason", why);
    session.error("%s: %s".formatted(app.name(), why));
  }

  /// Records that the app now runs in jpm but could not be removed from PM2's list.
  void stillInPm2(Pm2App app, String why) {
    failed++;
    taken--;
    String told = "runs in jpm, but could not be removed from PM2's list: " + why;
    apps.getJsonObject(apps.size() - 1).put("result", "failed").put("reason", told);
    session.error("%s: %s".formatted(app.name(), told));
  }

  void planned(Pm2App app, AppSpec spec) {
    taken++;
    describe(add(app, spec.autostart() ? "start" : "stopped"), spec);
    String stop =
        app.running() > 0 && inventory.live() ? "would be stopped in PM2 and " : "would be ";
    say(
        "%s: %s: %s%s"
            .formatted(
                app.name(),
                shape(app),
                stop,
                spec.autostart() ? "started in jpm" : "added to jpm as stopped"));
    List<String> own = own(spec);
    if (!own.isEmpty()) {
      say("%s: the app's own variables are %s".formatted(app.name(), String.join(", ", own)));
    }
  }

  void imported(Pm2App app, AppSpec spec, List<InstanceView> instances) {
    taken++;
    JsonArray ids = new JsonArray();
    instances.forEach(one -> ids.add(one.id().value()));
    describe(add(app, spec.autostart() ? "started" : "stopped").put("ids", ids), spec);
    String shown =
        instances.stream().map(one -> one.id().toString()).collect(Collectors.joining(", "));
    String stop = app.running() > 0 && inventory.live() ? "stopped in PM2, " : "";
    say(
        "%s: %s: %s%s %s%s"
            .formatted(
                app.name(),
                shape(app),
                stop,
                spec.autostart() ? "started in jpm with id" : "added to jpm with id",
                shown,
                spec.autostart() ? "" : ", stopped"));
  }

  private static String shape(Pm2App app) {
    int left = app.processes().size() - app.instances();
    return Amounts.count(app.instances(), "instance")
        + (app.isCluster() ? ", cluster" : ", fork")
        + (left > 0 ? ", excluding %d not running".formatted(left) : "");
  }

  private static List<String> own(AppSpec spec) {
    return spec.variables().declared().keySet().stream()
        .filter(name -> !name.equals("PWD"))
        .sorted()
        .toList();
  }

  private JsonObject add(Pm2App app, String result) {
    JsonObject one = new JsonObject().put("name", app.name()).put("result", result);
    apps.add(one);
    return one;
  }

  private static void describe(JsonObject one, AppSpec spec) {
    one.put("instances", spec.instances().count())
        .put("mode", spec.cluster().enabled() ? "cluster" : "fork")
        .put("script", spec.command().script().toString())
        .put("variables", new JsonArray(own(spec)));
  }

  private void say(String line) {
    if (!json) {
      session.info(line);
    }
  }

  /// Prints the summary and the remaining steps for the user.
  ExitCode end() {
    if (json) {
      JsonObject all =
          new JsonObject().put("source", inventory.source()).put("dry_run", dry).put("apps", apps);
      session.out(TerminalSanitizer.json(all) + "\n");
    } else {
      say(
          "%s %s, %d skipped, %d failed"
              .formatted(
                  dry ? "Would import" : "Imported", Amounts.count(taken, "app"), skipped, failed));
      if (hasChanged()) {
        hints();
      }
    }
    return failed > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private void hints() {
    if (keep && inventory.live()) {
      say("The apps remain in PM2's list as stopped: run pm2 delete NAME once they work in jpm");
    }
    say("To keep PM2 from starting the apps at boot, run pm2 save --force or pm2 unstartup");
    say("To make jpm start the apps at boot, run jpm startup");
  }
}
