package io.jpm.console.access;

import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.daemon.WebReply;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Runs `jpm web`, which starts the HTTP server and prints a link that is valid for one browser
/// login. The server stays enabled across restarts of the daemon. `jpm web stop` stops the server,
/// and `jpm web status` prints its state.
public final class WebAccessCommand implements ConsoleCommand {
  private static final int MOST_PORT = 65_535;

  private final DaemonClient daemonClient;

  public WebAccessCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    return switch (words.isEmpty() ? "start" : String.join(" ", words)) {
      case "start" ->
          daemonClient.web(open(commandCall)).map(reply -> told(reply, commandCall.session()));
      case "stop" ->
          daemonClient.web(new WebCommand.Close()).map(reply -> told(reply, commandCall.session()));
      case "status" ->
          daemonClient
              .web(new WebCommand.GetStatus())
              .map(reply -> status(reply, commandCall.session()));
      default ->
          throw new CommandFailure(
              "unknown web command \"%s\": use jpm web, jpm web stop or jpm web status"
                  .formatted(String.join(" ", words)));
    };
  }

  /// Returns the command that starts the server. Without `--port`, the port comes from the
  /// variables that configure PM2's HTTP interface.
  private static WebCommand open(CommandCall commandCall) {
    OptionalLong typed = commandCall.arguments().number(VerbOption.PORT, MOST_PORT);
    Map<String, String> environment = commandCall.request().environment();
    OptionalInt port =
        typed.isPresent()
            ? OptionalInt.of((int) typed.getAsLong())
            : Optional.ofNullable(environment.get("PM2_API_PORT"))
                .or(() -> Optional.ofNullable(environment.get("PM2_WEB_PORT")))
                .map(WebAccessCommand::port)
                .orElse(OptionalInt.empty());
    return new WebCommand.Open(commandCall.arguments().value(VerbOption.LOOPBACK), port);
  }

  private static OptionalInt port(String text) {
    try {
      int port = Integer.parseInt(text.strip());
      if (port >= 0 && port <= MOST_PORT) {
        return OptionalInt.of(port);
      }
    } catch (NumberFormatException notOne) {
      // Reported below.
    }
    throw new CommandFailure(
        "PM2_API_PORT or PM2_WEB_PORT is \"%s\", which is not a port: set it to a number from 0 to %d, or use --port"
            .formatted(text, MOST_PORT));
  }

  private static ExitCode told(WebReply reply, Session session) {
    return switch (reply) {
      case WebReply.Listening(String url, Optional<String> login) -> {
        session.info(
            "Listening on %s; the HTTP server stays enabled across daemon restarts".formatted(url));
        login.ifPresent(link ->
            session.out(
                "To log in, open this link in a browser on this machine within 5 minutes; it works only once:\n  %s\n"
                    .formatted(link)));
        yield ExitCode.OK;
      }
      case WebReply.NotListening _ -> {
        session.info("Stopped the HTTP server");
        yield ExitCode.OK;
      }
      case WebReply.Failed(String problem) -> throw new CommandFailure(problem);
    };
  }

  private static ExitCode status(WebReply reply, Session session) {
    return switch (reply) {
      case WebReply.Listening(String url, _) -> {
        session.out("listening on %s\n".formatted(url));
        yield ExitCode.OK;
      }
      case WebReply.NotListening(Optional<String> problem) -> {
        session.out("off\n");
        problem.ifPresent(session::warn);
        yield problem.isPresent() ? ExitCode.FAILED : ExitCode.OK;
      }
      case WebReply.Failed(String problem) -> throw new CommandFailure(problem);
    };
  }
}
