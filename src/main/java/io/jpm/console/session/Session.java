package io.jpm.console.session;

import io.jpm.console.cli.OutputOptions;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.console.text.TextStyle;
import io.jpm.wire.ConsoleChunk;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The conversation with one client. Each chunk is the reply to a message from the client, and the
/// client's next message requests the next chunk. A slow terminal therefore slows down only its own
/// command.
///
/// Confined to the context on which it was created.
public final class Session {
  private static final long NO_TIMER = -1;

  /// Erases a progress line ([Progress]) that was drawn by a daemon that died.
  private static final String CLEAR = "\r\u001b[K";

  /// How long text is held back so that it can be sent together with further text or the exit code.
  /// Each chunk costs a round trip.
  private static final long GATHERING_MILLIS = 5;

  private final Vertx vertx;
  private final Context context;
  private final ConsoleTiming timing;
  private final OutputOptions outputOptions;
  private final Outbox outbox = new Outbox();
  private final Promise<Void> ended = Promise.promise();
  private List<Promise<Void>> waiting = new ArrayList<>();

  /// The client's message that has not been answered yet; null while a chunk is in transit.
  private @Nullable Message<Object> asked;

  /// Receives the body of each message with which the client requests more output.
  private Consumer<@Nullable Object> listener = _ -> {};

  private @Nullable ExitCode exit;

  /// Set for a command that the client sends again if the daemon dies; otherwise null.
  private @Nullable PrintedOutput printedOutput;

  private boolean over;
  private boolean pumpDue;
  private long gathering = NO_TIMER;
  private long heartbeat = NO_TIMER;

