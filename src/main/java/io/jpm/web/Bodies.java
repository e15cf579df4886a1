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

/// Reads the bodies of requests, of those only who may have what they ask for. All bodies together
/// have one budget of bytes, of which holders of issued tokens take a part, so that the owner
/// always gets some. A byte counts from when it has come until its request is answered; what was
/// only announced takes nothing. Each body is judged by [JsonBounds] before anything is built of
/// it.
///
/// Owned by the server's event loop.
final class Bodies {
  /// The largest body of the owner's, in bytes.
  static final int MOST_OF_OWNER = 1 << 20;

  /// The largest body of a holder of an issued token, in bytes: as their frames on the bridge.
  static final int MOST_OF_ISSUED = 256 << 10;

  /// All bodies together, in bytes.
  static final int BUDGET = 8 << 20;

  /// The part of [#BUDGET] that all holders of issued tokens have together, in bytes.
  static final int BUDGET_OF_ISSUED = 6 << 20;

  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private int held;
  private int heldOfIssued;

  /// Whether a request has a body, or says that one comes.
  static boolean isAnnounced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }

  /// Answers for a request of which nothing more is read: its body must not be taken for the next
  /// request, nor be waited for.
  static void leaveUnread(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (isAnnounced(request)) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      context.addEndHandler(_ -> request.connection().close());
    } else {
      request.resume(); // So that its end is seen and the next request on this connection is read.
    }
  }

  /// Reads the body of a paused request, and gives it to `next`; refuses one that is too large, for
  /// which there is no room now, or which is not JSON within the bounds.
  ///
  /// @param next gets the body, empty where there is none; not called where it was refused
  void read(RoutingContext context, Consumer<Buffer> next) {
    HttpServerRequest request = context.request();
    if (!isAnnounced(request)) {
      request.resume();
      next.accept(Buffer.buffer());
      return;
    }
    boolean isIssued = !AuthenticatedCaller.of(context).who().equals(Principal.OWNER);
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
        Code.INVALID.word(),
        "a body has at most %d KiB".formatted(most >> 10));
  }

  /// One body that comes.
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
            "there are too many large requests at the moment: try again");
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
          it -> JsonResponse.failed(context.response(), 400, Code.INVALID.word(), sentence(it)),
          () -> next.accept(body));
    }

    private static String sentence(String problem) {
      return (problem.startsWith("is not JSON") ? "the body is no JSON object: it " : "the body ")
          + problem;
    }

    private void release() {
      held -= taken;
      heldOfIssued -= isIssued ? taken : 0;
      taken = 0;
    }
  }
}
