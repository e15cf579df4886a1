package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodCommand.StartApps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `jpm serve`: starts the static page server as an app. What would keep it from serving is said at
/// once, before there is an app: a directory that is not there, a port that is taken.
final class ServeCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final Rooms rooms;
  private final FileApps files;

  ServeCommand(Vertx vertx, Rooms rooms, FileApps files) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.files = files;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    ServeWish wish = ServeWish.of(call.arguments(), call.request());
    String name =
        call.arguments().value(VerbOption.NAME).orElse("static-page-server-" + wish.port());
    return rooms
        .god(new GodCommand.Show(List.of(name)))
        .compose(shown ->
            // A server that runs has its port; that it runs is what there is to be said then.
            vertx.executeBlocking(() -> wish.checked(shown.instances().isEmpty()), false))
        .compose(_ -> files.ofAttributes(attributes(name, wish, call.arguments()), call))
        .compose(specs ->
            rooms.obeyed(
                call.keyed(new StartApps(specs, Existing.REFUSE_RUNNING, Optional.empty(), true))))
        .map(_ -> {
          call.session().info(wish.told());
          return ExitCode.OK;
        })
        .compose(_ -> rooms.table(call.session()));
  }

  private static Map<String, Object> attributes(String name, ServeWish wish, Arguments arguments) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("script", "serve");
    attributes.put("name", name);
    attributes.put("cwd", wish.directory().toString());
    attributes.put("port", wish.port());
    attributes.put("env", environment(wish, arguments));
    // Who is told that it serves can open the page.
    attributes.put("startup", Map.of("log", "^serving ", "timeout", "60s"));
    arguments.value(VerbOption.NAMESPACE).ifPresent(word -> attributes.put("namespace", word));
    arguments
        .value(VerbOption.INSTANCES)
        .ifPresent(count -> {
          attributes.put("instances", count);
          attributes.put("exec_mode", "cluster");
        });
    return attributes;
  }

  /// What is not said here may be in the caller's own variables. The port is PORT: the daemon has
  /// to be able to change it where it stands between clients and the server.
  private static Map<String, String> environment(ServeWish wish, Arguments arguments) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PM2_SERVE_PATH", wish.directory().toString());
    variables.put("PM2_SERVE_PORT", "");
    variables.put("PM2_SERVE_HOST", wish.host());
    flag(VerbOption.SPA, "PM2_SERVE_SPA", arguments, variables);
    flag(VerbOption.FTP, "PM2_SERVE_FTP", arguments, variables);
    flag(VerbOption.CORS, "PM2_SERVE_CORS", arguments, variables);
    flag(VerbOption.DOTFILES, "PM2_SERVE_DOTFILES", arguments, variables);
    wish.user()
        .ifPresent(user -> {
          variables.put("PM2_SERVE_BASIC_AUTH", "true");
          variables.put("PM2_SERVE_BASIC_AUTH_USERNAME", user);
        });
    wish.password().ifPresent(word -> variables.put("PM2_SERVE_BASIC_AUTH_PASSWORD", word));
    return variables;
  }

  private static void flag(
      VerbOption option, String name, Arguments arguments, Map<String, String> variables) {
    if (arguments.has(option)) {
      variables.put(name, "true");
    }
  }
}