  public Session(
      Vertx vertx, ConsoleTiming timing, Message<Object> first, OutputOptions outputOptions) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.timing = timing;
    this.outputOptions = outputOptions;
    this.asked = first;
    armHeartbeat();
  }

  public Tty tty() {
    return outputOptions.tty();
  }

  /// Reports whether only results and errors are printed (`--silent`). Commands that change apps
  /// then do not print the list of instances.
  public boolean isQuiet() {
    return outputOptions.quiet();
  }

  /// Returns the width and color support of standard output.
  public TextStyle textStyle() {
    return new TextStyle(tty().out() ? tty().cols() : 0, tty().color());
  }

  /// Prints text on standard output.
  public void out(String text) {
    add(false, text);
  }

  /// Prints text on standard error.
  public void err(String text) {
    add(true, text);
  }

  private void add(boolean error, String text) {
    if (printedOutput == null || text.isEmpty()) {
      outbox.add(error, text);
    } else {
      printedOutput.markFor(error, text).ifPresent(mark -> outbox.add(error, text, mark));
    }
    schedulePump();
  }

  /// Declares that the client sends this command again if the daemon dies. Text that the client has
  /// already printed is then not sent again.
  public void enableReplay(PrintedOutput known) {
    printedOutput = known;
    if (known.isResumed() && tty().out()) {
      outbox.add(false, CLEAR);
    }
  }

  /// Returns the checkpoint that the command saved before an earlier daemon died; empty if there is
  /// none.
  public String checkpoint() {
    return printedOutput == null ? "" : printedOutput.checkpoint();
  }

  /// Saves a checkpoint for the next daemon; it is sent with the next chunk. Has no effect without
  /// [#enableReplay], because the client then does not send the command again if the daemon dies.
  ///
  /// @param words the checkpoint, consisting of letters, digits and `_`
  public void setCheckpoint(String words) {
    if (printedOutput != null) {
      printedOutput.checkpoint(words);
    }
  }

  /// Prints text of a command that can be resumed. The text is sent in one chunk, so a client that
  /// has received it has printed all of it.
  ///
  /// @param error whether the text is for standard error
  /// @param text the text; empty if only the mark is new
  /// @param mark returns the resume mark, which is the position after `text`; called when the chunk
  ///   is sent
  public void writeMarked(boolean error, String text, Supplier<String> mark) {
    if (outputOptions.resumable()) {
      outbox.add(error, text, mark);
    } else {
      outbox.add(error, text);
    }
    schedulePump();
  }

  /// Prints `[jpm] …` on standard output, unless the session is quiet.
  public void info(String message) {
    if (isQuiet()) {
      return;
    }
    out(Paint.GREEN.on("[jpm]", tty().color()) + " " + TerminalSanitizer.visible(message) + "\n");
  }

  /// Prints `[jpm] …` on standard error, unless the session is quiet. Used by commands whose
  /// standard output is read by programs.
  public void note(String message) {
    if (!isQuiet()) {
      printMessage(Paint.GREEN, "[jpm]", message);
    }
  }

  /// Prints `[jpm][WARN] …` on standard error.
  public void warn(String message) {
    printMessage(Paint.YELLOW, "[jpm][WARN]", message);
  }

  /// Prints `[jpm][ERROR] …` on standard error.
  public void error(String message) {
    printMessage(Paint.RED, "[jpm][ERROR]", message);
  }

  private void printMessage(Paint paint, String prefix, String message) {
    err(
        paint.on(prefix, tty().color() && tty().err())
            + " "
            + TerminalSanitizer.visible(message)
            + "\n");
  }

  /// Sends an empty chunk immediately. It confirms that the command has arrived: if this daemon
  /// dies, the client must not send the command to another daemon. Also used if there is no new
  /// output.
  public void acknowledge() {
    if (asked != null && !over && outbox.isEmpty()) {
      send(asked, new ConsoleChunk.KeepAlive());
    }
  }

  /// Sets the consumer for the bodies of all further messages from the client.
  public void onInput(Consumer<@Nullable Object> hears) {
    listener = hears;
  }

  /// Returns a future that completes when the client has received all output and requests more, or
  /// fails when the client is gone. A command with unlimited output must wait for it before
  /// fetching more.
  public Future<Void> awaitDemand() {
    if (over) {
      return Future.failedFuture("the client is gone");
    }
    if (asked != null && outbox.isEmpty()) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    waiting.add(promise);
    schedulePump();
    return promise.future();
  }

  /// Returns a future that completes when the last reply has been passed to the event bus, or the
  /// client is gone.
  public Future<Void> ended() {
    return ended.future();
  }

  /// Reports whether the conversation has ended, or the client is gone.
  public boolean isOver() {
    return over;
  }

  /// Sends the remaining output, then the exit code.
  public void finish(ExitCode code) {
    exit = code;
    schedulePump();
  }

  /// Sends output after a short delay, so that many small writes form one chunk. If the command has
  /// finished or waits for demand, or if a chunk is full, the output is sent right after the
  /// current task.
  private void schedulePump() {
    if (over) {
      return;
    }
    if (exit == null && waiting.isEmpty() && !outbox.fillsChunk()) {
      if (gathering == NO_TIMER) {
        gathering = vertx.setTimer(GATHERING_MILLIS, _ -> pumpAll());
      }
    } else if (!pumpDue) {
      pumpDue = true;
      context.runOnContext(_ -> {
        pumpDue = false;
        pumpAll();
      });
    }
  }

  private void pumpAll() {
    if (gathering != NO_TIMER) {
      vertx.cancelTimer(gathering);
      gathering = NO_TIMER;
    }
    pump();
  }

  private void pump() {
    Message<Object> message = asked;
    if (message == null || over || gathering != NO_TIMER) {
      return;
    }
    ConsoleChunk next = outbox.poll().orElse(null);
    if (exit != null && outbox.isEmpty() && (next == null || outputOptions.mergesFinalChunk())) {
      message.reply(last(next, exit.number()).toJson());
      end();
    } else if (next != null) {
      send(message, next);
    } else {
      armHeartbeat();
      List<Promise<Void>> woken = waiting;
      waiting = new ArrayList<>();
      woken.forEach(Promise::tryComplete);
    }
  }

  private static ConsoleChunk last(@Nullable ConsoleChunk text, int code) {
    return switch (text) {
      case ConsoleChunk.Out(String out) -> new ConsoleChunk.FinalText(false, out, code);
      case ConsoleChunk.Err(String err) -> new ConsoleChunk.FinalText(true, err, code);
      case ConsoleChunk.Marked(ConsoleChunk inner, String _) -> last(inner, code);
      case ConsoleChunk.KeepAlive _ -> new ConsoleChunk.Code(code);
      case null -> new ConsoleChunk.Code(code);
      case ConsoleChunk.Code _, ConsoleChunk.FinalText _ ->
          throw new IllegalArgumentException("the outbox returned a chunk that is not text");
    };
  }

  private void send(Message<Object> message, ConsoleChunk chunk) {
    asked = null;
    cancelHeartbeat();
    PrintedOutput known = printedOutput;
    ConsoleChunk whole =
        known == null || chunk instanceof ConsoleChunk.Marked
            ? chunk
            : new ConsoleChunk.Marked(chunk, known.mark());
    message
        .<Object>replyAndRequest(
            whole.toJson(), new DeliveryOptions().setSendTimeout(timing.clientTimeout().toMillis()))
        .onComplete(next -> {
          if (next.succeeded()) {
            asked = next.result();
            listener.accept(asked.body());
            pump();
          } else {
            end();
          }
        });
  }

  private void armHeartbeat() {
    if (heartbeat == NO_TIMER) {
      heartbeat =
          vertx.setTimer(
              timing.heartbeat().toMillis(),
              _ -> {
                heartbeat = NO_TIMER;
                if (asked != null && !over) {
                  send(asked, new ConsoleChunk.KeepAlive());
                }
              });
    }
  }

  private void cancelHeartbeat() {
    if (heartbeat != NO_TIMER) {
      vertx.cancelTimer(heartbeat);
      heartbeat = NO_TIMER;
    }
  }

  private void end() {
    over = true;
    cancelHeartbeat();
    if (gathering != NO_TIMER) {
      vertx.cancelTimer(gathering);
    }
    waiting.forEach(promise -> promise.tryFail("the client is gone"));
    waiting.clear();
    ended.tryComplete();
  }
}
