package io.jpm.web;

import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.JsonBounds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Reads the bodies of authorized requests. All bodies share one memory budget. Requests with
/// issued tokens can use only a part of it, so that the owner's requests can always be served. A
/// byte is counted from its arrival until its request has been answered; a declared content length
/// reserves nothing. [JsonBounds] checks each body before it is parsed.
///
/// Confined to the server's event loop.
final class Bodies {
  /// The maximum body size for the owner, in bytes.
  static final int MOST_OF_OWNER = 1 << 20;

  /// The maximum body size for an issued token, in bytes; equal to the limit for frames on the
  /// bridge.
  static final int MOST_OF_ISSUED = 256 << 10;

  /// The maximum size of all bodies together, in bytes.
  static final int BUDGET = 8 << 20;

  /// The part of [#BUDGET] that is available to requests with issued tokens, in bytes.
  static final int BUDGET_OF_ISSUED = 6 << 20;

  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private int held;
  private int heldOfIssued;

  /// Reports whether the headers of a request declare a body.
  static boolean isAnnounced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }

  /// Prepares the response to a request whose body is not read. If there is a body, the connection
  /// is closed after the response, so that the server neither waits for the body nor parses it as
  /// the next request.
  static void leaveUnread(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (isAnnounced(request)) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      context.addEndHandler(_ -> request.connection().close());
    } else {
      request.resume(); // to receive its end and the next request
    }
  }

  /// Reads the body of a paused request and passes it to `next`. Rejects a body that is too large,
  /// exceeds the shared budget, or is not JSON within the limits.
  ///
  /// @param next receives the body, which is empty if there is none; not called if the body is
  ///   rejected
  void read(RoutingContext context, Consumer<Buffer> next) {
    HttpServerRequest request = context.request();
    if (!isAnnounced(request)) {
      request.resume();
      next.accept(Buffer.buffer());
      return;
    }
    boolean isIssued = !AuthenticatedCaller.of(context).principal().equals(Principal.OWNER);
    int most = isIssued ? MOST_OF_ISSUED : MOST_OF_OWNER;
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null && (!LENGTH.matcher(length).matches() || Long.parseLong(length) > most)) {
      tooLarge(context, most);
      return;
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      var _ = context.response().writeContinue();
    }
    new Reading(context, isIssued, most, next).begin();
  }

  private static void tooLarge(RoutingContext context, int most) {
    leaveUnread(context);
    JsonResponse.failed(
        context.response(),
        413,
        Code.INVALID.keyword(),
        "a body must not be larger than %d KiB".formatted(most >> 10));
  }

  /// Reads one body.
  private final class Reading {
    private final RoutingContext context;
    private final boolean isIssued;
    private final int most;
    private final Consumer<Buffer> next;
    private final Buffer body = Buffer.buffer();
    private int taken;
    private boolean isRefused;

    Reading(RoutingContext context, boolean isIssued, int most, Consumer<Buffer> next) {
      this.context = context;
      this.isIssued = isIssued;
      this.most = most;
      this.next = next;
    }

    void begin() {
      context.addEndHandler(_ -> release());
      context.request().handler(this::come).endHandler(_ -> complete()).resume();
    }

    private void come(Buffer piece) {
      if (isRefused) {
        return;
      }
      int bytes = piece.length();
      if (body.length() + bytes > most) {
        isRefused = true;
        tooLarge(context, most);
      } else if (held + bytes > BUDGET || (isIssued && heldOfIssued + bytes > BUDGET_OF_ISSUED)) {
        isRefused = true;
        leaveUnread(context);
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        JsonResponse.failed(
            context.response(),
            503,
            "too_many",
            "the server is processing too many large requests: try again later");
      } else {
        held += bytes;
        heldOfIssued += isIssued ? bytes : 0;
        taken += bytes;
        body.appendBuffer(piece);
      }
    }

    private void complete() {
      if (isRefused) {
        return;
      }
      JsonBounds bounds = isIssued ? JsonBounds.ISSUED : JsonBounds.OWNER;
      Optional<String> problem =
          body.length() == 0 ? Optional.empty() : bounds.problem(body.getBytes());
      problem.ifPresentOrElse(
          it -> JsonResponse.failed(context.response(), 400, Code.INVALID.keyword(), sentence(it)),
          () -> next.accept(body));
    }

    private static String sentence(String problem) {
      return (problem.startsWith("is not JSON")
              ? "the body is not a JSON object: it "
              : "the body ")
          + problem;
    }

    private void release() {
      held -= taken;
      heldOfIssued -= isIssued ? taken : 0;
      taken = 0;
    }
  }
}
