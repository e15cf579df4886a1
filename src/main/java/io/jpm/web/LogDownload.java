package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.Blocking;
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

/// Sends a log file of an app as it is at this moment, from the disk to the socket. Only files that
/// an app logs to are to be had, and of these only regular ones: a link or a pipe under that name
/// could lead anywhere.
final class LogDownload {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Tickets tickets;

  /// @param tickets by which browsers download, since a link cannot send the secret of the page
  LogDownload(Vertx vertx, Tickets tickets) {
    this.vertx = vertx;
    this.tickets = tickets;
  }

  /// Which file.
  ///
  /// @param app whose
  /// @param wantsErrors whether it is the file of standard error
  /// @param id which instance, where they have files of their own; empty: any
  record Wanted(String app, boolean wantsErrors, Optional<String> id) {}

  /// A file that is open, and how long it was then.
  private record Opened(FileChannel channel, long size) {}

  /// The path of a new ticket for that file.
  String ticket(AuthenticatedCaller authenticatedCaller, Wanted wanted) {
    return Tickets.BASE + tickets.add(authenticatedCaller, wanted);
  }

  /// All tickets of the holder of that name hold no longer.
  void forget(String name) {
    tickets.forget(name);
  }

  /// Sends the file of a ticket that holds.
  void byTicket(RoutingContext context, RequestAuthenticator requestAuthenticator) {
    Bodies.leaveUnread(context);
    tickets
        .redeem(JsonResponse.inPath(context, "ticket"))
        .ifPresentOrElse(
            ticket -> {
              ticket.authenticatedCaller().keepIn(context);
              send(context, ticket.wanted());
            },
            () -> requestAuthenticator.turnAway(context, "its ticket does not hold"));
  }

  /// Sends the file, if who asks may see its app.
  void send(RoutingContext context, Wanted wanted) {
    String app = wanted.app();
    Optional<String> id = wanted.id();
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
                        .filter(it -> AuthenticatedCaller.of(context).who().reaches(app))
                        .filter(it ->
                            id.filter(word -> !word.equals(Integer.toString(it.id().value())))
                                .isEmpty())
                        .toList(),
                    wanted),
            _ -> JsonResponse.failed(response, 502, Code.FAILED.word(), "God did not answer"));
  }

  private void choose(RoutingContext context, List<InstanceView> meant, Wanted wanted) {
    List<Path> files =
        meant.stream()
            .map(it -> wanted.wantsErrors() ? it.errorFile() : it.outFile())
            .distinct()
            .toList();
    HttpServerResponse response = context.response();
    if (files.isEmpty()) {
      JsonResponse.failed(
          response, 404, Code.NOT_FOUND.word(), "no app matches \"%s\"".formatted(wanted.app()));
    } else if (files.size() > 1) {
      JsonResponse.failed(
          response,
          400,
          Code.INVALID.word(),
          "%s has a file for each instance: say which with target=%s"
              .formatted(
                  wanted.app(),
                  meant.stream()
                      .map(it -> Integer.toString(it.id().value()))
                      .collect(Collectors.joining(" or "))));
    } else if (meant.stream().anyMatch(it -> it.spec().runAs().user().isPresent())) {
      JsonResponse.failed(
          response,
          409,
          Code.FAILED.word(),
          "%s runs as another user, who could have any file of the daemon's user sent: read its log with /logs"
              .formatted(wanted.app()));
    } else {
      stream(response, files.getFirst());
    }
  }

  private void stream(HttpServerResponse response, Path file) {
    Blocking.call(vertx, () -> open(file))
        .onComplete(
            opened -> {
              response
                  .putHeader("Content-Type", "text/plain; charset=utf-8")
                  .putHeader(
                      "Content-Disposition",
                      "attachment; filename=\"%s\"".formatted(plain(file.getFileName())));
              send(response, opened)
                  .onComplete(_ ->
                      Blocking.call(
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
                    Code.FAILED.word(),
                    "%s cannot be read: %s".formatted(file, failure.getMessage())));
  }

  private static Future<Void> send(HttpServerResponse response, Opened opened) {
    return opened.size() == 0
        ? response.end()
        : response.sendFile(opened.channel(), 0, opened.size());
  }

  private static Opened open(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(Files.exists(file) ? "it is no regular file" : "there is none yet");
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    return new Opened(channel, channel.size());
  }

  /// The last name of the path without what would mean something in a header.
  private static String plain(Path name) {
    return name.toString().replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
