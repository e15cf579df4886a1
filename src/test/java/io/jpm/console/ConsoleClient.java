package io.jpm.console;

import io.jpm.bus.Addresses;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleChunk;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The client's side of the console protocol: it sends the command line and answers each reply
/// until the last one.
public final class ConsoleClient {
  public static final Tty WIDE = new Tty(200, 50, false, true, true);

  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(20_000);

  private final List<ConsoleChunk> chunks = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();
  private volatile boolean gone;
  private volatile boolean unanswered;

  private ConsoleClient() {}

  public static ConsoleClient run(Vertx vertx, Tty tty, String... argv) {
    var request = new ConsoleRequest(List.of(argv), "/home/me", Map.of("PATH", "/usr/bin"), tty);
    return send(vertx, request.toJson());
  }

  public static ConsoleClient run(Vertx vertx, String... argv) {
    return run(vertx, Tty.NONE, argv);
  }

  static ConsoleClient send(Vertx vertx, JsonObject body) {
    var client = new ConsoleClient();
    vertx
        .eventBus()
        .<Object>request(Addresses.CONSOLE, body, PATIENCE)
        .onSuccess(client::receive)
        .onFailure(client.code::completeExceptionally);
    return client;
  }

  private void receive(Message<Object> message) {
    // Through bytes, as the bridge sends it.
    var json = new JsonObject(((JsonObject) message.body()).toBuffer());
    ConsoleChunk chunk = ConsoleChunk.fromJson(json);
    chunks.add(chunk);
    if (chunk instanceof ConsoleChunk.Code(int number)) {
      code.complete(number);
    } else if (chunk instanceof ConsoleChunk.FinalText(_, _, int number)) {
      code.complete(number);
    } else if (gone) {
      unanswered = true;
    } else {
      message
          .<Object>replyAndRequest(new JsonObject(), PATIENCE)
          .onSuccess(this::receive)
          .onFailure(code::completeExceptionally);
    }
  }

  /// Stops answering, as after Ctrl-C.
  void disconnect() {
    gone = true;
  }

  /// Reports whether a chunk has arrived after [#disconnect]. This client does not answer it, so
  /// the console must not send another one.
  boolean hasUnansweredChunk() {
    return unanswered;
  }

  /// Waits for the end of the command and returns its exit code.
  public int code() {
    try {
      return code.get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no exit code; so far: " + chunks, e);
    }
  }

  boolean isDone() {
    return code.isDone();
  }

  List<ConsoleChunk> chunks() {
    return chunks;
  }

  public String out() {
    return chunks.stream()
        .map(chunk -> chunk instanceof ConsoleChunk.Out(String text) ? text : "")
        .collect(Collectors.joining());
  }

  public String err() {
    return chunks.stream()
        .map(chunk -> chunk instanceof ConsoleChunk.Err(String text) ? text : "")
        .collect(Collectors.joining());
  }
}
