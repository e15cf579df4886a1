package io.jpm.client;

import io.jpm.client.JpmException.Code;
import io.jpm.client.RequestQueue.Call;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A connection for requests. Completes each pending request with its reply; when the connection
/// ends, the remaining ones fail with the reason.
final class RequestConnection {
  private static final String COMMAND = "jpm.command";

  /// The message of the last frame before a daemon closes the connections of a token that is no
  /// longer valid.
  private static final String TOKEN_ENDED = "its token holds no longer";

  private final FrameConnection frameConnection;
  private final Map<String, Call> waiting = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable JpmException> end = new AtomicReference<>();

  /// Confined to the sending thread.
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

  /// Ends the connection; the first reason takes precedence.
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
              "the connection to the daemon broke before the answer (%s): it is not known whether the request was carried out"
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

  /// A refusal without an address may belong to any pending request, so it ends the connection.
  private void refused(JsonMembers frame, @Nullable Call call) {
    JpmException why = toException(frame);
    if (call == null) {
      closeExceptionally(why);
    } else {
      call.reply().completeExceptionally(why);
    }
  }

  /// Converts a frame of the type `err` to an exception.
  static JpmException toException(JsonMembers frame) {
    String message = frame.optionalText("message").orElse("without a reason");
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
