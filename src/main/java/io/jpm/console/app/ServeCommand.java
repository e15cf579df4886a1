package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodCommand.StartApps;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.ServeOptions;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs `jpm serve`, which starts the static file server as an app. Problems such as a missing
/// directory or a port in use are reported before the app is created.
public final class ServeCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final FileApps files;

  public ServeCommand(Vertx vertx, DaemonClient daemonClient, FileApps files) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.files = files;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    ServeOptions options = ServeOptions.of(commandCall.arguments(), commandCall.request());
    String name =
        commandCall
            .arguments()
            .value(VerbOption.NAME)
            .orElse("static-page-server-" + options.port());
    return daemonClient
        .god(new GodCommand.Show(List.of(name)))
        .compose(shown ->
            // If the server is already running, it uses the port itself. The error message must
            // then say that the app is running, not that the port is in use.
            vertx.executeBlocking(() -> options.validated(shown.instances().isEmpty()), false))
        .compose(_ ->
            files.loadAttributes(attributes(name, options, commandCall.arguments()), commandCall))
        .compose(specs ->
            daemonClient.executeOrFail(
                commandCall.withIdempotencyKey(
                    new StartApps(
                        specs, ExistingAppPolicy.REFUSE_RUNNING, Optional.empty(), true))))
        .map(_ -> {
          commandCall.session().info(options.urlMessage());
          return ExitCode.OK;
        })
        .compose(_ -> daemonClient.table(commandCall.session()));
  }

  private static Map<String, Object> attributes(
      String name, ServeOptions options, Arguments arguments) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("script", "serve");
    attributes.put("name", name);
    attributes.put("cwd", options.directory().toString());
    attributes.put("port", options.port());
    attributes.put("env", environment(options, arguments));
    // The app counts as started only when a browser can open the page.
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

  /// Returns the environment variables for the server. Options that are not set here come from the
  /// variables of the caller. The port is passed as PORT, because the daemon changes PORT if it
  /// proxies the connections.
  private static Map<String, String> environment(ServeOptions options, Arguments arguments) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PM2_SERVE_PATH", options.directory().toString());
    variables.put("PM2_SERVE_PORT", "");
    variables.put("PM2_SERVE_HOST", options.host());
    flag(VerbOption.SPA, "PM2_SERVE_SPA", arguments, variables);
    flag(VerbOption.FTP, "PM2_SERVE_FTP", arguments, variables);
    flag(VerbOption.CORS, "PM2_SERVE_CORS", arguments, variables);
    flag(VerbOption.DOTFILES, "PM2_SERVE_DOTFILES", arguments, variables);
    options
        .user()
        .ifPresent(user -> {
          variables.put("PM2_SERVE_BASIC_AUTH", "true");
          variables.put("PM2_SERVE_BASIC_AUTH_USERNAME", user);
        });
    options.password().ifPresent(word -> variables.put("PM2_SERVE_BASIC_AUTH_PASSWORD", word));
    return variables;
  }

  private static void flag(
      VerbOption option, String name, Arguments arguments, Map<String, String> variables) {
    if (arguments.has(option)) {
      variables.put(name, "true");
    }
  }
}
