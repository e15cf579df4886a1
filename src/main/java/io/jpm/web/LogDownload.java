package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Sends the current content of an app's log file directly from the disk to the socket. Only log
/// files of apps can be downloaded, and only if they are regular files: a symbolic link with the
/// same name could expose any other file.
final class LogDownload {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Tickets tickets;

  /// @param tickets authenticates downloads in browsers, because a browser that follows a link
  ///   cannot send the page's secret
  LogDownload(Vertx vertx, Tickets tickets) {
    this.vertx = vertx;
    this.tickets = tickets;
  }

  /// A requested log file.
  ///
  /// @param app the name of the app
  /// @param wantsErrors whether to send the file of standard error instead of standard output
  /// @param id the id of the instance, if instances have separate files; empty for any instance
  record LogFileRequest(String app, boolean wantsErrors, Optional<String> id) {}

  /// An open file, with its size when it was opened.
  private record Opened(FileChannel channel, long size) {}

  /// Creates a ticket for a file and returns its path.
  String ticket(AuthenticatedCaller authenticatedCaller, LogFileRequest logFileRequest) {
    return Tickets.BASE + tickets.add(authenticatedCaller, logFileRequest);
  }

  /// Invalidates all tickets of the principal with this name.
  void forget(String name) {
    tickets.forget(name);
  }

  /// Sends the file of a ticket, or rejects the request if the ticket is not valid.
  void byTicket(RoutingContext context, RequestAuthenticator requestAuthenticator) {
    Bodies.leaveUnread(context);
    tickets
        .redeem(JsonResponse.inPath(context, "ticket"))
        .ifPresentOrElse(
            ticket -> {
              ticket.authenticatedCaller().attachTo(context);
              send(context, ticket.wanted());
            },
            () -> requestAuthenticator.reject(context, "its ticket is not valid"));
  }

  /// Sends the file if the sender of the request has access to the app.
  void send(RoutingContext context, LogFileRequest logFileRequest) {
    String app = logFileRequest.app();
    Optional<String> id = logFileRequest.id();
    HttpServerResponse response = context.response();
    vertx
        .eventBus()
        .<GodReply>request(
            Addresses.GOD_COMMAND,
            new GodCommand.Show(List.of()),
            new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .onComplete(
            reply ->
                choose(
                    context,
                    reply.body().instances().stream()
                        .filter(it -> it.spec().name().value().equals(app))
                        .filter(it -> AuthenticatedCaller.of(context).principal().canAccess(app))
                        .filter(it ->
                            id.filter(word -> !word.equals(Integer.toString(it.id().value())))
                                .isEmpty())
                        .toList(),
                    logFileRequest),
            _ ->
                JsonResponse.failed(
                    response,
                    502,
                    Code.FAILED.keyword(),
                    "God, the supervisor, did not answer: try again later"));
  }

  private void choose(
      RoutingContext context, List<InstanceView> meant, LogFileRequest logFileRequest) {
    List<Path> files =
        meant.stream()
            .map(it -> logFileRequest.wantsErrors() ? it.errorFile() : it.outFile())
            .distinct()
            .toList();
    HttpServerResponse response = context.response();
    if (files.isEmpty()) {
      JsonResponse.failed(
          response,
          404,
          Code.NOT_FOUND.keyword(),
          "no app matches \"%s\"".formatted(logFileRequest.app()));
    } else if (files.size() > 1) {
      JsonResponse.failed(
          response,
          400,
          Code.INVALID.keyword(),
          "%s has a separate file for each instance: choose one with target=%s"
              .formatted(
                  logFileRequest.app(),
                  meant.stream()
                      .map(it -> Integer.toString(it.id().value()))
                      .collect(Collectors.joining(" or "))));
    } else if (meant.stream().anyMatch(it -> it.spec().runAs().user().isPresent())) {
      JsonResponse.failed(
          response,
          409,
          Code.FAILED.keyword(),
          "%s runs as a different user, so its log file cannot be downloaded: read its lines with GET /api/v1/logs/:target"
              .formatted(logFileRequest.app()));
    } else {
      stream(response, files.getFirst());
    }
  }

  private void stream(HttpServerResponse response, Path file) {
    BlockingCalls.call(vertx, () -> open(file))
        .onComplete(
            opened -> {
              response
                  .putHeader("Content-Type", "text/plain; charset=utf-8")
                  .putHeader(
                      "Content-Disposition",
                      "attachment; filename=\"%s\"".formatted(plain(file.getFileName())));
              send(response, opened)
                  .onComplete(_ ->
                      BlockingCalls.call(
                          vertx,
                          () -> {
                            opened.channel().close();
                            return true;
                          }));
            },
            failure ->
                JsonResponse.failed(
                    response,
                    409,
                    Code.FAILED.keyword(),
                    "cannot read %s: %s".formatted(file, failure.getMessage())));
  }

  private static Future<Void> send(HttpServerResponse response, Opened opened) {
    return opened.size() == 0
        ? response.end()
        : response.sendFile(opened.channel(), 0, opened.size());
  }

  private static Opened open(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          Files.exists(file) ? "it is not a regular file" : "it does not exist yet");
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    return new Opened(channel, channel.size());
  }

  /// Returns the file name without characters that have a special meaning in a header.
  private static String plain(Path name) {
    return name.toString().replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
