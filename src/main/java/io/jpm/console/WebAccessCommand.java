package io.jpm.console;

import io.jpm.bus.WebCommand;
import io.jpm.bus.WebReply;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// `jpm web`: have the daemon listen for HTTP, also after its next start, and print a link by which
/// a browser can log in once. `jpm web stop` ends it, `jpm web status` says how it is.
final class WebAccessCommand implements ConsoleCommand {
  private static final int MOST_PORT = 65_535;

  private final Rooms rooms;

  WebAccessCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = call.arguments().targets();
    return switch (words.isEmpty() ? "start" : String.join(" ", words)) {
      case "start" -> rooms.web(open(call)).map(reply -> told(reply, call.session()));
      case "stop" -> rooms.web(new WebCommand.Close()).map(reply -> told(reply, call.session()));
      case "status" -> rooms.web(new WebCommand.Ask()).map(reply -> status(reply, call.session()));
      default ->
          throw new CommandFailure(
              "jpm web %s: say jpm web, jpm web stop or jpm web status"
                  .formatted(String.join(" ", words)));
    };
  }

  /// The port as PM2's own HTTP interface finds it, where no option says.
  private static WebCommand open(Call call) {
    OptionalLong typed = call.arguments().number(VerbOption.PORT, MOST_PORT);
    Map<String, String> environment = call.request().environment();
    OptionalInt port =
        typed.isPresent()
            ? OptionalInt.of((int) typed.getAsLong())
            : Optional.ofNullable(environment.get("PM2_API_PORT"))
                .or(() -> Optional.ofNullable(environment.get("PM2_WEB_PORT")))
                .map(WebAccessCommand::port)
                .orElse(OptionalInt.empty());
    return new WebCommand.Open(call.arguments().value(VerbOption.LOOPBACK), port);
  }

  private static OptionalInt port(String text) {
    try {
      int port = Integer.parseInt(text.strip());
      if (port >= 0 && port <= MOST_PORT) {
        return OptionalInt.of(port);
      }
    } catch (NumberFormatException notOne) {
      // The sentence below says it.
    }
    throw new CommandFailure(
        "PM2_API_PORT or PM2_WEB_PORT is \"%s\": use 0 to %d, or --port"
            .formatted(text, MOST_PORT));
  }

  private static ExitCode told(WebReply reply, Session session) {
    return switch (reply) {
      case WebReply.Listening(String url, Optional<String> login) -> {
        session.info("Listening on %s, also after the daemon's next start".formatted(url));
        login.ifPresent(link ->
            session.out(
                "Log in with a browser of this machine, once, within 5 minutes:\n  %s\n"
                    .formatted(link)));
        yield ExitCode.OK;
      }
      case WebReply.Silent _ -> {
        session.info("Nothing listens for HTTP any more");
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
      case WebReply.Silent(Optional<String> problem) -> {
        session.out("off\n");
        problem.ifPresent(session::warn);
        yield problem.isPresent() ? ExitCode.FAILED : ExitCode.OK;
      }
      case WebReply.Failed(String problem) -> throw new CommandFailure(problem);
    };
  }
}
