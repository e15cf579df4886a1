package io.jpm.console.session;

import io.jpm.console.cli.OutputOptions;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalText;
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

/// One client's conversation, reply to reply: each chunk answers the client's last message, and the
/// client's answer asks for the next, so that a slow terminal slows its command and nothing else.
///
/// Owned by the context it was made on.
public final class Session {
  private static final long NO_TIMER = -1;

  /// Takes away what a daemon has drawn that died ([Progress]).
  private static final String CLEAR = "\r\u001b[K";

  /// How long text waits for more of it, or for the exit code: each chunk costs a round trip.
  private static final long GATHERING_MILLIS = 5;

  private final Vertx vertx;
  private final Context context;
  private final ConsoleTiming timing;
  private final OutputOptions outputOptions;
  private final Outbox outbox = new Outbox();
  private final Promise<Void> ended = Promise.promise();
  private List<Promise<Void>> waiting = new ArrayList<>();

  /// The client's message that has no answer yet; null while a chunk is on its way.
  private @Nullable Message<Object> asked;

  /// Who wants to know what the client says when it asks for more.
  private Consumer<@Nullable Object> listener = _ -> {};

  private @Nullable ExitCode exit;

  /// Of a command that the client sends again; null: it does not.
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

  /// Whether it is to say nothing but what was asked for: no tables after commands that act.
  public boolean isQuiet() {
    return outputOptions.quiet();
  }

  /// What standard output is drawn on.
  public TextStyle textStyle() {
    return new TextStyle(tty().out() ? tty().cols() : 0, tty().color());
  }

  public void out(String text) {
    add(false, text);
  }

  public void err(String text) {
    add(true, text);
  }

  private void add(boolean error, String text) {
    if (printedOutput == null || text.isEmpty()) {
      outbox.add(error, text);
    } else {
      printedOutput.next(error, text).ifPresent(mark -> outbox.add(error, text, mark));
    }
    schedulePump();
  }

  /// The client sends this command again when the daemon dies: what it has printed is not printed a
  /// second time.
  public void repeats(PrintedOutput known) {
    printedOutput = known;
    if (known.isResumed() && tty().out()) {
      outbox.add(false, CLEAR);
    }
  }

  /// What the command has noted down before an earlier daemon died; empty: nothing.
  public String noted() {
    return printedOutput == null ? "" : printedOutput.note();
  }

  /// Notes down where the command is, for the next daemon; it leaves with the next chunk. Nothing
  /// where the client does not send the command again.
  ///
  /// @param words letters, digits and `_`
  public void noteForNext(String words) {
    if (printedOutput != null) {
      printedOutput.note(words);
    }
  }

  /// Text of a command that can be resumed. It leaves as one chunk, so that a client which has
  /// received it has printed all of it.
  ///
  /// @param error whether it is for standard error
  /// @param text may be empty: only the mark is new
  /// @param mark gives the position behind `text`, for [ConsoleRequest#resume]; asked when the
  ///   chunk leaves
  public void marked(boolean error, String text, Supplier<String> mark) {
    if (outputOptions.marks()) {
      outbox.add(error, text, mark);
    } else {
      outbox.add(error, text);
    }
    schedulePump();
  }

  /// `[jpm] …` on standard output, unless it is to be quiet.
  public void info(String message) {
    if (isQuiet()) {
      return;
    }
    out(Paint.GREEN.on("[jpm]", tty().color()) + " " + TerminalText.visible(message) + "\n");
  }

  /// `[jpm] …` on standard error, unless it is to be quiet: where standard output is for programs.
  public void note(String message) {
    if (!isQuiet()) {
      complain(Paint.GREEN, "[jpm]", message);
    }
  }

  /// `[jpm][WARN] …` on standard error.
  public void warn(String message) {
    complain(Paint.YELLOW, "[jpm][WARN]", message);
  }

  /// `[jpm][ERROR] …` on standard error.
  public void error(String message) {
    complain(Paint.RED, "[jpm][ERROR]", message);
  }

  private void complain(Paint paint, String prefix, String message) {
    err(
        paint.on(prefix, tty().color() && tty().err())
            + " "
            + TerminalText.visible(message)
            + "\n");
  }

  /// Lets the client know at once that its command has come: from now on it must not send it again
  /// to another daemon, should this one die. Also how it is told that there is nothing new.
  public void accept() {
    if (asked != null && !over && outbox.isEmpty()) {
      send(asked, new ConsoleChunk.Wait());
    }
  }

  /// From now on the body of each of the client's messages is handed to `hears`.
  public void listen(Consumer<@Nullable Object> hears) {
    listener = hears;
  }

  /// Done when the client has got everything and asks for more; fails when it is gone. A command
  /// that could talk for ever waits for this before it fetches more.
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

  /// Done when the last answer has been handed to the bus, or the client is gone.
  public Future<Void> ended() {
    return ended.future();
  }

  public boolean isOver() {
    return over;
  }

  /// Sends what is left, then the exit code.
  public void finish(ExitCode code) {
    exit = code;
    schedulePump();
  }

  /// Soon, so that many small writes leave as one chunk: in a moment, or later in this turn of the
  /// event loop's queue where nothing more is to come, somebody waits, or a chunk is full.
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
      case ConsoleChunk.Out(String out) -> new ConsoleChunk.Last(false, out, code);
      case ConsoleChunk.Err(String err) -> new ConsoleChunk.Last(true, err, code);
      case ConsoleChunk.Marked(ConsoleChunk inner, String _) -> last(inner, code);
      case ConsoleChunk.Wait _ -> new ConsoleChunk.Code(code);
      case null -> new ConsoleChunk.Code(code);
      case ConsoleChunk.Code _, ConsoleChunk.Last _ ->
          throw new IllegalArgumentException("an outbox holds texts");
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
            whole.toJson(),
            new DeliveryOptions().setSendTimeout(timing.clientPatience().toMillis()))
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
                  send(asked, new ConsoleChunk.Wait());
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
