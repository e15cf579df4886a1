package io.jpm.client;

import io.jpm.client.JpmException.Code;
import io.jpm.client.RequestQueue.Call;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A connection for requests: gives each reply to who waits for it, and when the connection ends,
/// to all who still wait, the reason.
final class RequestConnection {
  private static final String COMMAND = "jpm.command";

  /// The last word before a daemon closes the connections of a token that was revoked.
  private static final String TOKEN_ENDED = "its token holds no longer";

  private final Connection connection;
  private final Map<String, Call> waiting = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable JpmException> end = new AtomicReference<>();

  /// Owned by the one thread that sends.
  private long sent;

  RequestConnection(Connection connection) {
    this.connection = connection;
    Thread.ofVirtual().name("jpm-replies").start(this::read);
  }

  boolean lives() {
    return end.get() == null;
  }

  void send(Call call) {
    String address = Long.toString(++sent);
    waiting.put(address, call);
    var _ = call.reply().whenComplete((_, _) -> waiting.remove(address));
    connection.send(
        ("{\"type\":\"send\",\"address\":\"%s\",\"replyAddress\":\"%s\","
                + "\"headers\":{\"timeout\":%d},\"body\":%s}")
            .formatted(COMMAND, address, call.waits().toMillis(), call.body()));
    JpmException why = end.get();
    if (why != null) {
      fail(why);
    }
  }

  /// Ends it; the first reason counts.
  void end(JpmException why) {
    if (end.compareAndSet(null, why)) {
      connection.close();
      fail(why);
    }
  }

  private void fail(JpmException why) {
    List.copyOf(waiting.values()).forEach(call -> call.reply().completeExceptionally(why));
  }

  private void read() {
    try {
      while (lives()) {
        take(connection.next());
      }
    } catch (IOException e) {
      end(
          new JpmException(
              Code.LOST,
              "the connection to the daemon broke before the answer (%s): whether it was done is not known"
                  .formatted(e.getMessage()),
              e));
    } catch (JpmException e) {
      end(e);
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

  /// What is refused without an address may be any of the requests on their way.
  private void refused(JsonMembers frame, @Nullable Call call) {
    JpmException why = refusal(frame);
    if (call == null) {
      end(why);
    } else {
      call.reply().completeExceptionally(why);
    }
  }

  /// What a frame of the type `err` tells.
  static JpmException refusal(JsonMembers frame) {
    String message = frame.optionalText("message").orElse("without a reason");
    Code code =
        switch (message) {
          case "access_denied", TOKEN_ENDED -> Code.DENIED;
          case "busy" -> Code.BUSY;
          default -> Code.FAILED;
        };
    return new JpmException(
        code, "the daemon refuses it: " + frame.optionalText("problem").orElse(message));
  }
}
