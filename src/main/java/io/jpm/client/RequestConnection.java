package io.jpm.client;

import io.jpm.client.JpmException.Code;
import io.jpm.client.RequestQueue.Call;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A connection for requests. Completes each pending request with its reply. When the connection is
/// lost or closed, the remaining requests fail with the reason.
final class RequestConnection {
  private static final String COMMAND = "jpm.command";

  /// The message in the last frame that a daemon sends when it closes a connection because its
  /// token is no longer valid.
  private static final String TOKEN_ENDED = "the token is no longer valid";

  private final FrameConnection frameConnection;
  private final Map<String, Call> waiting = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable JpmException> end = new AtomicReference<>();

  /// The number of requests sent so far. Confined to the sending thread.
  private long sent;

  RequestConnection(FrameConnection frameConnection) {
    this.frameConnection = frameConnection;
    Thread.ofVirtual().name("jpm-replies").start(this::read);
  }

  boolean isOpen() {
    return end.get() == null;
  }

  void send(Call call) {
    String address = Long.toString(++sent);
    waiting.put(address, call);
    var _ = call.reply().whenComplete((_, _) -> waiting.remove(address));
    frameConnection.send(
        ("{\"type\":\"send\",\"address\":\"%s\",\"replyAddress\":\"%s\","
                + "\"headers\":{\"timeout\":%d},\"body\":%s}")
            .formatted(COMMAND, address, call.waits().toMillis(), call.body()));
    JpmException why = end.get();
    if (why != null) {
      fail(why);
    }
  }

  /// Closes the connection and fails the pending requests. Only the first call has an effect.
  void closeExceptionally(JpmException why) {
    if (end.compareAndSet(null, why)) {
      frameConnection.close();
      fail(why);
    }
  }

  private void fail(JpmException why) {
    List.copyOf(waiting.values()).forEach(call -> call.reply().completeExceptionally(why));
  }

  private void read() {
    try {
      while (isOpen()) {
        take(frameConnection.next());
      }
    } catch (IOException e) {
      closeExceptionally(
          new JpmException(
              Code.LOST,
              "the connection to the daemon was lost before the reply (%s): it is unknown whether the request was executed"
                  .formatted(e.getMessage()),
              e));
    } catch (JpmException e) {
      closeExceptionally(e);
    }
  }

  private void take(JsonMembers frame) {
    String type = frame.optionalText("type").orElse("");
    Call call = waiting.get(frame.optionalText("address").orElse(""));
    if (type.equals("err")) {
      refused(frame, call);
    } else if (type.equals("message") && call != null) {
      call.reply().complete(JsonMembers.of(frame.value("body")));
    }
  }

  /// Fails the refused request. A refusal without an address may belong to any pending request, so
  /// the connection is closed.
  private void refused(JsonMembers frame, @Nullable Call call) {
    JpmException why = toException(frame);
    if (call == null) {
      closeExceptionally(why);
    } else {
      call.reply().completeExceptionally(why);
    }
  }

  /// Converts a frame of type `err` to an exception.
  static JpmException toException(JsonMembers frame) {
    String message = frame.optionalText("message").orElse("no reason given");
    Code code =
        switch (message) {
          case "access_denied", TOKEN_ENDED -> Code.DENIED;
          case "busy" -> Code.BUSY;
          default -> Code.FAILED;
        };
    return new JpmException(
        code, "the daemon refused the request: " + frame.optionalText("problem").orElse(message));
  }
}
