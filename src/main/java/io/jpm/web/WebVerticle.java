package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.FileErrors;
import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.daemon.WebReply;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.file.FileSystem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Opens the HTTP server on request ([WebCommand]). Later daemons open it again until a request
/// closes it. The address is stored in `web.json` in the home.
///
/// Commands are executed one at a time. Confined to this verticle's context.
public final class WebVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.web");
  private static final String FILE = "web.json";

  private final WebContext daemon;
  private @Nullable WebServer server;
  private WebAddress address = WebAddress.DEFAULT;

  /// The reason why the server is not listening although it was requested.
  private Optional<String> problem = Optional.empty();

  private Future<?> work = Future.succeededFuture();

  public WebVerticle(WebContext daemon) {
    this.daemon = daemon;
  }

  @Override
  public Future<?> start() {
    work = reopenStored().transform(_ -> Future.succeededFuture());
    return vertx
        .eventBus()
        .<WebCommand>consumer(Addresses.WEB_COMMAND, this::take)
        .completion()
        .compose(_ -> work);
  }

  @Override
  public Future<?> stop() {
    return work.transform(_ -> closed());
  }

  private void take(Message<WebCommand> message) {
    Future<WebReply> answer = work.transform(_ -> execute(message.body()));
    work = answer;
    answer.onComplete(
        message::reply,
        failure -> message.reply(new WebReply.Failed("web: " + failure.getMessage())));
  }

  private Future<WebReply> execute(WebCommand command) {
    return switch (command) {
      case WebCommand.Open open -> open(open);
      case WebCommand.Close _ ->
          closed()
              .compose(_ -> forget())
              .map(_ -> {
                problem = Optional.empty();
                return new WebReply.NotListening(problem);
              });
      case WebCommand.GetStatus _ ->
          Future.succeededFuture(
              server == null
                  ? new WebReply.NotListening(problem)
                  : new WebReply.Listening(server.url(), Optional.empty()));
    };
  }

  private Future<WebReply> open(WebCommand.Open open) {
    var wanted =
        new WebAddress(open.host().orElse(address.host()), open.port().orElse(address.port()));
    Optional<String> wrong = wanted.problem();
    if (wrong.isPresent()) {
      return Future.succeededFuture(new WebReply.Failed(wrong.get()));
    }
    WebServer running = server;
    if (running != null && wanted.equals(address)) {
      return Future.succeededFuture(listening(running));
    }
    // The new server is opened before the old one is closed, so that nothing changes if opening
    // fails.
    return WebServer.open(vertx, daemon, wanted)
        .compose(opened ->
            remember(wanted)
                .recover(failure -> opened.close().transform(_ -> Future.failedFuture(failure)))
                .compose(_ -> closed())
                .map(_ -> taken(opened, wanted)))
        .map(this::listening)
        .onFailure(failure -> LOG.log(Level.DEBUG, "web: not opened", failure))
        .otherwise(failure -> new WebReply.Failed(String.valueOf(failure.getMessage())));
  }

  private WebServer taken(WebServer opened, WebAddress wanted) {
    server = opened;
    address = wanted;
    problem = Optional.empty();
    LOG.log(Level.INFO, "web: listening on {0}", opened.url());
    return opened;
  }

  private WebReply listening(WebServer running) {
    return new WebReply.Listening(running.url(), Optional.of(running.loginLink()));
  }

  private Future<Void> closed() {
    WebServer running = server;
    server = null;
    return running == null ? Future.succeededFuture() : running.close();
  }

  /// Opens the server with the stored address of an earlier daemon. A port that is in use by now
  /// does not prevent the daemon from starting.
  private Future<?> reopenStored() {
    FileSystem files = vertx.fileSystem();
    return files
        .exists(file())
        .compose(is -> is ? files.readFile(file()) : Future.succeededFuture())
        .compose(text -> text == null ? Future.succeededFuture() : goOn(text.toString()))
        .onFailure(failure -> {
          problem = Optional.of(String.valueOf(failure.getMessage()));
          LOG.log(Level.WARNING, "{0}", problem.get());
        });
  }

  private Future<?> goOn(String text) {
    Optional<WebAddress> known = WebAddress.fromJson(text);
    if (known.isEmpty()) {
      return Future.failedFuture(
          "web: %s is not valid: run jpm web again, or jpm web stop".formatted(file()));
    }
    address = known.get();
    // On failure, all sessions are ended: open pages may have sent their secrets to the program
    // that now uses the port.
    return WebServer.open(vertx, daemon, address)
        .map(opened -> taken(opened, address))
        .recover(failure -> forgetSessions().transform(_ -> Future.failedFuture(failure)));
  }

  private Future<Void> remember(WebAddress wanted) {
    String next = file() + ".new";
    return vertx
        .fileSystem()
        .writeFile(next, Buffer.buffer(wanted.toJson()))
        .compose(_ ->
            vertx
                .fileSystem()
                .move(next, file(), new io.vertx.core.file.CopyOptions().setReplaceExisting(true)))
        .recover(failure -> {
          String sentence =
              "cannot write %s (%s), so the server was not opened: free space on that disk or repair it, and try again"
                  .formatted(file(), FileErrors.of(failure));
          LOG.log(Level.WARNING, "web: {0}", sentence);
          return Future.failedFuture(sentence);
        });
  }

  /// Deletes the stored address and all sessions, so that later daemons do not open the server.
  private Future<Void> forget() {
    return forget(file()).compose(_ -> forgetSessions());
  }

  private Future<Void> forgetSessions() {
    return forget(SessionFile.of(daemon.home()).toString());
  }

  private Future<Void> forget(String file) {
    return vertx
        .fileSystem()
        .exists(file)
        .compose(is -> is ? vertx.fileSystem().delete(file) : Future.succeededFuture());
  }

  private String file() {
    return daemon.home().resolve(FILE).toString();
  }
}
